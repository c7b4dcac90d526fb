package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import qiantang.ingest.payload.Retained;
import qiantang.ingest.payload.SparkplugWriter;
import qiantang.ingest.payload.sparkplug.HostApplication;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.Role;

class HostedNodesTest {
  private static final String NBIRTH =
      "{'seq':0,'metrics':[{'name':'bdSeq','type':4,'long':0},"
          + "{'name':'a','alias':1,'type':3,'int':1}]}";

  private final Rig rig = new Rig();

  @Test
  void aLostMessageIsTheEnterprisesToReadAndTheNodeIsAskedForItsBirths() {
    Rig.Client node = node("gw", "g/n");
    send(node, "spBv1.0/g/NBIRTH/n", NBIRTH);
    assertEquals("", node.received());
    send(node, "spBv1.0/g/NDATA/n", "{'seq':4,'metrics':[{'alias':1,'int':2}]}");
    assertTrue(isRebirth(node.received(), "g/n"));
    rig.commit();
    Entry.Rejection lost = only(rig.stored(ACME, Entry.Rejection.class));
    assertEquals(Reason.LOST, lost.reason());
    assertEquals(3, lost.count());
    assertEquals(DeviceId.ofName("g/n"), lost.device());
    assertEquals(new DeviceId("gw"), lost.publisher());
    // What never came is neither accepted nor refused (I8).
    assertEquals(new Counts(2, 0, 2, 0), rig.counts(ACME));
    assertEquals("g/n", only(rig.stored(ACME, Entry.Birth.class)).name());
  }

  /**
   * Sizes, quotas and texts are looked at before a dialect: its numbers are missing all the same.
   */
  @Test
  void whatIsRefusedBeforeItsDialectIsNotLostToo() {
    Rig.Client node = node("gw", "g/n");
    send(node, "spBv1.0/g/NBIRTH/n", NBIRTH);
    send(node, "spBv1.0/g/NDATA/n" + "/x".repeat(20), "{'seq':1,'metrics':[]}");
    byte[] tooLarge = new byte[300 * 1024];
    node.send(publish(V3_1_1, 0x32, "spBv1.0/g/NDATA/n", 7, tooLarge));
    send(node, "spBv1.0/g/NDATA/n", "{'seq':3,'metrics':[{'alias':1,'int':2}]}");
    rig.commit();
    assertEquals(
        List.of(Reason.TOPIC, Reason.TOO_LARGE),
        rig.stored(ACME, Entry.Rejection.class).stream().map(Entry.Rejection::reason).toList());
    send(node, "spBv1.0/g/NDATA/n", "{'seq':5,'metrics':[{'alias':1,'int':2}]}");
    rig.commit();
    assertEquals(Reason.LOST, rig.stored(ACME, Entry.Rejection.class).getLast().reason());
  }

  @Test
  void aNodeIsAskedEveryHalfMinuteUntilItIsBorn() {
    Rig.Client node = node("gw", "g/n");
    send(node, "spBv1.0/g/NDATA/n", "{'seq':4,'metrics':[{'alias':1,'int':2}]}");
    assertTrue(isRebirth(node.received(), "g/n"));
    send(node, "spBv1.0/g/NDATA/n", "{'seq':5,'metrics':[{'alias':1,'int':2}]}");
    assertEquals("", pass(node, 29));
    assertTrue(isRebirth(pass(node, 2), "g/n"));
    send(node, "spBv1.0/g/NBIRTH/n", NBIRTH);
    assertEquals("", pass(node, 40));
  }

  @Test
  void anEnterprisesNodesAreAskedFiveASecond() {
    Rig.Client client = node("gw", "+/+");
    for (int i = 0; i < 12; i++) {
      send(client, "spBv1.0/g/NDATA/n" + i, "{'seq':4,'metrics':[{'alias':1,'int':2}]}");
    }
    assertEquals(5, rebirths(client.received()));
    rig.pass(Duration.ofSeconds(1));
    assertEquals(5, rebirths(client.received()));
    rig.pass(Duration.ofSeconds(1));
    assertEquals(2, rebirths(client.received()));
    client.hangUp();
    rig.pass(Duration.ofSeconds(60)); // nobody is left to ask
  }

