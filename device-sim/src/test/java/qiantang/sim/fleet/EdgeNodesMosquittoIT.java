package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.Await;
import qiantang.sim.Mosquitto;
import qiantang.sim.SparkplugSchema;
import qiantang.sim.plan.Dialect;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.MqttVersion;

/** One edge node at a broker that is not ours, as a host application sees it. */
class EdgeNodesMosquittoIT {
  private static final int DEVICES = 3;

  /** What the host application got. */
  private record Got(String topic, DynamicMessage payload) {
    long seq() {
      return (Long) SparkplugSchema.get(payload, "seq");
    }

    long bdSeq() {
      return (Long) SparkplugSchema.get(SparkplugSchema.metrics(payload).getFirst(), "long_value");
    }
  }

  @TempDir private Path folder = Path.of("");

  private @Nullable Mosquitto mosquitto;
  private @Nullable MqttClient host;
  private final ConcurrentLinkedQueue<Got> got = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void startBroker() throws IOException, MqttException {
    Mosquitto started = new Mosquitto(folder);
    mosquitto = started;
    MqttClient client =
        new MqttClient(
            "tcp://127.0.0.1:" + started.address().getPort(), "host", new MemoryPersistence());
    host = client;
    client.connect();
    client.subscribe(
        "spBv1.0/#",
        1,
        (topic, message) -> {
          if (!topic.contains("/NCMD/")) {
            got.add(new Got(topic, parse(message.getPayload())));
          }
        });
  }

  private static DynamicMessage parse(byte[] payload) {
    try {
      return SparkplugSchema.parse(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stopBroker() throws MqttException {
    if (host != null) {
      host.disconnectForcibly(0, 1_000);
      host.close(true);
    }
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  @Test
  void birthsComeFirstAndNumbersHaveNoGapAndWrap() {
    Plan plan = plan(MqttVersion.V3_1_1);
    try (Fleet fleet = connect(plan)) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages());
    }
    Await.until("its death came", () -> topics("/NDEATH/") == 1);
    List<Got> all = new ArrayList<>(got);
    assertEquals("spBv1.0/sim/NBIRTH/r1-line-0", all.getFirst().topic());
    assertEquals(0, all.getFirst().bdSeq());
    for (int device = 0; device < DEVICES; device++) {
      assertEquals("spBv1.0/sim/DBIRTH/r1-line-0/" + device, all.get(1 + device).topic());
    }
    assertTrue(all.size() > 300, "enough to begin again with 0");
    for (int i = 0; i < all.size() - 1; i++) {
      assertEquals(i % 256, all.get(i).seq(), all.get(i).topic());
    }
    assertEquals(0, all.getLast().bdSeq());
    assertEquals(1 + DEVICES + plan.messages() + 1, all.size());
  }

  @Test
  void aConnectionThatBreaksLeavesItsWillAndTheNextIsBornAgain() {
    Plan plan = plan(MqttVersion.V5);
    try (Fleet fleet = connect(plan)) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 3);
      Backoff soon = new Backoff(Duration.ofMillis(100), Duration.ofMillis(200));
      fleet.disturb(Disturbance.all(Disturbance.Kind.DROP, soon));
      awaitAcked(fleet, plan.messages());
      assertEquals(1, fleet.figures().counts().connectionsLost());
      Await.until("will and births came", () -> topics("/NDEATH/") == 1 && topics("/NBIRTH/") == 2);
      List<Got> nodes = got.stream().filter(g -> !g.topic().contains("/D")).toList();
      assertEquals(List.of(0L, 0L, 1L), nodes.stream().map(Got::bdSeq).sorted().toList());
      List<Got> all = new ArrayList<>(got);
      int born = all.indexOf(nodes.stream().filter(g -> g.bdSeq() == 1).findFirst().orElseThrow());
      int number = 0;
      for (Got each : all.subList(born, all.size())) {
        if (!each.topic().contains("/NDEATH/")) {
          assertEquals(number++ % 256, each.seq(), each.topic());
        }
      }
      assertTrue(number > 1 + DEVICES);
    }
  }

  @Test
  void aCommandToBeBornAgainIsObeyedOverTheSameConnection() throws MqttException {
    Plan plan = plan(MqttVersion.V3_1_1);
    try (Fleet fleet = connect(plan)) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, 1);
      byte[] name = "Node Control/Rebirth".getBytes(StandardCharsets.UTF_8);
      byte[] command = new byte[4 + name.length + 2];
      command[0] = 0x12; // a metric
      command[1] = (byte) (command.length - 2);
      command[2] = 0x0a;
      command[3] = (byte) name.length;
      System.arraycopy(name, 0, command, 4, name.length);
      command[command.length - 2] = 0x70; // true
      command[command.length - 1] = 1;
      for (int i = 0; i < 20; i++) {
        Objects.requireNonNull(host).publish("spBv1.0/sim/NCMD/r1-line-0", command, 1, false);
      }
      Await.until("it is born again", () -> topics("/NBIRTH/") >= 2);
      awaitAcked(fleet, plan.messages());
      assertEquals(0, fleet.figures().counts().connectionsLost());
      long births = topics("/NBIRTH/");
      assertTrue(births < 10, "at most once a second, whoever asks: " + births);
      got.stream()
          .filter(g -> g.topic().contains("/NBIRTH/"))
          .forEach(birth -> assertEquals(0, birth.bdSeq()));
    }
  }

  private long topics(String part) {
    return got.stream().filter(g -> g.topic().contains(part)).count();
  }

  private Fleet connect(Plan plan) {
    List<Seat> seats =
        plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
    Mosquitto broker = Objects.requireNonNull(mosquitto);
    FleetOptions options =
        new FleetOptions(broker.address(), 100, 1, FleetOptions.KEEP_ALL, System::nanoTime);
    Fleet fleet = Fleet.connect("t", seats, options);
    Await.until("it is there", () -> fleet.figures().counts().loggedIn() == 1);
    return fleet;
  }

  private static void awaitAcked(Fleet fleet, long messages) {
    Await.until(
        messages + " messages are acknowledged",
        () -> fleet.figures().counts().acked() >= messages);
  }

  private static Plan plan(MqttVersion mqtt) {
    FleetSpec line =
        FleetSpec.direct("line", 1, SignalModel.PUMP, Duration.ofMillis(15))
            .withSubDevices(DEVICES)
            .withMqtt(mqtt)
            .withDialect(Dialect.SPARKPLUG);
    Scenario scenario =
        new Scenario(
            1, Duration.ofSeconds(3), 100, Duration.ofSeconds(10), List.of(line), List.of());
    return Plan.of(scenario, "r1");
  }
}
