package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.Await;
import qiantang.sim.Mosquitto;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.MqttVersion;

/** The fleet against a broker that is not ours. */
class FleetMosquittoIT {
  private static final Backoff SOON = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500));

  @TempDir private Path folder = Path.of("");

  private @Nullable Mosquitto mosquitto;

  @BeforeEach
  void startBroker() throws IOException {
    mosquitto = new Mosquitto(folder);
  }

  @AfterEach
  void stopBroker() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  private Mosquitto broker() {
    return Objects.requireNonNull(mosquitto);
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
      Figures.Latencies totals = Figures.Latencies.empty();
      fleet.figures().drainInto(totals);
      assertEquals(plan.messages(), totals.lag().getTotalCount());
      assertEquals(plan.messages(), totals.ack().getTotalCount());
      assertEquals(plan.messages(), totals.ackFromSend().getTotalCount());
    }
  }

  @Test
  void aKilledBrokerIsSurvivedBySendingAgain() throws IOException {
    Plan plan = plan(3);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 4);
      broker().close();
      broker().launch();
      awaitAcked(fleet, plan.messages());
      assertEquals(plan.messages(), fleet.figures().counts().sent());
      assertTrue(fleet.figures().counts().connectionsLost() > 0);
    }
  }

  @Test
  void publishersOfAServerThatIsGoneGoOnWithAnother() throws IOException {
    Plan plan = plan(3);
    try (Mosquitto other = new Mosquitto(Files.createDirectory(folder.resolve("other")))) {
      Addresses both = new Addresses(List.of(other.address(), broker().address()));
      try (Fleet fleet = Fleet.connect("t", seats(plan), options(both, List.of()))) {
        Await.until(
            "all are there", () -> fleet.figures().counts().loggedIn() == seats(plan).size());
        fleet.begin(System.currentTimeMillis());
        awaitAcked(fleet, plan.messages() / 4);
        broker().close();
        awaitAcked(fleet, plan.messages());
        assertEquals(plan.messages(), fleet.figures().counts().sent());
        assertEquals(12, fleet.figures().counts().connectionsLost(), "every second of 25");
        String trouble = fleet.figures().lastTrouble();
        assertTrue(trouble.contains(":" + broker().address().getPort()), trouble);
      }
    }
  }

  /** The message planned first in the pause waits all of it, and each later one a bit less. */
  @Test
  void aPauseOfTheBrokerShowsInTheLatencyAsArithmeticPredicts() throws Exception {
    Duration run = Duration.ofSeconds(10);
    Plan plan = plan(10);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      Await.until("all are there", () -> fleet.figures().counts().loggedIn() == seats(plan).size());
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 4);
      Figures.Latencies totals = Figures.Latencies.empty();
      fleet.figures().drainInto(totals);
      long usualMicros = totals.ack().getMaxValue();
      broker().signal("STOP");
      long stopped = System.nanoTime();
      Thread.sleep(Duration.ofSeconds(2));
      broker().signal("CONT");
      Duration pause = Duration.ofNanos(System.nanoTime() - stopped);
      awaitAcked(fleet, plan.messages());
      fleet.figures().drainInto(totals);
      // 1,250 messages/s are about 2 % of what mosquitto does.
      double expected =
          new PausePrediction(run, pause, 0.02, Duration.ZERO).latencyAt(0.99).toNanos() / 1e3;
      double reported = totals.ack().getValueAtPercentile(99);
      assertTrue(reported > 0.95 * expected, reported + " us, of " + expected);
      // A busy machine adds what it added before the pause, and what the loops were late.
      double busy = usualMicros + totals.lag().getMaxValue();
      assertTrue(reported < 1.05 * expected + busy, reported + " us, of " + expected);
      assertEquals(plan.messages(), fleet.figures().counts().sent(), "late, and none dropped");
    }
  }

  @Test
  void aStormIsSurvivedAndCountsWhatItCut() {
    Plan plan = plan(4);
    int publishers = plan.publishers().size();
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      Await.until("all are there", () -> fleet.figures().counts().loggedIn() == publishers);
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 4);
      fleet.disturb(Disturbance.all(Disturbance.Kind.DROP, SOON));
      awaitAcked(fleet, plan.messages() / 2);
      assertEquals(publishers, fleet.figures().counts().connectionsLost());
      Await.until("all are back", () -> fleet.figures().counts().loggedIn() == publishers);
      Lot half = new Lot(8, publishers / 2, publishers);
      fleet.disturb(new Disturbance(Disturbance.Kind.LEAVE_HALF_OPEN, half, SOON));
      awaitAcked(fleet, plan.messages());
      assertEquals(publishers / 2, disturbed(fleet).halfOpened());
      assertEquals(
          publishers + publishers / 2, fleet.figures().counts().connectionsLost(), "no others");
      assertEquals(plan.messages(), fleet.figures().counts().acked());
    }
  }

  @Test
  void whoLeavesIsNotLostAndComesBack() {
    Plan plan = plan(3);
    int publishers = plan.publishers().size();
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      Await.until("all are there", () -> fleet.figures().counts().loggedIn() == publishers);
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages() / 4);
      fleet.disturb(Disturbance.all(Disturbance.Kind.LEAVE, SOON));
      awaitAcked(fleet, plan.messages());
      assertEquals(new Figures.Disturbed(publishers, 0, 0, 0), disturbed(fleet));
      assertEquals(0, fleet.figures().counts().connectionsLost());
      assertEquals("", fleet.figures().lastTrouble(), "what was asked for is no trouble");
    }
  }

  private static Figures.Disturbed disturbed(Fleet fleet) {
    return fleet.figures().counts().disturbed();
  }

  /** Unread answers wait in the machines' buffers, and nothing is lost when they are read. */
  @Test
  void slowReadersGetTheirAnswersLate() {
    Plan plan = plan(2);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      Await.until("all are there", () -> fleet.figures().counts().loggedIn() == seats(plan).size());
      fleet.disturb(Disturbance.all(Disturbance.Kind.STOP_READING, SOON));
      fleet.begin(System.currentTimeMillis());
      // Each sends its window, and waits for answers that it does not read.
      Await.until("all windows are full", () -> fleet.figures().counts().sent() == 25 * 4);
      assertEquals(0, fleet.figures().counts().acked());
      fleet.disturb(Disturbance.all(Disturbance.Kind.READ_AGAIN, SOON));
      awaitAcked(fleet, plan.messages());
      assertEquals(0, fleet.figures().counts().connectionsLost());
    }
  }

  @Test
  void nothingIsSentBeforeItIsReservedAndLedgersTellHowFarItIs() {
    Plan plan = plan(1);
    AtomicLong reserved = new AtomicLong();
    try (Fleet fleet = Fleet.connect("t", seats(plan), options())) {
      fleet.begin(System.currentTimeMillis() - 500, reserved::get);
      Await.until("all are there", () -> fleet.figures().counts().loggedIn() == seats(plan).size());
      assertEquals(0, fleet.figures().counts().sent());
      reserved.set(Long.MAX_VALUE);
      awaitAcked(fleet, plan.messages());
      List<Ledger> some = fleet.ledgers(3, 12);
      for (int i = 0; i < some.size(); i++) {
        long messages = plan.publishers().get(3 + i).messages();
        assertEquals(messages, some.get(i).settledBelow(), "publisher " + (3 + i));
      }
    }
  }

  @Test
  void connectionsComeFromTheAddressesOfThePool() {
    Plan plan = plan(1);
    List<InetAddress> sources = List.of(local(2), local(3));
    FleetOptions options = options(Addresses.single(broker().address()), sources);
    try (Fleet fleet = Fleet.connect("t", seats(plan), options)) {
      fleet.begin(System.currentTimeMillis());
      awaitAcked(fleet, plan.messages());
      assertEquals("", fleet.figures().lastTrouble());
    }
  }

  private static InetAddress local(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitAcked(Fleet fleet, long messages) {
    Await.until(
        messages + " messages are acknowledged",
        () -> fleet.figures().counts().acked() >= messages);
  }

  private FleetOptions options() {
    return options(Addresses.single(broker().address()), List.of());
  }

  private static FleetOptions options(Addresses servers, List<InetAddress> sources) {
    return new FleetOptions(servers, 1_000, 2, FleetOptions.KEEP_ALL, System::nanoTime, sources);
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
    return FleetSpec.direct(name, count, SignalModel.PUMP, Duration.ofMillis(20))
        .withSubDevices(subDevices)
        .withJitter(0.5)
        .withInFlightMax(4)
        .withMqtt(mqtt);
  }

  private static List<Seat> seats(Plan plan) {
    return plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
  }
}
