package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.mqtt.Rig.OTHER;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.disconnect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.ClientPackets.unsubscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.registry.Device;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Role;

class MqttSessionTest {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final String GATEWAY = "v1/gateway/telemetry";
  private static final String PONG = "d000";

  private final Rig rig = new Rig();

  @Test
  void nothingIsAcknowledgedBeforeItIsStored() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = rig.login(version, Role.DEVICE, "d-" + version);
      client.send(publish(version, TOPIC, 7, "{\"a\":1}"));
      rig.pass(Duration.ofSeconds(5));
      assertEquals("", client.received());
      rig.commit();
      assertEquals("40020007", client.received());
    }
    Entry.Readings readings = rig.stored(ACME, Entry.Readings.class).getFirst();
    assertEquals(new DeviceId("d-V3_1_1"), readings.publisher());
    assertEquals(new Counts(2, 0, 2, 0), rig.counts(ACME));
  }

  @Test
  void acknowledgementsOfAFrameAreOneWrite() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= 20; i++) {
      client.send(publish(V3_1_1, TOPIC, i, "{\"a\":1}"));
    }
    client.received();
    rig.commit();
    assertTrue(client.writes() <= 2); // the first message has a frame of its own
  }

  @Test
  void aSessionIsReadWhileTheStoreIsAway() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= 20; i++) {
      client.send(publish(V3_1_1, TOPIC, i, "{\"a\":\"" + "x".repeat(100) + "\"}"));
    }
    for (int second = 0; second < 60; second += 15) {
      rig.pass(Duration.ofSeconds(15));
      client.send(ping());
      assertEquals(PONG, client.received());
    }
    assertTrue(client.isOpen() && client.isRead());
    rig.recover();
    assertEquals(20 * 8, client.received().length());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void aFullBudgetStopsReadingAndNotTheSession() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    String payload = "{\"a\":[" + "\"x\",".repeat(900) + "1]}";
    int sent = 0;
    while (client.isRead()) {
      sent++;
      client.send(publish(V3_1_1, TOPIC, sent, payload));
    }
    assertTrue(rig.budgets.takenBytes() <= Budgets.SESSION_BYTES);
    client.send(ping()); // was decoded before reading stopped
    rig.pass(Duration.ofSeconds(100)); // keep-alive is 20 s, but nobody is listening
    assertTrue(client.isOpen());
    assertEquals("", client.received());
    rig.recover();
    String received = client.received();
    assertEquals(sent * 8 + 4, received.length());
    assertTrue(received.contains(PONG) && client.isRead());
    assertEquals(0, rig.budgets.takenBytes());
    assertEquals(new Counts(sent, 0, sent, 0), rig.counts(ACME));
  }

  @Test
  void qos0BeyondTheBudgetIsRefusedAndCounted() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    String payload = "{\"a\":[" + "\"x\",".repeat(900) + "1]}";
    for (int i = 0; i < 300; i++) {
      client.send(publish(V3_1_1, TOPIC, 0, payload));
    }
    assertTrue(client.isRead());
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    Counts counts = rig.counts(ACME);
    assertTrue(counts.messagesRefused() > 0);
    assertEquals(300, counts.messagesAccepted() + counts.messagesRefused());
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(
        counts.messagesRefused(), rejections.stream().mapToLong(Entry.Rejection::count).sum());
    assertTrue(rejections.size() <= 2);
    assertEquals(Reason.OVERLOAD, rejections.getFirst().reason());
  }

  @Test
  void aRefusalIsAnsweredWhenItsRecordIsStored() {
    Rig.Client old = rig.login(V3_1_1, Role.DEVICE, "old");
    Rig.Client young = rig.login(V5, Role.DEVICE, "young");
    rig.commit();
    old.send(publish(V3_1_1, TOPIC, 1, "{\"a\":"));
    young.send(publish(V5, TOPIC, 1, "{\"a\":"));
    assertEquals("", old.received() + young.received());
    rig.commit();
    assertEquals("40020001", old.received());
    String answer = young.received();
    assertTrue(answer.startsWith("40") && answer.substring(4).startsWith("000199"), answer);
    assertTrue(answer.contains("1f"), answer); // a reason string
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(2, rejections.size());
    Entry.Rejection first = rejections.getFirst();
    assertEquals(Reason.MALFORMED, first.reason());
    assertEquals(new DeviceId("old"), first.publisher());
    assertEquals(TOPIC, first.topic());
    assertEquals("{\"a\":", new String(first.payload(), UTF_8));
    assertEquals(new Counts(0, 2, 0, 0), rig.counts(ACME));
  }

  @Test
  void aClientThatWantsNoReasonsGetsNone() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    byte[] body =
        bytes()
            .putText("MQTT")
            .put(hex("05 82 0014 02 17 00"))
            .putText("d")
            .putText(token)
            .toBytes();
    Rig.Client client = rig.open();
    client.send(packet(0x10, body));
    rig.commit();
    client.received();
    client.send(publish(V5, "no/such/topic", 1, "{}"));
    rig.commit();
    assertEquals("4003000190", client.received());
  }

  @Test
  void readingsWithoutATimeAreAllKeptHoweverFastTheyCome() {
    Rig.Client first = rig.login(V3_1_1, Role.DEVICE, "d");
    Rig.Client second = rig.open();
    second.send(connect(V5, "another", rig.token(ACME, Role.DEVICE, "d").text(), 20));
    for (int i = 1; i <= 20; i++) { // the clock stands still
      first.send(publish(V3_1_1, TOPIC, i, "[{\"a\":1},{\"a\":2}]"));
      second.send(publish(V5, TOPIC, i, "{\"a\":3}"));
    }
    rig.commit();
    long times =
        rig.stored(ACME, Entry.Readings.class).stream()
            .flatMap(entry -> entry.readings().stream())
            .map(Reading::eventTimeMicros)
            .distinct()
            .count();
    assertEquals(60, times);
  }

  @Test
  void aRefusedMessageIsAnsweredSoon() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= 3; i++) { // one in flight at a time
      client.send(publish(V3_1_1, TOPIC, i, "rubbish"));
      rig.pass(RejectionLog.ANSWER);
      rig.commit();
      assertEquals("4002000" + i, client.received());
    }
    assertEquals(3, rig.stored(ACME, Entry.Rejection.class).size());
  }

  @Test
  void identicalRefusalsAreOneRecordASecond() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= 50; i++) {
      client.send(publish(V3_1_1, TOPIC, i, "{\"a\":" + i));
    }
    rig.commit();
    assertEquals("40020001", client.received());
    assertEquals(1, rig.stored(ACME, Entry.Rejection.class).size());
    rig.pass(Duration.ofMillis(1250));
    assertEquals("", client.received()); // the repeats wait for their record
    rig.commit();
    assertEquals(49 * 8, client.received().length());
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(List.of(1L, 49L), rejections.stream().map(Entry.Rejection::count).toList());
    assertEquals(new Counts(0, 50, 0, 0), rig.counts(ACME));
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void differentRefusalsAreAllWritten() {
    Rig.Client client = rig.login(V3_1_1, Role.GATEWAY, "g");
    rig.commit();
    for (int i = 1; i <= 100; i++) {
      client.send(publish(V3_1_1, "unknown/" + i, i, "{}"));
    }
    rig.commit();
    assertEquals(100 * 8, client.received().length());
    assertEquals(100, rig.stored(ACME, Entry.Rejection.class).size());
    client.hangUp();
    rig.commit();
    assertEquals(100, rig.stored(ACME, Entry.Rejection.class).size());
  }

  @Test
  void gatheredRefusalsAreWrittenAtTheSessionsEnd() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= 5; i++) {
      client.send(publish(V3_1_1, TOPIC, i, "x"));
    }
    client.hangUp();
    rig.commit();
    assertEquals(new Counts(0, 5, 0, 0), rig.counts(ACME));
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void aMessagePartlyRefusedIsAcceptedAndSaysSo() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V5, TOPIC, 1, "[{\"a\":1},{\"ts\":4294967296000,\"values\":{\"a\":2}}]"));
    rig.commit();
    String answer = client.received();
    assertTrue(answer.startsWith("40") && answer.substring(6).startsWith("000100"), answer);
    assertEquals(new Counts(1, 0, 1, 1), rig.counts(ACME));
    Entry.Rejection rejection = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertEquals(Reason.CLOCK, rejection.reason());
    assertEquals(4_294_967_296_000_000L, rejection.eventTimeMicros());
    assertEquals(new DeviceId("d"), rejection.device());
  }

  @Test
  void aMessageThatSaysNothingIsAcceptedAndCounted() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V5, TOPIC, 1, "{\"a\":null}"));
    rig.commit();
    assertEquals("40020001", client.received());
    assertEquals(new Counts(1, 0, 0, 0), rig.counts(ACME));
  }

  @Test
  void anOversizedPublishOf311IsAnsweredAndRecorded() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V3_1_1, 0x32, TOPIC, 1, new byte[300_000]));
    client.send(publish(V3_1_1, TOPIC, 2, "{\"a\":1}"));
    rig.commit();
    assertEquals("4002000140020002", client.received());
    Entry.Rejection rejection = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertEquals(Reason.TOO_LARGE, rejection.reason());
    assertEquals(300_000, rejection.payloadBytes());
    assertEquals(Entry.Rejection.PAYLOAD_KEPT_BYTES, rejection.payload().length);
    assertEquals(new Counts(1, 1, 1, 0), rig.counts(ACME));
  }

  @Test
  void anOversizedPublishOf5EndsTheSession() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    client.send(hex("32 80 80 40"));
    rig.commit();
    String answer = client.received();
    assertTrue(answer.startsWith("e0") && answer.substring(4).startsWith("95"), answer);
    assertFalse(client.isOpen());
    assertEquals(Reason.TOO_LARGE, rig.stored(ACME, Entry.Rejection.class).getFirst().reason());
    assertEquals("packet-too-large", lastPresence().reason());
  }

  @Test
  void moreThanTheReceiveMaximumEndsTheSession() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= Quota.IN_FLIGHT.usual(); i++) {
      client.send(publish(V5, TOPIC, i, "{}"));
    }
    assertTrue(client.isOpen());
    client.send(publish(V5, TOPIC, 1000, "{}"));
    assertTrue(client.received().startsWith("e0"));
    assertFalse(client.isOpen());
  }

  @Test
  void aRedeliveredMessageWithoutEventTimesIsFlagged() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V3_1_1, 0x3A, TOPIC, 1, "{\"a\":1}".getBytes(UTF_8)));
    rig.commit();
    Reading reading = rig.stored(ACME, Entry.Readings.class).getFirst().readings().getFirst();
    assertTrue(reading.possibleRepeat());
  }

  @Test
  void aGatewayWritesItsOwnEnterprisesDevices() {
    var _ = rig.token(OTHER, Role.DEVICE, "press-3"); // another enterprise has one of that name
    Rig.Client client = rig.login(V3_1_1, Role.GATEWAY, "g");
    rig.commit();
    client.send(publish(V3_1_1, GATEWAY, 1, "{\"press-3\":[{\"a\":1}],\"压机\":[{\"a\":2}]}"));
    client.send(publish(V3_1_1, GATEWAY, 2, "{\"press-3\":[{\"a\":1}]}"));
    client.send(publish(V3_1_1, "v1/gateway/connect", 3, "{\"device\":\"x\",\"type\":\"plc\"}"));
    rig.commit();
    assertEquals(3 * 8, client.received().length());
    assertEquals(List.of(), rig.stored(OTHER));
    List<Entry.Birth> births = rig.stored(ACME, Entry.Birth.class);
    assertEquals(List.of("press-3", "压机", "x"), births.stream().map(Entry.Birth::name).toList());
    assertEquals(new DeviceId("g"), births.getFirst().gateway());
    assertEquals("plc", births.getLast().model());
    Device found = rig.registry.device(ACME, new DeviceId("x")).toCompletableFuture().join().get();
    assertEquals(new DeviceId("g"), found.gateway());
    assertEquals("plc", found.model());
    List<Entry> entries = rig.stored(ACME);
    int birth = entries.indexOf(births.getFirst());
    int readings = entries.indexOf(rig.stored(ACME, Entry.Readings.class).getFirst());
    assertTrue(birth < readings);
  }

  @Test
  void aDeviceMayNotSpeakForOthers() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V5, GATEWAY, 1, "{\"press-3\":[{\"a\":1}]}"));
    rig.commit();
    assertTrue(client.received().substring(4).startsWith("000190"));
    assertEquals(Reason.TOPIC, rig.stored(ACME, Entry.Rejection.class).getFirst().reason());
  }

  @Test
  void presenceIsRecorded() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(disconnect());
    rig.commit();
    List<Entry.Presence> presence = rig.stored(ACME, Entry.Presence.class);
    assertEquals(2, presence.size());
    assertTrue(presence.getFirst().connected());
    assertEquals("connect", presence.getFirst().reason());
    assertFalse(presence.getLast().connected());
    assertEquals("disconnect", presence.getLast().reason());
    assertEquals(presence.getFirst().session(), presence.getLast().session());
    assertFalse(client.isOpen());
    Rig.Client lost = rig.login(V3_1_1, Role.DEVICE, "d");
    lost.hangUp();
    rig.commit();
    assertEquals("connection-lost", lastPresence().reason());
  }

  @Test
  void keepAliveIsEnforcedAtOneAndAHalfTimes() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.pass(Duration.ofSeconds(29));
    client.send(ping());
    assertEquals(PONG, client.received());
    rig.pass(Duration.ofMillis(29_900));
    assertTrue(client.isOpen());
    rig.pass(Duration.ofMillis(700));
    rig.recover();
    assertFalse(client.isOpen());
    assertTrue(client.received().contains("8d"));
    assertEquals("keep-alive", lastPresence().reason());
  }

  @Test
  void aClientThatSaysNothingIsCutAfterTheConnectTimeout() {
    Rig.Client client = rig.open();
    client.send(hex("10"));
    rig.pass(Duration.ofMillis(9_900));
    assertTrue(client.isOpen());
    rig.pass(Duration.ofMillis(700));
    assertFalse(client.isOpen());
  }

  @Test
  void theSameClientIdTakesTheSessionOver() {
    Rig.Client first = rig.login(V5, Role.DEVICE, "d");
    Rig.Client second = rig.login(V5, Role.DEVICE, "d");
    Rig.Client other = rig.open();
    other.send(connect(V5, "d-2", rig.token(ACME, Role.DEVICE, "d").text(), 20));
    rig.commit();
    assertFalse(first.isOpen());
    assertTrue(first.received().contains("8e"));
    assertTrue(second.isOpen() && other.isOpen());
    assertTrue(
        rig.stored(ACME, Entry.Presence.class).stream()
            .anyMatch(presence -> presence.reason().equals("taken-over")));
    second.send(publish(V5, TOPIC, 1, "{}"));
    rig.commit();
    assertEquals("40020001", second.received());
  }

  @Test
  void subscriptionsAreAnswered() {
    Rig.Client old = rig.login(V3_1_1, Role.GATEWAY, "old");
    old.send(subscribe(V3_1_1, 1, "v1/gateway/rpc", 2));
    assertEquals("9003000101", old.received());
    old.send(subscribe(V3_1_1, 2, "#", 0));
    assertEquals("9003000280", old.received());
    old.send(unsubscribe(V3_1_1, 3, "v1/gateway/rpc"));
    assertEquals("b0020003", old.received());
    Rig.Client young = rig.login(V5, Role.DEVICE, "young");
    young.send(subscribe(V5, 1, "v1/devices/me/rpc/request/+", 0));
    assertEquals("900400010000", young.received());
    young.send(subscribe(V5, 2, "other/topic", 1));
    assertEquals("900400020087", young.received());
    young.send(subscribe(V5, 3, "a/#/b", 1));
    assertEquals("90040003008f", young.received());
    young.send(subscribe(V5, 4, "$share/g/a", 1));
    assertEquals("90040004009e", young.received());
    young.send(subscribe(V5, 5, "$share//a", 1)); // row 17
    assertEquals("90040005008f", young.received());
    young.send(unsubscribe(V5, 6, "v1/devices/me/rpc/request/+"));
    assertEquals("b00400060000", young.received());
    young.send(unsubscribe(V5, 7, "v1/devices/me/rpc/request/+"));
    assertEquals("b00400070011", young.received());
    young.send(subscribe(V5, 8, "$share/g/a", 5)); // row 17: with No Local
    assertTrue(young.received().contains("82"));
    assertFalse(young.isOpen());
  }

  @Test
  void acknowledgementsOfNothingAreSurvived() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = rig.login(version, Role.DEVICE, "d-" + version);
      client.send(packet(0x40, "0009"));
      client.send(packet(0x50, "0009"));
      client.send(packet(0x70, "0009"));
      assertEquals("", client.received());
      client.send(packet(0x62, "0009")); // row 30
      assertEquals(version == V5 ? "7003000992" : "70020009", client.received());
    }
  }

  @Test
  void aClosedJournalAcknowledgesNothing() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V3_1_1, TOPIC, 1, "{\"a\":1}"));
    rig.journal.close();
    rig.commit();
    client.send(publish(V3_1_1, TOPIC, 2, "{\"a\":1}"));
    rig.commit();
    assertEquals("", client.received());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void packetsBehindAConnectWaitForTheLogin() {
    Rig.Client client = rig.open();
    byte[] connect = connect(V3_1_1, "d", rig.token(ACME, Role.DEVICE, "d").text(), 20);
    byte[] both = ClientPackets.bytes().put(connect).put(publish(V3_1_1, TOPIC, 1, "{}")).toBytes();
    client.send(both);
    rig.commit();
    assertEquals("2002000040020001", client.received());
  }

  private Entry.Presence lastPresence() {
    return rig.stored(ACME, Entry.Presence.class).getLast();
  }
}
