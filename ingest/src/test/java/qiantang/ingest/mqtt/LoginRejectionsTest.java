package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.mqtt.Rig.OTHER;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** Whose rejection a refused login becomes, and that nobody can make more of them than is good. */
class LoginRejectionsTest {
  private final Rig rig = new Rig();
  private final String token = rig.token(ACME, Role.DEVICE, "d").text();

  @Test
  void aConnectRefusedForItsFormIsTheRejectionOfWhoeverSentIt() {
    String big = "x".repeat(60_000);
    f("20020002", Reason.PROTOCOL, "an empty client id", flags(V3_1_1, 0x80, "", token));
    f("20020002", Reason.PROTOCOL, "looks like a pattern", connect(V3_1_1, "a/#", token, 20));
    f("20020002", Reason.TOO_LARGE, "a client id of 257", connect(V3_1_1, wide(257), token, 20));
    f("20020002", Reason.TOO_LARGE, "a client id of 60000", connect(V3_1_1, big, token, 20));
    f("", Reason.PROTOCOL, "U+0000", connect(V3_1_1, "a\0b", token, 20));
    f("", Reason.PROTOCOL, "wildcard", withWill(V3_1_1, 0x86, "w/#", ""));
    f("", Reason.PROTOCOL, "reserved flag", flags(V3_1_1, 0x83, "c", token));
    f("", Reason.TOO_LARGE, "a CONNECT of 6", withWill(V3_1_1, 0x86, "w", big));
    f("85", Reason.PROTOCOL, "looks like a pattern", connect(V5, "%c", token, 20));
    f("85", Reason.TOO_LARGE, "a client id of 257", connect(V5, wide(257), token, 20));
    f("85", Reason.TOO_LARGE, "a client id of 60000", connect(V5, big, token, 20));
    f("81", Reason.PROTOCOL, "U+0000", connect(V5, "a\0b", token, 20));
    f("81", Reason.PROTOCOL, "wildcard", withWill(V5, 0x86, "w/+", ""));
    f("82", Reason.PROTOCOL, "an empty topic", withWill(V5, 0x86, "", ""));
    f("95", Reason.TOO_LARGE, "a CONNECT of 6", withWill(V5, 0x86, "w", big));
  }

  @Test
  void withAnUnknownTokenTheAnswerIsTheSameAndTheRecordTheTokens() {
    String wrong = "acme.wrong";
    for (byte[] connect :
        List.of(connect(V5, "a\0b", wrong, 20), connect(V5, "#", wrong, 20), nul5(token))) {
      assertTrue(answer(connect).matches("20.{2,4}008[15].*"));
    }
    List<Entry.Rejection> rejections = rejections(ACME);
    assertEquals(
        List.of(Reason.UNAUTHORIZED, Reason.UNAUTHORIZED, Reason.PROTOCOL),
        rejections.stream().map(Entry.Rejection::reason).toList());
    assertNull(rejections.getFirst().publisher());
  }

  @Test
  void aPasswordLoginIsTheRejectionOfTheEnterpriseItNames() {
    String known = answer(password(V5, "acme/press-1"));
    String unknown = answer(password(V5, "nobody/press-1"));
    assertEquals(known, unknown); // to the byte: whether there is an acme is not the client's
    assertEquals(known, answer(connect(V5, "c", "acme.wrong", 20)));
    assertEquals(known, answer(connect(V5, "c", "nobody.wrong", 20)));
    assertEquals("20020004", answer(password(V3_1_1, "acme/press-1")));
    assertTrue(known.startsWith("20") && known.substring(4).startsWith("0086"), known);
    List<Entry.Rejection> rejections = rejections(ACME);
    Entry.Rejection first = rejections.getFirst();
    assertEquals(Reason.UNAUTHORIZED, first.reason());
    assertTrue(
        first.detail().contains("the password does not open device 'press-1'"), first.detail());
    assertNull(first.device()); // a claim must not make a device known
    assertEquals(3, rejections.stream().mapToLong(Entry.Rejection::count).sum());
    assertEquals(2, rejections(EnterpriseId.OPERATOR).size());
    assertEquals(List.of(), rejections(OTHER));
  }

  @Test
  void clientsOfTheOperatorsTokensAreToldApart() {
    String operators = operatorsToken();
    for (int i = 0; i < 3; i++) {
      assertTrue(answer(connect(V5, "tool-" + i, operators, 20)).contains("0087"));
    }
    assertTrue(answer(connect(V5, "tool-0", "operator.guess", 20)).contains("0086"));
    answer(connect(V3_1_1, "tool-0", "no token", 20));
    List<String> details =
        rejections(EnterpriseId.OPERATOR).stream().map(Entry.Rejection::detail).toList();
    assertEquals(5, details.size(), details.toString());
    for (int i = 0; i < 3; i++) {
      String client =
          "the token is for the API, not for a device (client tool-" + i + " from embedded)";
      assertTrue(details.contains(client), details.toString());
    }
  }

  @Test
  void inventedClientsAreAFewRecordsASecond() {
    for (int i = 0; i < 1000; i++) {
      answer(connect(V3_1_1, "client-" + i, "acme.guess", 20));
      answer(password(V3_1_1, "acme/device-" + i));
      answer(connect(V3_1_1, "client-" + i + "-\0", token, 20));
    }
    List<Entry.Rejection> rejections = rejections(ACME);
    assertEquals(3000, rejections.stream().mapToLong(Entry.Rejection::count).sum());
    // The clients told apart, and one of all others a reason, at once and after a second.
    int most = LoginRejections.CLIENTS_MAX + 2;
    assertTrue(rejections.size() <= 2 * most, rejections.size() + " records");
    assertTrue(
        rejections.stream()
            .anyMatch(record -> record.detail().startsWith("one of more clients than are told")));
  }

