package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.mqtt.Rig.OTHER;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Role;

/** Quotas as a client meets them. */
class ThrottleTest {
  private static final String TELEMETRY = "v1/devices/me/telemetry";
  private static final String GATEWAY = "v1/gateway/telemetry";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Rig rig = new Rig();
  private long changes;
  private int packetIds;

  @BeforeEach
  void begin() {
    rig.access.poll();
  }

  @Test
  void whoWasSlowedIsReadOnTimeByALoopThatStoodStill() {
    set(Map.of(Quota.DEVICE_MESSAGES, 2L));
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    sendMany(client, V5, 130);
    assertFalse(client.isRead());
    rig.standStill(Duration.ofSeconds(7));
    rig.pass(SessionLoop.TICK);
    assertTrue(client.isRead());
  }

  @Test
  void whoSendsTooOftenIsSlowedAndNothingIsLost() {
    for (MqttVersion version : MqttVersion.values()) {
      set(Map.of(Quota.DEVICE_MESSAGES, 2L));
      Rig.Client client = rig.login(version, Role.DEVICE, "d-" + version);
      rig.commit();
      long before = rig.counts(ACME).messagesAccepted();
      // A minute's worth is the burst; ten more are five seconds.
      sendMany(client, version, 130);
      assertFalse(client.isRead(), "it is over its rate");
      rig.pass(Duration.ofSeconds(4));
      rig.commit();
      assertFalse(client.isRead(), "not yet");
      rig.pass(Duration.ofSeconds(2));
      rig.commit();
      assertTrue(client.isRead(), "it has waited");
      assertEquals(130, rig.counts(ACME).messagesAccepted() - before);
      assertEquals(0, rig.counts(ACME).messagesRefused());
    }
  }

  @Test
  void itIsToldWhichQuotaItIsAndItsEnterpriseReadsItOnceAMinute() {
    set(Map.of(Quota.DEVICE_BYTES, 1L));
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    for (int i = 0; i < 3; i++) {
      client.send(telemetry(V5));
      rig.commit();
      rig.pass(Duration.ofSeconds(8));
    }
    assertFalse(text(client.received()).contains("quota"));
    List<Entry.Rejection> records = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(List.of(), records, "three messages of seven bytes fit the burst of a minute");
    for (int i = 0; i < 20; i++) {
      client.send(telemetry(V5));
      rig.commit();
      rig.pass(SECOND);
      rig.commit();
    }
    String answers = text(client.received());
    assertTrue(answers.contains("quota deviceBytesPerSecond of 1 is used up"), answers);
    records = rig.stored(ACME, Entry.Rejection.class);
    assertTrue(!records.isEmpty() && records.size() <= 3, records.toString());
    assertEquals(Reason.SLOWED, records.getFirst().reason());
    assertEquals(0, rig.counts(ACME).messagesRefused());
  }

  @Test
  void allConnectionsOfADeviceShareItsRate() {
    set(Map.of(Quota.DEVICE_MESSAGES, 1L));
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    Rig.Client one = rig.open();
    one.send(connect(V3_1_1, "one", token, 20));
    Rig.Client two = rig.open();
    two.send(connect(V3_1_1, "two", token, 20));
    Rig.Client other = rig.login(V3_1_1, Role.DEVICE, "e");
    rig.commit();
    sendMany(one, V3_1_1, 59);
    assertTrue(one.isRead());
    sendMany(two, V3_1_1, 2);
    assertFalse(two.isRead());
    sendMany(other, V3_1_1, 59);
    assertTrue(other.isRead());
  }

  @Test
  void whatADeviceUsedIsNotForgottenWhenItConnectsAnew() {
    set(Map.of(Quota.DEVICE_MESSAGES, 1L));
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    for (int i = 0; i < 2; i++) {
      Rig.Client client = rig.open();
      client.send(connect(V3_1_1, "d", token, 20));
      rig.commit();
      sendMany(client, V3_1_1, 40);
      assertEquals(i == 0, client.isRead());
      client.hangUp();
    }
  }

