package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.Await;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.MqttVersion;

/** The fleet against a broker that is not ours. */
class FleetMosquittoIT {
  private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

  @TempDir private Path folder = Path.of("");

  private int port;
  private @Nullable Process broker;

  @BeforeEach
  void startBroker() throws IOException {
    assumeTrue(Files.isExecutable(MOSQUITTO), "Debian's mosquitto is not installed");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    launch();
  }

  private void launch() throws IOException {
    String configuration = "listener " + port + " 127.0.0.1\nallow_anonymous true\n";
    Path file = Files.writeString(folder.resolve("mosquitto.conf"), configuration);
    File log = folder.resolve("mosquitto.log").toFile();
    Process started =
        new ProcessBuilder(MOSQUITTO.toString(), "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    broker = started;
    Await.until("mosquitto listens or has ended", () -> isListening() || !started.isAlive());
    assertTrue(started.isAlive(), Files.readString(log.toPath()));
  }

  private boolean isListening() {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stopBroker() throws InterruptedException {
    if (broker != null) {
      broker.destroyForcibly().waitFor();
    }
  }

  @Test
  void everythingThatIsSentIsAcknowledged() {
    Plan plan = plan(2);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages());
      List<Ledger> ledgers = fleet.stop();
      Figures.Counts counts = fleet.figures().counts();
      assertEquals(plan.messages(), counts.sent());
      assertEquals(counts.sent(), counts.acked());
      assertEquals(0, counts.inFlight());
      assertEquals(0, counts.connectionsLost());
      assertEquals(0, counts.strayAcks());
      assertEquals(plan.messages(), ledgers.stream().mapToLong(Ledger::ackedCount).sum());
    }
  }

  @Test
  void aKilledBrokerIsSurvivedBySendingAgain() throws IOException, InterruptedException {
    Plan plan = plan(3);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 4);
      stopBroker();
      launch();
      awaitAcked(fleet, plan.messages());
      assertEquals(plan.messages(), fleet.figures().counts().sent());
      assertTrue(fleet.figures().counts().connectionsLost() > 0);
    }
  }

  private static void awaitAcked(Fleet fleet, long messages) {
    Await.until(
        messages + " messages are acknowledged",
        () -> fleet.figures().counts().acked() >= messages);
  }

  private FleetOptions options() {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return new FleetOptions(address, 1_000, 2, FleetOptions.KEEP_ALL, System::nanoTime);
  }

  private static Plan plan(int seconds) {
    FleetSpec direct = fleet("mills", 20, 0, MqttVersion.V3_1_1);
    FleetSpec gateways = fleet("halls", 5, 10, MqttVersion.V5);
    return Plan.of(
        new Scenario(
            1,
            Duration.ofSeconds(seconds),
            1_000,
            Duration.ofSeconds(10),
            List.of(direct, gateways),
            List.of()),
        "r1");
  }

  private static FleetSpec fleet(String name, int count, int subDevices, MqttVersion mqtt) {
    return new FleetSpec(
        name,
        null,
        count,
        subDevices,
        SignalModel.PUMP,
        Duration.ofMillis(20),
        0.5,
        4,
        FleetSpec.KEEP_ALIVE,
        mqtt);
  }

  private static List<Seat> seats(Plan plan) {
    return plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
  }
}
