package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.connectWithWill;
import static qiantang.ingest.net.ClientPackets.disconnect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.payload.SparkplugWriter;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

class WillTest {
  private static final String TELEMETRY = "v1/devices/me/telemetry";
  private static final byte[] OFF = "{\"on\":false}".getBytes(UTF_8);

  private static final String BD_SEQ = "{\"metrics\":[{\"name\":\"bdSeq\",\"type\":4,\"long\":?}]}";
  private static final Map<DeviceId, String> NAMES =
      Map.of(
          DeviceId.ofName("g/n"), "g/n", DeviceId.ofName("g/n/d"), "g/n/d", new DeviceId("d"), "d");

  private final Rig rig = new Rig();

  @Test
  void aWillToATopicThatIsNotTheClientsIsRefusedLikeAMessage() {
    login(V5, 0x86, "v1/gateway/telemetry", OFF).hangUp();
    rig.commit();
    assertEquals(List.of(), rig.stored(ACME, Entry.Readings.class));
    Entry.Rejection told = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertEquals("v1/gateway/telemetry", told.topic());
    assertEquals(1, rig.stored(ACME, Entry.Death.class).size());
  }

  @Test
  void aClientThatIsLostLeavesItsWill() {
    for (MqttVersion version : MqttVersion.values()) {
      for (int qos = 0; qos <= 2; qos++) { // [MQTT-3.1.2-17]
        Rig.Client client = login(version, 0x86 | qos << 3, TELEMETRY, OFF);
        client.hangUp();
        rig.commit();
      }
    }
    assertEquals(new Counts(6, 0, 6, 0), rig.counts(ACME));
    List<Entry.Death> deaths = rig.stored(ACME, Entry.Death.class);
    assertEquals(6, deaths.size());
    Entry.Death death = deaths.getFirst();
    assertEquals(new DeviceId("d"), death.publisher());
    assertEquals("connection-lost", death.reason());
    assertEquals(TELEMETRY, death.topic());
    assertEquals("{\"on\":false}", new String(death.payload(), UTF_8));
    Entry.Presence end = rig.stored(ACME, Entry.Presence.class).getLast();
    assertEquals(deaths.getLast().session(), end.session());
    assertEquals(0, rig.budgets.kept(ACME).takenBytes());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void aGoodbyeTakesTheWillBack() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = login(version, 0x86, TELEMETRY, OFF);
      client.send(disconnect());
      rig.commit();
    }
    assertEquals(List.of(), rig.stored(ACME, Entry.Death.class));
    assertEquals(Counts.NONE, rig.counts(ACME));
    assertEquals(0, rig.budgets.kept(ACME).takenBytes());
  }

  @Test
  void anyOtherGoodbyeSendsIt() {
    for (String goodbye : List.of("E0 01 04", "E0 02 04 00", "E0 01 81")) {
      Rig.Client client = login(V5, 0x86, TELEMETRY, OFF);
      client.send(hex(goodbye));
      rig.commit();
    }
    assertEquals(
        List.of("disconnect-with-will", "disconnect-with-will", "disconnect-with-will"),
        rig.stored(ACME, Entry.Death.class).stream().map(Entry.Death::reason).toList());
  }

  @Test
  void everyEndHasItsReason() {
    login(V5, 0x86, "w", OFF);
    login(V5, 0x86, "w", OFF); // takes over
    rig.pass(Duration.ofSeconds(31)); // keep-alive is 20 s
    rig.commit();
    login(V5, 0x86, "w", OFF).send(hex("C1 00"));
    login(V5, 0x86, "w", OFF).send(hex("F0 00"));
    rig.loop.shutDown();
    login(V5, 0x86, "w", OFF);
    rig.loop.sealed();
    rig.commit();
    List<String> reasons =
        rig.stored(ACME, Entry.Death.class).stream().map(Entry.Death::reason).toList();
    assertEquals(
        List.of("taken-over", "keep-alive", "malformed", "protocol-error", "sealed"), reasons);
  }

  @Test
  void aWillOfNoDialectIsADeathAndNoMessage() {
    login(V3_1_1, 0xA6, "plant/7/status", new byte[2000]).hangUp(); // retain means nothing here
    rig.commit();
    Entry.Death death = rig.stored(ACME, Entry.Death.class).getFirst();
    assertEquals("plant/7/status", death.topic());
    assertEquals(2000, death.payloadBytes());
    assertEquals(Entry.Death.PAYLOAD_KEPT_BYTES, death.payload().length);
    assertEquals(Counts.NONE, rig.counts(ACME));
    assertEquals(List.of(), rig.stored(ACME, Entry.Rejection.class));
  }

  @Test
  void aWillThatIsNotWhatItsTopicSaysIsRefusedAsAMessage() {
    login(V3_1_1, 0x86, TELEMETRY, "gone".getBytes(UTF_8)).hangUp();
    rig.commit();
    assertEquals(new Counts(0, 1, 0, 0), rig.counts(ACME));
    assertEquals(1, rig.stored(ACME, Entry.Death.class).size());
    assertEquals(1, rig.stored(ACME, Entry.Rejection.class).size());
  }

  @Test
  void aDelayIsOverWithTheSession() {
    Rig.Client client = rig.open();
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    client.send(connectWithWill(V5, 0x86, "d", "18 00000E10", TELEMETRY, OFF, token));
    client.hangUp();
    rig.commit();
    assertEquals(1, rig.stored(ACME, Entry.Death.class).size());
  }

  @Test
  void willsFillNoMemory() {
    Rig small = new Rig(64 * 1024, null);
    String token = small.token(ACME, Role.DEVICE, "d").text();
    int open = 0;
    Rig.Client client = small.open();
    for (; open < 100; open++) {
      client = small.open();
      client.send(connectWithWill(V5, 0x86, "c" + open, "", "w", new byte[1000], token));
      small.commit();
      if (!client.isOpen()) {
        break;
      }
    }
    assertTrue(open >= 5 && open < 20, "sessions: " + open);
    assertTrue(client.received().substring(4).startsWith("0089"));
  }

  @Test
  void aWillToBeRetainedIsRefusedWhereThatCanBeSaid() {
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    Rig.Client client = rig.open();
    client.send(connectWithWill(V5, 0xA6, "d", "", "w", OFF, token));
    assertTrue(client.received().substring(4).startsWith("009a")); // [MQTT-3.2.2-13]
    assertFalse(client.isOpen());
  }

  @Test
  void aNodesDeathIsOneRecordForItAndForEachDeviceBehindIt() {
    Rig.Client node = sparkplug(Role.GATEWAY, 7);
    sends(node, "spBv1.0/g/DBIRTH/n/d", "{'seq':1,'metrics':[{'name':'a','type':3,'int':1}]}");
    node.hangUp();
    rig.commit();
    assertEquals(List.of("g/n connection-lost 13", "g/n/d connection-lost 0"), deaths());
  }

  @Test
  void aNodeThatSaidGoodbyeDiesOnce() {
    Rig.Client node = sparkplug(Role.GATEWAY, 7);
    sends(node, "spBv1.0/g/NDEATH/n", "{'metrics':[{'name':'bdSeq','type':4,'long':7}]}");
    node.hangUp(); // and not by a DISCONNECT: its will says the same again
    rig.commit();
    assertEquals(List.of("g/n ndeath 13"), deaths());
    assertEquals(0, rig.budgets.births(ACME).takenBytes());
  }

  @Test
  void aNodeThatNeverWasBornDiesAsItsSession() {
    Rig.Client node = sparkplug(Role.DEVICE, -1);
    node.hangUp();
    rig.commit();
    assertEquals(List.of("d connection-lost 13"), deaths());
    assertEquals(1, rig.stored(ACME, Entry.Rejection.class).size());
  }

  private List<String> deaths() {
    return rig.stored(ACME, Entry.Death.class).stream()
        .map(
            death ->
                NAMES.get(death.publisher()) + " " + death.reason() + " " + death.payloadBytes())
        .toList();
  }

  /** An edge node with its will, and born where {@code bdSeq} is not below 0. */
  private Rig.Client sparkplug(Role role, int bdSeq) {
    Rig.Client client = rig.open();
    String token = rig.token(ACME, role, "d").text();
    byte[] will = SparkplugWriter.payload(BD_SEQ.replace("?", "7"));
    client.send(connectWithWill(V3_1_1, 0x86, "d", "", "spBv1.0/g/NDEATH/n", will, token));
    rig.commit();
    if (bdSeq >= 0) {
      sends(
          client,
          "spBv1.0/g/NBIRTH/n",
          "{'seq':0," + BD_SEQ.substring(1).replace("?", Integer.toString(bdSeq)));
    }
    return client;
  }

  private void sends(Rig.Client client, String topic, String payload) {
    byte[] bytes = SparkplugWriter.payload(payload.replace('\'', '"'));
    client.send(publish(V3_1_1, 0x30, topic, 0, bytes));
    rig.commit();
  }

  private Rig.Client login(MqttVersion version, int flags, String topic, byte[] payload) {
    Rig.Client client = rig.open();
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    client.send(connectWithWill(version, flags, "d", "", topic, payload, token));
    rig.commit();
    assertTrue(client.isOpen());
    return client;
  }
}