  @Test
  void anEnterpriseIsSlowedAsAWholeAndNoOther() {
    set(Map.of(Quota.ENTERPRISE_MESSAGES, 1L));
    Rig.Client one = rig.login(V5, Role.DEVICE, "d");
    Rig.Client two = rig.login(V5, Role.DEVICE, "e");
    Rig.Client foreign = rig.open();
    foreign.send(connect(V5, "x", rig.token(OTHER, Role.DEVICE, "x").text(), 20));
    rig.commit();
    sendMany(one, V5, 60);
    assertTrue(one.isRead());
    sendMany(two, V5, 2);
    assertFalse(two.isRead());
    sendMany(foreign, V5, 100);
    assertTrue(foreign.isRead());
    sendMany(one, V5, 1);
    assertFalse(one.isRead());
    rig.pass(Duration.ofSeconds(5));
    rig.commit();
    List<Entry.Rejection> records = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(1, records.size(), "once for all of it");
    assertTrue(records.getFirst().detail().contains("enterpriseMessagesPerSecond of 1"));
    assertEquals(List.of(), rig.stored(OTHER, Entry.Rejection.class));
  }

  @Test
  void nobodyWaitsLongerThanClientsWaitForAnAnswer() {
    set(Map.of(Quota.ENTERPRISE_MESSAGES, 1L, Quota.ENTERPRISE_CONNECTS, 100L));
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    rig.commit();
    for (int i = 0; i < 10; i++) {
      clients.forEach(client -> client.send(telemetry(V3_1_1))); // 2,000 where 60 are saved up
    }
    rig.pass(Duration.ofSeconds(1));
    assertTrue(clients.stream().noneMatch(Rig.Client::isRead));
    long before = rig.counts(ACME).messagesAccepted();
    for (int i = 0; i < 31; i++) {
      rig.pass(SECOND);
      rig.commit();
    }
    long taken = rig.counts(ACME).messagesAccepted() - before;
    assertTrue(taken >= 200, "one of each, and not one a second: " + taken);
  }

