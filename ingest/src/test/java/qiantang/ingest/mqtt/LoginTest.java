package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.connect5;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.Role;

class LoginTest {
  private static final String TOPIC = "v1/devices/me/telemetry";

  private final Rig rig = new Rig();

  @Test
  void aTokenOpensASession() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    f("20020000", connect(V3_1_1, "c", token, 20));
    // receive maximum 256, nothing retained, maximum packet 256 KiB, 16 aliases, no
    // subscription ids, no shared subscriptions
    String properties = "210100 2500 2700040000 220010 2900 2a00";
    f("2014000011" + properties.replace(" ", ""), connect(V5, "c", token, 20));
  }

  @Test
  void theServersKeepAliveHoldsWhereTheClientsIsLong() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    assertTrue(answer(connect(V5, "c", token, 0)).endsWith("130e10"));
    assertTrue(answer(connect(V5, "c", token, 65_535)).endsWith("130e10"));
    assertFalse(answer(connect(V5, "c", token, 3600)).endsWith("130e10"));
  }

  @Test
  void anEmptyClientIdGetsOne() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    assertTrue(answer(connect(V5, "", token, 20)).contains("12002771742d")); // 39 bytes "qt-"
    f("20020000", connect(V3_1_1, "", token, 20));
    byte[] kept = bytes().putText("MQTT").put(hex("04 80 0014 0000")).putText(token).toBytes();
    f("20020002", packet(0x10, kept)); // row 34
  }

  @Test
  void aSessionThatIsNotKeptIsSaidNotToBe() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    byte[] body =
        bytes()
            .putText("MQTT")
            .put(hex("05 80 0014 05 11 0000003C"))
            .putText("c")
            .putText(token)
            .toBytes();
    assertTrue(answer(packet(0x10, body)).contains("1100000000"));
  }

  @Test
  void whoIsNotKnownIsRefusedAndRecorded() {
    f("20020004", connect(V3_1_1, "c", "acme.wrong", 20));
    refused("86", connect(V5, "c", "acme.wrong", 20));
    refused("86", connect(V5, "c", "nobody.secret", 20));
    refused("86", connect(V5, "c", "no token at all", 20));
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    List<Entry.Rejection> ours = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(List.of(1L, 1L), ours.stream().map(Entry.Rejection::count).toList());
    assertEquals(Reason.UNAUTHORIZED, ours.getFirst().reason());
    assertEquals(
        2,
        rig.stored(EnterpriseId.OPERATOR, Entry.Rejection.class).stream()
            .mapToLong(Entry.Rejection::count)
            .sum());
  }

  @Test
  void guessesOfOneSourceAreOneRecordASecond() {
    for (int i = 0; i < 100; i++) {
      rig.open().send(connect(V3_1_1, "c", "acme.guess" + i, 20));
    }
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(List.of(1L, 99L), rejections.stream().map(Entry.Rejection::count).toList());
  }

  @Test
  void aTokenOfTheApiOpensNoSession() {
    refused("87", connect(V5, "c", rig.token(ACME, Role.ADMIN, "a").text(), 20));
    f("20020005", connect(V3_1_1, "c", rig.token(ACME, Role.VIEWER, "v").text(), 20));
  }

  @Test
  void clientsWithoutCredentialsAreRefusedUnlessTheyAreAllowed() {
    byte[] anonymous =
        packet(0x10, bytes().putText("MQTT").put(hex("04 02 0014")).putText("press 7").toBytes());
    f("20020005", anonymous); // row 29
    Rig open = new Rig(1 << 20, ACME);
    Rig.Client client = open.open();
    client.send(anonymous);
    assertEquals("20020000", client.received());
    client.send(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
    open.commit();
    assertEquals("40020001", client.received());
    DeviceId id = DeviceId.ofName("press 7");
    assertEquals(id, open.stored(ACME, Entry.Readings.class).getFirst().publisher());
    assertTrue(open.registry.device(ACME, id).toCompletableFuture().join().isPresent());
  }

  @Test
  void clientIdsThatLookLikePatternsAreRefused() { // row 28
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    for (String clientId : List.of("#", "+", "a/+", "%c", "x".repeat(257))) {
      f("20020002", connect(V3_1_1, clientId, token, 20));
      refused("85", connect(V5, clientId, token, 20));
    }
  }

  @Test
  void otherVersionsAreToldSo() { // row 32
    refused("84", hex("10 0D 0004 4D515454 06 02 003C 0001 63"));
    f("20020001", hex("10 0F 0006 4D5149736470 03 02 003C 0001 63"));
  }

  @Test
  void whatIsNoConnectIsClosedWithoutAWord() { // row 1
    f("", hex("C000"));
    f("", hex("474554202F20"));
    f("", hex("10FFFFFF7F"));
    f("", hex("10 0E 0004 4D515454 04 02 003C 0001 63 00"));
    refused("81", hex("10 0F 0004 4D515454 05 02 003C 00 0001 63 00"));
  }

  @Test
  void aNodeWithoutAJournalTakesNobody() {
    rig.node.write(null);
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    f("20020003", connect(V3_1_1, "c", token, 20));
    refused("88", connect(V5, "c", token, 20));
  }

  @Test
  void extendedAuthenticationIsNotOffered() {
    byte[] body =
        bytes().putText("MQTT").put(hex("05 02 0014 06 15")).putText("abc").putText("c").toBytes();
    refused("8c", packet(0x10, body));
  }

  @Test
  void noConnackIsLargerThanTheClientTakes() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    String expiry = "11 0000003c ";
    assertEquals("", answer(connect5("c", token, "27 00000001")));
    assertEquals("", answer(connect5("c", "acme.wrong", "27 00000004")));
    f("2003009500", connect5("c", token, "27 00000005"));
    f("2003009500", connect5("c", token, "27 00000015"));
    f("2003008600", connect5("c", "acme.wrong", "27 00000016"));
    assertEquals(2 * 22, answer(connect5("c", token, "27 00000016")).length());
    f("2003009500", connect5("c", token, expiry + "27 0000001a"));
    assertEquals(2 * 27, answer(connect5("c", token, expiry + "27 0000001b")).length());
    f("2003009500", connect5("", token, "27 0000003f"));
    assertEquals(2 * 64, answer(connect5("", token, "27 00000040")).length());
    refused("95", connect5("", token, "27 0000003f"));
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    List<String> told =
        rig.stored(ACME, Entry.Rejection.class).stream()
            .filter(rejection -> rejection.reason() == Reason.PROTOCOL)
            .map(Entry.Rejection::detail)
            .toList();
    assertTrue(
        told.getFirst()
            .startsWith(
                "a Maximum Packet Size of 1, which our CONNACK of 22 bytes is beyond: say 22 or"),
        told.toString());
  }

  private void f(String answer, byte[] connect) {
    Rig.Client client = rig.open();
    client.send(connect);
    assertEquals(answer, client.received());
    assertEquals(answer.equals("20020000") || answer.startsWith("20140000"), client.isOpen());
  }

  private void refused(String code, byte[] connect) {
    Rig.Client client = rig.open();
    client.send(connect);
    String answer = client.received();
    assertTrue(answer.matches("20(..|..01)00" + code + ".*"), answer);
    assertFalse(client.isOpen());
  }

  private String answer(byte[] connect) {
    Rig.Client client = rig.open();
    client.send(connect);
    return client.received();
  }
}
