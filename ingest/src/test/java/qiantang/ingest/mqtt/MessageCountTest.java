package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.disconnect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

/** Every PUBLISH that arrives is counted once, with what became of it. */
class MessageCountTest {
  private static final String TOPIC = "v1/devices/me/telemetry";

  private final Rig rig = new Rig();

  @Test
  void whatIsAnsweredIsCounted() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    client.send(publish(V5, TOPIC, 1, "{\"a\":1}"));
    client.send(publish(V5, TOPIC, 2, "{\"a\":"));
    client.send(publish(V5, "no/such/topic", 3, "{}"));
    client.send(publish(V5, "v1/gateway/telemetry", 4, "{}")); // not for a device
    client.send(publish(V5, TOPIC, 5, "{\"ts\":1,\"values\":{\"a\":1}}"));
    client.send(publish(V5, TOPIC, 0, "{\"a\":1}"));
    expect("{accepted none=2, refused clock=1, refused malformed=1, refused topic=2}");
  }

  @Test
  void oneRefusalOfAMessageHidesNoOther() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    String long200 = "x".repeat(200);
    client.send(publish(V5, TOPIC, 1, "[{\"a\":1},7,{\"" + long200 + "\":1}]"));
    rig.commit();
    List<Entry.Rejection> told = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(2, told.stream().map(Entry.Rejection::detail).distinct().count());
  }

  @Test
  void whatBreaksTheProtocolIsCountedByTheMeterAndForTheEnterprise() {
    f("refused protocol", "36 07 0001 61 0001 00 00"); // QoS 3
    f("refused protocol", "30 04 0001 2B 00"); // a wildcard
    f("refused protocol", "30 03 0000 00"); // no topic
    f("refused protocol", "32 06 0001 61 0000 00"); // packet id 0
    f("refused protocol", "30 05 0002 C080 00"); // not UTF-8
    f("refused protocol", "38 05 0001 61 00 00"); // DUP with QoS 0
    f("refused protocol", "30 FF FF FF FF 01"); // five bytes of length
    f(V5, "refused protocol", "30 07 0001 61 03 230011"); // an alias
    f(V5, "refused too-large", "32 80 80 40");
    f(V3_1_1, "refused too-large", oversized(0x34));
    f(V3_1_1, "refused protocol", publish(V3_1_1, 0x32, "a/+", 1, new byte[300_000]));
    f(V3_1_1, "refused too-large", oversized(0x32));
  }

  @Test
  void otherPacketsAreNoMessages() {
    for (String packet : new String[] {"F0 00", "C1 00", "10 00", "82 02 0001", "62 02 0000"}) {
      Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
      client.send(hex(packet));
      assertFalse(client.isOpen());
    }
    expect("{}");
    assertEquals(Counts.NONE, rig.counts(ACME));
  }

  @Test
  void whatComesBeforeAnyLoginIsCounted() {
    rig.open().send(publish(V3_1_1, TOPIC, 1, "{}"));
    expect("{refused protocol=1}");
  }

  @Test
  void whatFollowsARefusedLoginIsUnauthorized() {
    byte[] wrong = connect(V3_1_1, "c", "acme.wrong", 20);
    byte[] message = publish(V3_1_1, TOPIC, 1, "{}");
    rig.open().send(bytes().put(wrong).put(message).put(message).toBytes());
    expect("{refused unauthorized=2}");
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    rig.open().send(bytes().put(connect(V3_1_1, "#", token, 20)).put(message).toBytes());
    expect("{refused protocol=1, refused unauthorized=2}");
  }

  @Test
  void whatFollowsALoginThatCannotBeDecidedIsUnanswered() {
    rig.node.write(null);
    byte[] connect = connect(V3_1_1, "c", rig.token(ACME, Role.DEVICE, "d").text(), 20);
    rig.open().send(bytes().put(connect).put(publish(V3_1_1, TOPIC, 1, "{}")).toBytes());
    expect("{unanswered none=1}");
  }

  @Test
  void whatFollowsTheEndOfASessionIsUnanswered() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    byte[] message = publish(V3_1_1, TOPIC, 1, "{}");
    client.send(bytes().put(message).put(disconnect()).put(message).put(message).toBytes());
    expect("{accepted none=1, unanswered none=2}");
  }

  @Test
  void whatWaitsForRoomWhenTheClientGoesIsUnanswered() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    String payload = "{\"a\":[" + "\"x\",".repeat(900) + "1]}";
    int sent = 0;
    while (client.isRead()) {
      sent++;
      client.send(publish(V3_1_1, TOPIC, sent, payload));
    }
    client.hangUp();
    rig.recover();
    expect("{accepted none=%d, unanswered none=1}".formatted(sent - 1));
  }

  @Test
  void aJournalThatEndsLeavesItsMessagesUnanswered() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
    rig.journal.close();
    expect("{unanswered none=1}");
  }

  @Test
  void overloadIsCountedOnce() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    String payload = "{\"a\":[" + "\"x\",".repeat(900) + "1]}";
    for (int i = 0; i < 300; i++) {
      client.send(publish(V3_1_1, TOPIC, 0, payload));
    }
    rig.recover();
    Map<String, Long> counts = counts();
    assertTrue(counts.getOrDefault("refused overload", 0L) > 0, counts.toString());
    assertEquals(300, counts.values().stream().mapToLong(Long::longValue).sum());
  }

  private void f(String expected, String packet) {
    for (MqttVersion version : MqttVersion.values()) {
      f(version, expected, hex(packet));
    }
  }

  private void f(MqttVersion version, String expected, String packet) {
    f(version, expected, hex(packet));
  }

  private static void f(MqttVersion version, String expected, byte[] packet) {
    Rig fresh = new Rig();
    Rig.Client client = fresh.login(version, Role.DEVICE, "d");
    client.send(packet);
    fresh.commit();
    assertEquals("{" + expected + "=1}", counts(fresh).toString());
    assertEquals(new Counts(0, 1, 0, 0), fresh.counts(ACME)); // accepted + refused = received (I8)
  }

  private void expect(String counts) {
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    assertEquals(counts, counts().toString());
  }

  private Map<String, Long> counts() {
    return counts(rig);
  }

  /** Outcome and reason of those that are not zero. */
  private static Map<String, Long> counts(Rig of) {
    Map<String, Long> counts = new TreeMap<>();
    of.meter
        .exposition()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("qiantang_ingest_messages_total{"))
        .forEach(
            line -> {
              String[] parts = line.split("[\"} ]+", 5);
              long count = (long) Double.parseDouble(parts[parts.length - 1]);
              if (count > 0) {
                counts.put(parts[1] + " " + parts[3], count);
              }
            });
    return counts;
  }

  private static byte[] oversized(int header) {
    return publish(V3_1_1, header, TOPIC, 1, new byte[300_000]);
  }
}
