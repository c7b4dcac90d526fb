package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceRecord;

/** What a live trace tells of sessions. */
class TraceTest {
  private static final String TELEMETRY = "v1/devices/me/telemetry";
  private static final String GATEWAY = "v1/gateway/telemetry";

  private final Rig rig = new Rig();

  @BeforeEach
  void follow() {
    rig.followTraces();
  }

  @Test
  void aLivingSessionIsFollowedAndOneThatComesLater() {
    Rig.Client living = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    trace(Rig.ACME, "t", "d1", null);
    living.send(publish(TELEMETRY, 7, "{\"a\":1}"));
    rig.commit();
    living.hangUp();
    Rig.Client later = rig.login(MqttVersion.V5, Role.DEVICE, "d1");
    later.send(ClientPackets.publish(MqttVersion.V5, TELEMETRY, 8, "{\"a\":"));
    rig.commit();
    assertEquals(
        List.of(
            "PUBLISH accepted",
            "END ended connection-lost",
            "CONNECT accepted",
            "PUBLISH refused malformed"),
        told("t"));
    TraceRecord first = records("t").getFirst();
    assertEquals(7, first.packetId());
    assertEquals(1, first.qos());
    assertEquals("{\"a\":1}", new String(first.payload(), UTF_8));
    assertEquals(Map.of(new DeviceId("d1"), 1), first.readings());
    assertNotNull(first.answeredMicros());
    assertEquals(0, records("t").getLast().readings().size());
  }

