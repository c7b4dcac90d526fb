package qiantang.sim.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.Await;
import qiantang.sim.Mosquitto;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;

/** Worker processes against a broker that is not ours. */
class WorkersMosquittoIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 5
      duration: 3s
      fleets:
        - {name: mills, count: 21, model: pump, period: 50ms, jitter: 20%}
        - name: halls
          kind: gateway
          count: 4
          subDevices: 3
          model: pump
          mqtt: "5"
          period: 100ms
      """;

  @TempDir private Path folder = Path.of("");

  private final StringWriter errors = new StringWriter();

  private record Result(
      Figures.Counts counts,
      List<FleetCounts> byFleet,
      Figures.Latencies latencies,
      List<Ledger> ledgers) {}

  @Test
  void twoWorkersSendWhatOneProcessSends() throws IOException {
    try (Mosquitto broker = new Mosquitto(folder)) {
      Plan plan = plan("r1");
      Result one = run(Fleet.connect("r1", seats(plan), options(broker.address())), plan);
      Result two = run(workers(plan, broker.address()), plan);
      assertEquals(plan.messages(), two.counts().acked());
      assertEquals(one.counts().sent(), two.counts().sent());
      assertEquals(0, two.counts().connectionsLost());
      // As the end found them, however many are closed when somebody asks.
      assertEquals(plan.publishers().size(), one.counts().loggedIn());
      assertEquals(plan.publishers().size(), two.counts().loggedIn());
      assertEquals(2, two.byFleet().size());
      for (int f = 0; f < 2; f++) {
        assertEquals(one.byFleet().get(f).fleet(), two.byFleet().get(f).fleet());
        assertEquals(one.byFleet().get(f).acked(), two.byFleet().get(f).acked());
      }
      assertEquals(plan.messages(), two.latencies().ack().getTotalCount());
      assertEquals(plan.messages(), two.latencies().lag().getTotalCount());
      assertEquals(one.ledgers().size(), two.ledgers().size());
      for (int i = 0; i < one.ledgers().size(); i++) {
        long messages = plan.publishers().get(i).messages();
        assertEquals(messages, one.ledgers().get(i).ackedCount());
        assertEquals(messages, two.ledgers().get(i).ackedCount(), "publisher " + i);
      }
    }
  }

  @Test
  void aStormReachesAllWorkers() throws IOException {
    try (Mosquitto broker = new Mosquitto(folder)) {
      Plan plan = plan("r2");
      try (Load load = workers(plan, broker.address())) {
        Await.until("all are there", () -> load.figures().counts().loggedIn() == 25);
        load.disturb(Disturbance.all(Disturbance.Kind.DROP));
        Await.until("all were cut", () -> load.figures().counts().connectionsLost() == 25);
        Await.until("all are back", () -> load.figures().counts().loggedIn() == 25);
      }
    }
  }

  @Test
  void aWorkerThatDiesIsAFailureWithItsReason() throws IOException {
    try (Mosquitto broker = new Mosquitto(folder)) {
      Plan plan = plan("r3");
      try (Load load = workers(plan, broker.address())) {
        long pid = assertInstanceOf(Workers.class, load).pids().get(1);
        assertEquals(null, load.failure());
        assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        Await.until("it is noticed", () -> load.failure() != null);
        String failure = Objects.requireNonNull(load.failure());
        assertTrue(failure.startsWith("worker 1 (pid " + pid + "): "), failure);
        assertEquals(List.of(), load.stop());
      }
    }
  }

  private Result run(Load load, Plan plan) {
    try (load) {
      Figures figures = load.figures();
      Await.until(
          "all are there: " + errors,
          () -> figures.counts().loggedIn() == plan.publishers().size());
      AtomicLong reserved = new AtomicLong(1_000_000_000);
      load.begin(System.currentTimeMillis() + 200, reserved::get);
      Await.until("the first second is sent", () -> figures.counts().sent() > 0);
      reserved.set(Long.MAX_VALUE);
      Await.until("all is acknowledged", () -> figures.counts().acked() == plan.messages());
      assertEquals(plan.publishers().get(8).messages(), load.ledgers(7, 10).get(1).settledBelow());
      List<Ledger> ledgers = load.stop();
      Figures.Latencies totals = Figures.Latencies.empty();
      figures.drainInto(totals);
      return new Result(figures.counts(), figures.byFleet(), totals, ledgers);
    }
  }

  private Load workers(Plan plan, InetSocketAddress address) {
    Workers.Source source = new Workers.Source("test", SCENARIO, plan.runId());
    return switch (Workers.connect(
        source, seats(plan), options(address), 2, new PrintWriter(errors))) {
      case Outcome.Done<Load>(Load load) -> load;
      case Outcome.Failed<Load> failed -> fail(failed.message());
    };
  }

  private static FleetOptions options(InetSocketAddress address) {
    return new FleetOptions(address, 1_000, 1, FleetOptions.KEEP_ALL, System::nanoTime);
  }

  private static Plan plan(String runId) {
    return ScenarioReader.read("test", SCENARIO) instanceof Outcome.Done<Scenario>(Scenario read)
        ? Plan.of(read, runId)
        : fail("not a scenario");
  }

  private static List<Seat> seats(Plan plan) {
    return plan.publishers().stream().map(publisher -> new Seat(publisher, "any")).toList();
  }
}