  @Test
  void inventedClientsFillNoMemoryWhileTheStoreIsAway() {
    for (int second = 0; second < 20; second++) {
      for (int i = 0; i < 100; i++) {
        answer(connect(V3_1_1, "client-" + second + "-" + i, "acme.guess", 20));
      }
      rig.pass(Duration.ofSeconds(1)); // nothing is committed
    }
    assertTrue(rig.budgets.takenBytes() <= rig.budgets.logins().limitBytes());
    rig.recover();
    assertEquals(2000, rejections(ACME).stream().mapToLong(Entry.Rejection::count).sum());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void enterprisesBeyondTheBoundAreTheOperators() {
    int enterprises = LoginRejections.OWNERS_MAX + 20;
    List<EnterpriseId> ids = new ArrayList<>();
    for (int i = 0; i < enterprises; i++) {
      EnterpriseId id = new EnterpriseId("e-" + i);
      ids.add(id);
      var _ =
          rig.registry.createEnterprise(
              new Enterprise(id, "e", "", List.of(), Retention.DAYS_30, Instant.EPOCH));
      answer(connect(V3_1_1, "c", id + ".guess", 20));
    }
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    assertEquals(1, rig.stored(ids.getFirst(), Entry.Rejection.class).size());
    assertEquals(List.of(), rig.stored(ids.getLast(), Entry.Rejection.class));
    assertEquals(20, rejections(EnterpriseId.OPERATOR).stream().mapToLong(r -> r.count()).sum());
    answer(connect(V3_1_1, "c", ids.getLast() + ".guess", 20)); // there is room again
    rig.commit();
    assertEquals(1, rig.stored(ids.getLast(), Entry.Rejection.class).size());
  }

  @Test
  void gatheredRefusalsAreWrittenWhenTheNodeEnds() {
    for (int i = 0; i < 5; i++) {
      answer(connect(V3_1_1, "c", "acme.guess", 20));
    }
    rig.loop.drain(Duration.ofSeconds(3));
    rig.commit();
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(List.of(1L, 4L), rejections.stream().map(Entry.Rejection::count).toList());
  }

  /** A rig of its own a case: one rejection, in its enterprise alone. */
  private static void f(String answer, Reason reason, String detail, byte[] connect) {
    Rig fresh = new Rig();
    var _ = fresh.token(ACME, Role.DEVICE, "d");
    Rig.Client client = fresh.open();
    client.send(connect);
    String received = client.received();
    if (answer.length() == 2) {
      assertTrue(received.matches("20(..|..01)00" + answer + ".*"), received);
    } else {
      assertEquals(answer, received);
    }
    assertFalse(client.isOpen());
    fresh.commit();
    List<Entry.Rejection> rejections = fresh.stored(ACME, Entry.Rejection.class);
    assertEquals(1, rejections.size(), detail);
    Entry.Rejection record = rejections.getFirst();
    assertEquals(reason, record.reason(), record.detail());
    assertTrue(record.detail().contains(detail), record.detail());
    assertEquals(new DeviceId("d"), record.publisher());
    assertEquals(List.of(), fresh.stored(EnterpriseId.OPERATOR));
    assertEquals(List.of(), fresh.stored(ACME, Entry.Presence.class));
  }

  private String answer(byte[] connect) {
    Rig.Client client = rig.open();
    client.send(connect);
    assertFalse(client.isOpen());
    return client.received();
  }

  /** All that is and will be stored. */
  private List<Entry.Rejection> rejections(EnterpriseId owner) {
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    return rig.stored(owner, Entry.Rejection.class);
  }

  private String operatorsToken() {
    AccessToken operators = new AccessToken(EnterpriseId.OPERATOR, "of-the-operator");
    var _ =
        rig.registry.putCredential(
            new Credential(
                EnterpriseId.OPERATOR,
                "o",
                operators.hash(),
                Role.OPERATOR,
                null,
                "o",
                Instant.EPOCH,
                null));
    return operators.text();
  }

  private static String wide(int chars) {
    return "x".repeat(chars);
  }

  private static byte[] nul5(String userName) {
    return connect(V5, "a\0b", userName, 20);
  }

  private static byte[] flags(MqttVersion version, int flags, String clientId, String userName) {
    return packet(0x10, head(version, flags).putText(clientId).putText(userName).toBytes());
  }

  private static byte[] password(MqttVersion version, String userName) {
    ClientPackets body = head(version, 0xC2).putText("c").putText(userName).putText("wrong");
    return packet(0x10, body.toBytes());
  }

  private byte[] withWill(MqttVersion version, int flags, String topic, String payload) {
    ClientPackets body = head(version, flags).putText("c").put(hex(version == V5 ? "00" : ""));
    body.putText(topic).putShort(payload.length()).put(payload.getBytes(UTF_8)).putText(token);
    return packet(0x10, body.toBytes());
  }

  private static ClientPackets head(MqttVersion version, int flags) {
    ClientPackets body = bytes().putText("MQTT").put(version == V5 ? 5 : 4);
    return body.put(flags).putShort(20).put(hex(version == V5 ? "00" : ""));
  }
}
