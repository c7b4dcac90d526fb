package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.bench.HeavyQuestions.Question;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;

/**
 * What a thread of its own for each request is worth: the same small questions of many clients at
 * once, asked of the query program on virtual threads and on a pool of platform threads, in turn.
 */
@Command(
    name = "threads",
    description = "Use cases on virtual threads and on a pool: questions/s, latency, memory.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ThreadsBench implements Callable<Integer> {
  private static final EnterpriseId ENTERPRISE = new EnterpriseId("bench");
  private static final int HEAVY_READS_OF_TOKEN = 8; // as the server has it
  private static final Duration BEHIND_NOW = Duration.ofHours(1);

  @Option(names = "--clients", description = "Clients that ask, each one question at a time.")
  private int clients = 200;

  @Option(names = "--pool", description = "Platform threads that are compared.")
  private int pool = 200;

  @Option(names = "--rounds", description = "How often each is measured.")
  private int rounds = 2;

  @Option(names = "--warm-up", description = "Seconds before each.")
  private int warmUp = 20;

  @Option(names = "--seconds", description = "How long each time.")
  private int seconds = 10;

  @Option(names = "--devices", description = "Machines that are asked about.")
  private int devices = 100;

  /** One measurement of one kind of thread. */
  private record Run(double perSecond, double p50, double p99, double cores, double mebibytes) {}

  private final List<Run> virtual = new ArrayList<>();
  private final List<Run> platform = new ArrayList<>();
  private long failed;

  @Override
  public Integer call() throws Exception {
    Path logs = Files.createTempDirectory("qiantang-bench-");
    try (Database database = Database.inTemporaryFolder()) {
      List<String> tokens;
      long endHour = Math.floorDiv(Instant.now().minus(BEHIND_NOW).getEpochSecond(), 3600L);
      MachineFleet fleet = new MachineFleet(devices, 1, (endHour - 24) * 60);
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        var _ = new FleetLoad(cassandra, ENTERPRISE, fleet).run();
        tokens =
            Stream.generate(
                    () -> QueryProgram.drawToken(cassandra.registry(), ENTERPRISE, Role.VIEWER))
                .limit(1 + clients / HEAVY_READS_OF_TOKEN)
                .toList();
      }
      for (int round = 0; round < rounds; round++) {
        boolean isVirtualFirst = round % 2 == 0; // what drifts meets both alike
        run(database, logs, fleet, tokens, isVirtualFirst);
        run(database, logs, fleet, tokens, !isVirtualFirst);
      }
    } finally {
      Database.deleteTree(logs);
    }
    print();
    return failed == 0 ? 0 : 1;
  }

  private void run(
      Database database, Path logs, MachineFleet fleet, List<String> tokens, boolean isVirtual)
      throws Exception {
    List<String> options = new ArrayList<>(List.of("--limits", "off"));
    if (!isVirtual) {
      options.addAll(List.of("--platform-threads", String.valueOf(pool)));
    }
    try (QueryProgram query =
            QueryProgram.with(logs.resolve("query.log"), database.cqlPort(), options);
        ParallelAskers askers =
            new ParallelAskers(
                query.httpPort(), questions(fleet), Map.of(ENTERPRISE, tokens), clients)) {
      askers.ask();
      TimeUnit.SECONDS.sleep(warmUp);
      ParallelAskers.Tally tally = askers.tallies().values().iterator().next();
      Map<String, ProcessHandle> processes = new LinkedHashMap<>();
      processes.put("query", query.handle());
      Measurement measured =
          Measurement.of(
              isVirtual ? "virtual" : "platform",
              Duration.ZERO,
              Duration.ofSeconds(seconds),
              tally::answered,
              tally::takeMicros,
              processes);
      askers.pause();
      ParallelAskers.Answers answers = tally.now();
      failed += answers.failed() + answers.busy() + answers.refused();
      if (answers.firstFailure() != null) {
        System.out.println("failed first: " + answers.firstFailure());
      }
      (isVirtual ? virtual : platform)
          .add(
              new Run(
                  measured.perSecond(),
                  measured.millis(50),
                  measured.millis(99),
                  measured.coresByProcess().getOrDefault("query", Double.NaN),
                  measured.residentMebibytes().getOrDefault("query", Double.NaN)));
    }
  }

  /** The newest values of one device: what a page asks most often, and never waits in line for. */
  private static List<Function<Integer, Question>> questions(MachineFleet fleet) {
    return List.of(
        turn ->
            new Question(
                "latest of one device",
                ENTERPRISE,
                "/v1/enterprises/%s/devices/%s/latest"
                    .formatted(ENTERPRISE, MachineFleet.device(turn % fleet.devices())),
                null,
                "application/json"));
  }

  private void print() {
    System.out.printf(
        "%d clients ask for the latest values of one of %d devices; %d times %d s each,"
            + " %d cores%n%n",
        clients, devices, rounds, seconds, Runtime.getRuntime().availableProcessors());
    System.out.println(
        "| use cases on | questions/s | p50 ms | p99 ms | cores of query | MiB resident |");
    System.out.println("|---|---|---|---|---|---|");
    print("a virtual thread each", virtual);
    print("%d platform threads".formatted(pool), platform);
    System.out.printf(
        "%nthreads virtual_per_s=%.0f platform_per_s=%.0f virtual_p99_ms=%.1f platform_p99_ms=%.1f"
            + " virtual_mib=%.0f platform_mib=%.0f failed=%d%n",
        median(virtual, Run::perSecond),
        median(platform, Run::perSecond),
        median(virtual, Run::p99),
        median(platform, Run::p99),
        median(virtual, Run::mebibytes),
        median(platform, Run::mebibytes),
        failed);
  }

  private static void print(String name, List<Run> runs) {
    System.out.printf(
        "| %s | %,.0f | %.1f | %.1f | %.2f | %.0f |%n",
        name,
        median(runs, Run::perSecond),
        median(runs, Run::p50),
        median(runs, Run::p99),
        median(runs, Run::cores),
        median(runs, Run::mebibytes));
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    return Medians.of(runs.stream().mapToDouble(figure).toArray());
  }
}