  @Test
  void aMessageIsToldWhenItIsAnswered() {
    Rig.Client client = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    trace(Rig.ACME, "t", "d1", null);
    client.send(publish(TELEMETRY, 7, "{\"a\":1}"));
    rig.runLoop();
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of(), told("t"));
    rig.commit();
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of("PUBLISH accepted"), told("t"));
    TraceRecord record = records("t").getFirst();
    Long answered = record.answeredMicros();
    assertTrue(answered != null && answered - record.micros() >= 1_000_000, record.toString());
  }

  @Test
  void noOtherDevicesAndNoOtherEnterprisesPacketsAreTold() {
    Rig.Client client = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d2");
    trace(Rig.ACME, "of-d1", "d1", null);
    trace(Rig.OTHER, "of-d2", "d2", null);
    trace(Rig.OTHER, "of-all", null, "#");
    client.send(publish(TELEMETRY, 7, "{\"a\":1}"));
    rig.commit();
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of(), told("of-d1"));
    assertEquals(List.of(), told(Rig.OTHER, "of-d2"));
    assertEquals(List.of(), told(Rig.OTHER, "of-all"));
    assertNull(active("d2").records().tracer());
  }

  @Test
  void aTopicIsTracedWhoeverSends() {
    Rig.Client one = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    Rig.Client two = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d2");
    trace(Rig.ACME, "t", null, "v1/devices/+/telemetry");
    one.send(publish(TELEMETRY, 1, "{\"a\":1}"));
    two.send(publish(TELEMETRY, 1, "{\"a\":2}"));
    two.send(publish("v1/devices/me/attributes", 2, "{\"a\":2}"));
    rig.commit();
    assertEquals(List.of("PUBLISH accepted", "PUBLISH accepted"), told("t"));
  }

  @Test
  void ofASubDeviceItsGatewaysMessagesAreToldThatNameIt() {
    Rig.Client gateway = rig.login(MqttVersion.V3_1_1, Role.GATEWAY, "gw");
    trace(Rig.ACME, "t", "PLC-1", null);
    gateway.send(publish(GATEWAY, 1, "{\"PLC-1\":[{\"a\":1},{\"a\":2}],\"PLC-2\":[{\"a\":1}]}"));
    gateway.send(publish(GATEWAY, 2, "{\"PLC-2\":[{\"a\":1}]}"));
    rig.commit();
    assertEquals(List.of("PUBLISH accepted"), told("t"));
    assertEquals(
        Map.of(new DeviceId("PLC-1"), 2, new DeviceId("PLC-2"), 1),
        records("t").getFirst().readings());
  }

  @Test
  void subscriptionsAndWhatIsSentAreTold() {
    Rig.Client client = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    trace(Rig.ACME, "t", "d1", null);
    client.send(ClientPackets.subscribe(MqttVersion.V3_1_1, 3, "v1/devices/me/rpc/request/+", 1));
    client.send(ClientPackets.subscribe(MqttVersion.V3_1_1, 4, "x/#", 1));
    var _ = client.outgoing().send("v1/devices/me/rpc/request/1", "{}".getBytes(UTF_8), 1, false);
    client.send(ClientPackets.ping());
    rig.commit();
    assertEquals(
        List.of(
            "SUBSCRIBE accepted", "SUBSCRIBE refused topic", "sent PUBLISH told", "PINGREQ told"),
        told("t"));
    assertEquals("answered with 0x80", records("t").get(1).detail());
    assertEquals("x/#", records("t").get(1).topic());
  }

  @Test
  void aFloodIsCountedAndSlowsNobody() {
    Rig.Client client = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    trace(Rig.ACME, "t", "d1", null);
    for (int i = 1; i <= 200; i++) {
      client.send(publish(TELEMETRY, i, "{\"a\":" + i + "}"));
      if (i % 10 == 0) {
        rig.commit();
      }
    }
    client.send(publish("nowhere", 201, "x"));
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    List<TraceRecord> records = records("t");
    assertEquals("topic", records.get(40).reason(), "a refusal is told all the same");
    long skipped = records.stream().mapToLong(TraceRecord::skipped).sum();
    assertEquals(41, records.size());
    assertEquals(160, skipped);
    for (int i = 1; i <= 60; i++) {
      client.send(publish(TELEMETRY, i, "{\"a\":" + i + "}"));
      if (i % 10 == 0) {
        rig.commit();
      }
    }
    rig.pass(Duration.ofSeconds(2));
    assertEquals("GAP", records("t").getLast().packet(), "where nothing follows, that is told");
    assertEquals(20, records("t").getLast().skipped());
  }

  @Test
  void whatEndsIsToldNoMore() {
    Rig.Client client = rig.login(MqttVersion.V3_1_1, Role.DEVICE, "d1");
    Trace trace = trace(Rig.ACME, "stopped", "d1", null);
    trace(Rig.ACME, "over", "d1", null);
    assertNotNull(active("d1").records().tracer());
    var _ = rig.registry.traces().write(trace.stopped());
    rig.pass(Duration.ofSeconds(3));
    client.send(publish(TELEMETRY, 1, "{\"a\":1}"));
    rig.commit();
    for (int i = 0; i < 5; i++) {
      rig.pass(Duration.ofSeconds(13));
      client.send(ClientPackets.ping()); // the last one is too late
    }
    rig.commit();
    assertNull(active("d1").records().tracer());
    assertEquals(List.of(), told("stopped"));
    assertEquals(5, told("over").size());
    assertEquals("PUBLISH accepted", told("over").getFirst());
    assertFalse(rig.node.traces().areAny());
  }

  @Test
  void noSecretIsTold() {
    trace(Rig.ACME, "t", "d1", null);
    Rig.Client client = rig.login(MqttVersion.V5, Role.DEVICE, "d1");
    client.send(ClientPackets.ping());
    rig.pass(Duration.ofSeconds(1));
    TraceRecord connect = records("t").getFirst();
    assertEquals("CONNECT", connect.packet());
    assertTrue(connect.detail().startsWith("MQTT 5.0, keep-alive 20 s"), connect.detail());
    assertFalse(connect.toString().contains("secret"), connect.toString());
  }

  private Trace trace(
      EnterpriseId enterprise, String id, @Nullable String device, @Nullable String topic) {
    Trace trace =
        new Trace(
            enterprise,
            id,
            device == null ? null : new DeviceId(device),
            topic,
            rig.now(),
            rig.now().plusSeconds(60),
            false);
    var _ = rig.registry.traces().write(trace);
    rig.pass(Duration.ofSeconds(2));
    return trace;
  }

  private Active active(String device) {
    return rig.node.sessions(Rig.ACME).stream()
        .filter(session -> session.identity().device().equals(new DeviceId(device)))
        .findFirst()
        .orElseThrow();
  }

  private List<TraceRecord> records(String trace) {
    rig.pass(Duration.ofSeconds(1));
    return rig.registry.traces().records(Rig.ACME, trace, "", 1000).toCompletableFuture().join();
  }

  private List<String> told(String trace) {
    return told(Rig.ACME, trace);
  }

  private List<String> told(EnterpriseId enterprise, String trace) {
    rig.pass(Duration.ofSeconds(1));
    return rig
        .registry
        .traces()
        .records(enterprise, trace, "", 1000)
        .toCompletableFuture()
        .join()
        .stream()
        .map(
            record ->
                (record.isSent() ? "sent " : "")
                    + record.packet()
                    + " "
                    + record.outcome().word()
                    + (record.reason() == null ? "" : " " + record.reason()))
        .toList();
  }

  private static byte[] publish(String topic, int packetId, String payload) {
    return ClientPackets.publish(MqttVersion.V3_1_1, topic, packetId, payload);
  }
}