  @Test
  void aNodeThatDoesNotListenCannotBeAskedAndItsEnterpriseIsTold() {
    Rig.Client node = rig.login(V3_1_1, Role.DEVICE, "d");
    send(node, "spBv1.0/g/NDATA/n", "{'seq':4,'metrics':[{'name':'a','int':2}]}");
    assertEquals("", node.received());
    rig.commit();
    Entry.Rejection told = only(rig.stored(ACME, Entry.Rejection.class));
    assertEquals(Reason.TOPIC, told.reason());
    assertTrue(told.detail().contains("has not subscribed to spBv1.0/g/NCMD/n"), told.detail());
    assertEquals(new Counts(1, 0, 1, 0), rig.counts(ACME));
  }

  @Test
  void aSessionThatEndsGivesBackWhatItKeptOfBirths() {
    Rig.Client node = node("gw", "g/n");
    send(node, "spBv1.0/g/NBIRTH/n", NBIRTH);
    send(node, "spBv1.0/g/DBIRTH/n/d", "{'seq':1,'metrics':[{'name':'a','alias':2,'int':1}]}");
    assertTrue(rig.budgets.births(ACME).takenBytes() > 1000);
    node.hangUp();
    rig.commit();
    assertEquals(0, rig.budgets.births(ACME).takenBytes());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void whoWaitsForItsHostApplicationIsToldThatItIsThere() {
    byte[] online = HostApplication.online(1_767_225_600_000L);
    rig.node.retain(
        enterprise -> List.of(new Retained(HostApplication.stateTopic("qiantang"), online, 1)));
    Rig.Client node = rig.login(V3_1_1, Role.GATEWAY, "gw");
    node.send(subscribe(V3_1_1, 1, "spBv1.0/STATE/qiantang", 1));
    String received = node.received();
    assertTrue(received.startsWith("9003000101" + "33"), received); // SUBACK; QoS 1, retained
    assertTrue(received.contains(hex("spBv1.0/STATE/qiantang")), received);
    assertTrue(received.endsWith(hex("{\"online\":true,\"timestamp\":1767225600000}")), received);
    node.send(subscribe(V3_1_1, 2, "spBv1.0/STATE/other", 1));
    assertEquals("9003000201", node.received());
  }

  @Test
  void filtersOfAllDialectsAreAnsweredAsRecorded() throws IOException {
    Rig.Client client = rig.login(V3_1_1, Role.GATEWAY, "gw");
    for (String line : lines("/dialects/subscriptions.txt")) {
      String filter = line.substring(line.indexOf(' ') + 1);
      client.send(subscribe(V3_1_1, 7, filter, 1));
      assertEquals(
          line.startsWith("grants ") ? "9003000701" : "9003000780", client.received(), line);
    }
  }

  private Rig.Client node(String device, String nodes) {
    Rig.Client client = rig.login(V3_1_1, Role.GATEWAY, device);
    client.send(subscribe(V3_1_1, 1, "spBv1.0/" + nodes.replace("/", "/NCMD/"), 1));
    client.received();
    return client;
  }

  /** Time passes for a client that keeps its session alive; what came beside PINGRESP. */
  private String pass(Rig.Client client, int seconds) {
    StringBuilder received = new StringBuilder();
    for (int i = 0; i < seconds; i++) {
      client.send(ping());
      received.append(client.received().replaceFirst("d000$", ""));
      rig.pass(Duration.ofSeconds(1));
    }
    return received + client.received();
  }

  private static void send(Rig.Client client, String topic, String payload) {
    byte[] bytes = SparkplugWriter.payload(payload.replace('\'', '"'));
    client.send(publish(V3_1_1, 0x30, topic, 0, bytes));
  }

  private static boolean isRebirth(String received, String node) {
    String topic = "spBv1.0/" + node.replace("/", "/NCMD/");
    return received.startsWith("30")
        && received.contains(hex(topic))
        && received.contains("0a14" + hex("Node Control/Rebirth") + "18")
        && received.endsWith("200b7001"); // Boolean, true
  }

  private static int rebirths(String received) {
    return received.split(hex("Node Control/Rebirth"), -1).length - 1;
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = HostedNodesTest.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(UTF_8));
  }

  private static <T> T only(List<T> list) {
    assertEquals(1, list.size(), list.toString());
    return list.getFirst();
  }
}
