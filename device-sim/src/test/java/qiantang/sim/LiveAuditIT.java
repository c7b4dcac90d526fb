package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.audit.LiveAudit;
import qiantang.sim.audit.SentMessages;
import qiantang.sim.audit.Verdict;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.worker.Workers;

/** The audit while a fleet sends to a system that misbehaves for a while. */
class LiveAuditIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 4
      duration: 1h
      fleets:
        - {name: mills, count: 3, model: cnc-spindle, period: 50ms}
        - {name: pumps, count: 3, model: pump, period: 50ms, mqtt: "5"}
      """;

  /** Fast enough for a test; what is acknowledged can be read at once in a fake system. */
  private static final LiveAudit.Pace PACE =
      new LiveAudit.Pace(Duration.ofMillis(100), Duration.ofMillis(50), 100);

  private final FakeSystem system = SimCommandIT.start();
  private final Queue<String> told = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() throws IOException {
    system.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRightSystemIsReadAndNothingIsFound(int workers) {
    system.breakEvery = 17;
    system.refused = millis -> millis % 11 == 0;
    run(
        workers,
        audit -> {
          Await.until("some rounds were read", () -> audit.read() >= 30);
          LiveAudit.Result result = audit.stop();
          assertEquals(List.of(), result.findings());
          assertTrue(result.samples() > 0);
          assertEquals(0, result.unread());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatComesLateIsToldAtOnceAndKept(int workers) {
    run(
        workers,
        audit -> {
          Await.until("some rounds were read", () -> audit.read() >= 10);
          assertTrue(told.isEmpty(), told::toString);
          system.corruptor =
              answer -> {
                JsonNode series = answer.path("series").path(0);
                if (!series.isMissingNode()) {
                  ((ArrayNode) series.path("times")).remove(0);
                  ((ArrayNode) series.path("values")).remove(0);
                }
                return answer;
              };
          Await.until("a loss is told", () -> !told.isEmpty());
          system.corruptor = answer -> answer;
          LiveAudit.Result result = audit.stop();
          assertFalse(result.findings().isEmpty());
          assertEquals(Verdict.LOST, result.findings().getFirst().verdict());
          assertTrue(told.element().startsWith("audit while running: LOST r1-"), told::toString);
        });
  }

  private void run(int workers, Consumer<LiveAudit> test) {
    Plan plan = plan();
    List<Seat> seats =
        plan.publishers().stream().map(p -> new Seat(p, system.login(p.id()))).toList();
    FleetOptions options =
        new FleetOptions(system.mqttAddress(), 1_000, 1, FleetOptions.KEEP_ALL, System::nanoTime);
    Target.Access access = new Target.Access("acme", "acme.admin");
    List<SentMessages> sent =
        plan.publishers().stream().map(p -> new SentMessages(p, new Ledger(), 0, access)).toList();
    try (Load fleet = load(workers, plan, seats, options);
        ApiClient api =
            new ApiClient(
                URI.create(system.options()[1]), Patience.ofEachQuestion(Duration.ofSeconds(1)))) {
      Await.until("all are connected", () -> fleet.figures().counts().loggedIn() == seats.size());
      long startMillis = System.currentTimeMillis();
      fleet.begin(startMillis);
      try (LiveAudit audit =
          LiveAudit.start(
              sent,
              index -> fleet.ledgers(index, index + 1).getFirst(),
              startMillis,
              PACE,
              api,
              told::add)) {
        test.accept(audit);
      }
    }
  }

  private static Load load(int workers, Plan plan, List<Seat> seats, FleetOptions options) {
    if (workers == 1) {
      return Fleet.connect(plan.runId(), seats, options);
    }
    Workers.Source source = new Workers.Source("s.yaml", SCENARIO, plan.runId());
    StringWriter errors = new StringWriter();
    return switch (Workers.connect(source, seats, options, workers, new PrintWriter(errors))) {
      case Outcome.Done<Load>(Load load) -> load;
      case Outcome.Failed<Load> failed -> throw new AssertionError(failed.message() + errors);
    };
  }

  private static Plan plan() {
    if (ScenarioReader.read("s.yaml", SCENARIO)
        instanceof Outcome.Done<Scenario>(Scenario scenario)) {
      return Plan.of(scenario, "r1");
    }
    throw new AssertionError("BUG: the scenario is wrong");
  }
}