  @Test
  void aNewValueHoldsForLivingSessions() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    sendMany(client, V3_1_1, 100);
    assertTrue(client.isRead());
    set(Map.of(Quota.DEVICE_MESSAGES, 1L));
    sendMany(client, V3_1_1, 62);
    assertFalse(client.isRead());
    set(Map.of(Quota.DEVICE_MESSAGES, 0L));
    rig.pass(Duration.ofSeconds(5));
    sendMany(client, V3_1_1, 100);
    assertTrue(client.isRead());
  }

  @Test
  void whoIsSlowedByAQuotaThatRisesIsReadAtOnce() {
    String large = "{\"a\":\"" + "x".repeat(200) + "\"}";
    for (Quota quota : List.of(Quota.DEVICE_BYTES, Quota.ENTERPRISE_BYTES)) {
      set(Map.of(quota, 1L));
      Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d-" + quota.word());
      rig.commit();
      client.send(publish(V3_1_1, TELEMETRY, 1, large));
      set(Map.of(quota, 1L));
      assertFalse(client.isRead(), "what has not changed lifts nothing");
      set(Map.of(quota, 1_000_000L)); // within 2 s, and it had to wait 30
      assertTrue(client.isRead(), quota.word());
      sendMany(client, V3_1_1, 100);
      assertTrue(client.isRead(), "what is owed of the old rate is not owed of the new one");
      rig.commit();
    }
  }

  @Test
  void aSessionThatEndsWhileItIsSlowedLeavesNothing() {
    set(Map.of(Quota.DEVICE_MESSAGES, 1L));
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    sendMany(client, V3_1_1, 62);
    assertFalse(client.isRead());
    client.hangUp();
    rig.pass(Duration.ofSeconds(10));
    rig.commit();
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void tooManyConnectsAreRefusedWithTheTimeToComeAgain() {
    set(Map.of(Quota.DEVICE_CONNECTS, 2L));
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    for (MqttVersion version : List.of(V5, V3_1_1)) {
      rig.open().send(connect(version, "d", token, 20));
    }
    Rig.Client refused = rig.open();
    refused.send(connect(V5, "d", token, 20));
    String answer = refused.received();
    assertEquals("9f", answer.substring(6, 8));
    assertTrue(
        text(answer).contains("quota deviceConnectsPerMinute of 2 is used up: come again in 30 s"),
        text(answer));
    Rig.Client old = rig.open();
    old.send(connect(V3_1_1, "d", token, 20));
    assertEquals("20020003", old.received());
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    List<Entry.Rejection> records = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(Reason.QUOTA, records.getFirst().reason());
    assertEquals(2, records.stream().mapToLong(Entry.Rejection::count).sum());
    rig.pass(Duration.ofSeconds(30));
    rig.recover();
    Rig.Client later = rig.open();
    later.send(connect(V3_1_1, "d", token, 20));
    assertEquals("20020000", later.received());
  }

  @Test
  void theConnectsOfAnEnterpriseAreCountedTogether() {
    set(Map.of(Quota.ENTERPRISE_CONNECTS, 1L)); // a burst of twenty
    for (int i = 0; i < 20; i++) {
      rig.login(V3_1_1, Role.DEVICE, "d" + i);
    }
    Rig.Client refused = rig.open();
    refused.send(connect(V5, "d", rig.token(ACME, Role.DEVICE, "d").text(), 20));
    String answer = text(refused.received());
    assertTrue(answer.contains("quota enterpriseConnectsPerSecond of 1"), answer);
    Rig.Client foreign = rig.open();
    foreign.send(connect(V3_1_1, "x", rig.token(OTHER, Role.DEVICE, "x").text(), 20));
    assertEquals("20020000", foreign.received());
  }

  @Test
  void aDeviceBehindAGatewayIsRefusedAloneWhenItIsOverItsRate() {
    set(Map.of(Quota.SUB_DEVICE_MESSAGES, 1L)); // a burst of ten minutes
    Rig.Client gateway = rig.login(V5, Role.GATEWAY, "g");
    rig.commit();
    for (int i = 0; i < 600; i++) {
      gateway.send(publish(V5, GATEWAY, ++packetIds, "{\"loud\":[{\"m\":1}]}"));
      rig.commit();
    }
    gateway.received();
    gateway.send(publish(V5, GATEWAY, ++packetIds, "{\"loud\":[{\"m\":1}],\"still\":[{\"m\":1}]}"));
    rig.commit();
    String answer = text(gateway.received());
    assertTrue(answer.contains("1 of 2 readings were refused: device loud: quota"), answer);
    gateway.send(publish(V5, GATEWAY, ++packetIds, "{\"loud\":[{\"m\":1}]}"));
    rig.pass(SECOND.plusMillis(100)); // its record goes a second after the first
    rig.commit();
    assertTrue(gateway.received().contains("97"));
    assertTrue(gateway.isRead(), "those beside it go on");
    List<Entry.Rejection> records = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(new DeviceId("loud"), records.getFirst().device());
    assertEquals(Reason.QUOTA, records.getFirst().reason());
    gateway.send(publish(V5, GATEWAY, ++packetIds, "{\"loud\":[{\"m\":1}]}"));
    rig.commit();
    assertEquals("00", code(gateway.received()), "a second has passed");
  }

  @Test
  void newDevicesAreRefusedWhenTheHoursAreUsedUpAndKnownOnesAreNot() {
    set(Map.of(Quota.NEW_DEVICES, 2L));
    Rig.Client gateway = rig.login(V5, Role.GATEWAY, "g");
    rig.commit();
    for (String device : List.of("a", "b", "a", "b")) {
      assertEquals("00", code(answer(gateway, device)));
    }
    String refused = answer(gateway, "c");
    assertEquals("97", code(refused));
    assertTrue(text(refused).contains("device c: quota newDevicesPerHour of 2"), text(refused));
    assertTrue(text(refused).matches("(?s).*come again in 17\\d\\d s.*"), text(refused));
    // Another session knows the registry only.
    Rig.Client again = rig.login(V5, Role.GATEWAY, "h");
    rig.commit();
    assertEquals("00", code(answer(again, "a")));
    assertEquals("97", code(answer(again, "c")));
    rig.pass(Duration.ofMinutes(31));
    rig.recover();
    assertEquals("00", code(answer(rig.login(V5, Role.GATEWAY, "i"), "c")));
  }

  @Test
  void devicesThatWereKnownDoNotCountAsNew() {
    set(Map.of(Quota.NEW_DEVICES, 3L));
    Rig.Client first = rig.login(V5, Role.GATEWAY, "g");
    rig.commit();
    assertEquals("00", code(answer(first, "a")));
    assertEquals("00", code(answer(first, "b")));
    for (int i = 0; i < 5; i++) {
      Rig.Client again = rig.login(V5, Role.GATEWAY, "g");
      rig.commit();
      assertEquals("00", code(answer(again, "a")));
      assertEquals("00", code(answer(again, "b")));
    }
    assertEquals("00", code(answer(rig.login(V5, Role.GATEWAY, "h"), "c")));
  }

  @Test
  void knownDevicesGiveBackNoMoreThanTheyTook() {
    set(Map.of(Quota.NEW_DEVICES, 2L));
    Rig.Client gateway = rig.login(V5, Role.GATEWAY, "g");
    rig.commit();
    assertEquals("00", code(answer(gateway, "a")));
    assertEquals("00", code(answer(gateway, "b")));
    for (int i = 0; i < 5; i++) {
      Rig.Client again = rig.login(V5, Role.GATEWAY, "g" + i);
      rig.commit();
      again.send(publish(V5, GATEWAY, ++packetIds, "{\"a\":[{\"m\":1}],\"b\":[{\"m\":1}]}"));
      rig.commit();
    }
    assertEquals("97", code(answer(rig.login(V5, Role.GATEWAY, "h"), "c")));
  }

  @Test
  void sizesAreRefusedWithTheLimit() {
    set(Map.of(Quota.PAYLOAD_BYTES, 10L, Quota.TOPIC_LEVELS, 4L, Quota.IN_FLIGHT, 5L));
    Rig.Client client = rig.open();
    client.send(connect(V5, "d", rig.token(ACME, Role.DEVICE, "d").text(), 20));
    rig.commit();
    assertTrue(client.received().contains("210005"), "the Receive Maximum");
    client.send(publish(V5, TELEMETRY, 1, "{\"a\":12345678}"));
    client.send(publish(V5, "v1/devices/me/rpc/response/1", 2, "{}"));
    client.send(publish(V5, TELEMETRY, 3, "{\"a\":1}"));
    rig.pass(SECOND);
    rig.commit();
    String answers = text(client.received());
    assertTrue(answers.contains("14 where quota payloadBytes of 10 holds"), answers);
    assertTrue(answers.contains("6 where quota topicLevels of 4 holds"), answers);
    assertEquals(1, rig.counts(ACME).messagesAccepted());
    assertEquals(2, rig.counts(ACME).messagesRefused());
  }

  private String answer(Rig.Client gateway, String device) {
    gateway.received();
    gateway.send(publish(V5, GATEWAY, ++packetIds, "{\"" + device + "\":[{\"m\":1}]}"));
    rig.commit();
    rig.pass(SECOND.plusMillis(100));
    rig.commit();
    return gateway.received();
  }

  private void set(Map<Quota, Long> quotas) {
    for (var id : List.of(ACME, OTHER)) {
      AccessChange change = AccessChange.ofEnterprise(rig.now(), ++changes, id);
      var _ = rig.registry.setQuotas(id, id.equals(ACME) ? quotas : Map.of(), change);
    }
    rig.pass(Duration.ofSeconds(2));
  }

  private void sendMany(Rig.Client client, MqttVersion version, int count) {
    for (int i = 0; i < count; i++) {
      client.send(telemetry(version));
    }
  }

  private byte[] telemetry(MqttVersion version) {
    return publish(version, TELEMETRY, ++packetIds % 60_000 + 1, "{\"a\":1}");
  }

  /** The reason code of the one PUBACK there is, which has one or is short for success. */
  private static String code(String pubAck) {
    return pubAck.startsWith("4002") ? "00" : pubAck.substring(8, 10);
  }

  private static String text(String hex) {
    return new String(HexFormat.of().parseHex(hex), UTF_8);
  }
}
