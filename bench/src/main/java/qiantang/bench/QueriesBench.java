package qiantang.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * What the heaviest questions do to ingestion: devices publish at a pace over MQTT to the real
 * ingest program, and the real query program, as users have it, is asked beside it or not. In
 * pairs, over one Cassandra, all on this machine.
 */
@Command(
    name = "queries",
    description = {
      "What parallel worst-case questions do to the latency of acknowledgements, in interleaved",
      "pairs. A question that fails otherwise than with 429, or with 503 in words, fails it."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class QueriesBench implements Callable<Integer> {
  private static final EnterpriseId HISTORY = new EnterpriseId("bench");
  private static final EnterpriseId LARGE = new EnterpriseId("large");
  private static final EnterpriseId REFUSED = new EnterpriseId("refused");
  private static final int REFUSED_MESSAGES = 3000;
  private static final int REFUSED_BYTES = 600;
  private static final int TOKENS_EACH = 4;
  private static final int ASKERS_OF_EACH = 2;
  private static final int PAIRS_OF_EACH = 2;
  // Folds run each ten seconds, so their code is compiled for minutes; in the first minute that was
  // taken for what questions do. The kinds that follow find it compiled.
  private static final int WARM_UP_SECONDS = 120;
  private static final int NEXT_WARM_UP_SECONDS = 30;
  private static final int SETTLE_SECONDS = 1;
  private static final Duration BEHIND_NOW = Duration.ofHours(1);

  @Mixin private LoadOptions load = new LoadOptions();

  @Option(names = "--rate", description = "Messages a second of all connections together.")
  private int rate = 5000;

  @Option(names = "--askers", description = "Questions that are asked at the same time.")
  private int askers = 20;

  @Option(
      names = "--each",
      description = "Asks one kind of question after the other, two askers and two pairs each.")
  private boolean each;

  @Option(
      names = "--control",
      description = {
        "Asks nothing: something in its place would compute for half of a core, at query's",
        "priority: what any neighbour on these cores does to the latency of acknowledgements."
      })
  private boolean isControl;

  @Option(names = "--pairs", description = "How often latency is measured without and with them.")
  private int pairs = 9;

  @Option(
      names = "--seconds",
      description = "How long each time; of 60 each sorts a minute that has closed.")
  private int seconds = 60;

  @Option(names = "--devices", description = "Machines with a history.")
  private int devices = 100;

  @Option(names = "--days", description = "For how long they reported, 10 metrics at 0.1 Hz.")
  private int days = 12;

  @Option(names = "--registered", description = "Devices of the largest enterprise.")
  private int registered = 10_000;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Takes the history that 'bench read --data' loaded there, and adds to it.")
  private @Nullable Path kept;

  /** One of a pair: the latency of acknowledgements, and what each process took of the cores. */
  private record Half(double p99Millis, Map<String, Double> cores) {}

  /** Without and with questions beside. */
  private record Pair(Half alone, Half asked) {
    double ratio() {
      return asked.p99Millis() / alone.p99Millis();
    }
  }

  /** What some questions did, and how they were answered. */
  private record Course(List<Pair> pairs, Map<String, ParallelAskers.Answers> answers) {
    double ratio() {
      return Medians.of(pairs.stream().mapToDouble(Pair::ratio).toArray());
    }
  }

  @Override
  public Integer call() throws Exception {
    Path folder = kept;
    Path logs = Files.createTempDirectory("qiantang-bench-");
    try (Database database = folder == null ? Database.inTemporaryFolder() : Database.in(folder)) {
      return run(database, logs);
    } catch (UnusableFolderException e) {
      System.err.println(e.getMessage());
      return 2;
    } finally {
      Database.deleteTree(logs);
    }
  }

  private int run(Database database, Path logs) throws Exception {
    MachineFleet fleet;
    List<String> tokens = load.drawTokens();
    List<String> refused = MemoryIngest.drawTokens(1, List.of(REFUSED));
    Map<EnterpriseId, List<String>> viewers = new LinkedHashMap<>();
    try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      fleet = history(database, cassandra);
      System.err.printf("registering %,d devices%n", registered + tokens.size());
      MemoryIngest.register(cassandra.registry(), tokens);
      MemoryIngest.register(cassandra.registry(), refused);
      MemoryIngest.register(
          cassandra.registry(), MemoryIngest.drawTokens(registered, List.of(LARGE)));
      for (EnterpriseId owner : List.of(HISTORY, LARGE, REFUSED)) {
        viewers.put(owner, drawViewers(cassandra.registry(), owner));
      }
    }
    try (IngestProgram ingest =
            IngestProgram.overCassandra(logs.resolve("ingest.log"), database.cqlPort(), List.of());
        QueryProgram query =
            QueryProgram.with(logs.resolve("query.log"), database.cqlPort(), List.of())) {
      Map<String, ProcessHandle> processes = new LinkedHashMap<>();
      processes.put("client", ProcessHandle.current());
      processes.put("ingest", ingest.handle());
      processes.put("query", query.handle());
      processes.put("cassandra", database.handle());
      refuse(ingest, refused);
      List<Course> courses = new ArrayList<>();
      for (List<String> kinds : kinds(fleet)) {
        AskingProcess.Asked asked =
            new AskingProcess.Asked(
                query.httpPort(), fleet, viewers, kinds, each ? ASKERS_OF_EACH : askers);
        try (AskingProcess asking =
            isControl ? AskingProcess.computing(asked) : AskingProcess.start(asked)) {
          processes.put("askers", asking.handle());
          int warmUpSeconds = courses.isEmpty() ? WARM_UP_SECONDS : NEXT_WARM_UP_SECONDS;
          courses.add(measure(ingest, tokens, asking, processes, warmUpSeconds));
        }
      }
      return print(fleet, courses);
    }
  }

  /** What is asked at the same time, in turn; where it is empty, everything. */
  private List<List<String>> kinds(MachineFleet fleet) {
    return each
        ? new HeavyQuestions(fleet, HISTORY, LARGE, REFUSED)
            .all().stream().map(kind -> List.of(kind.apply(0).name())).toList()
        : List.of(List.of());
  }

  private MachineFleet history(Database database, Cassandra cassandra)
      throws IOException, UnusableFolderException {
    if (kept != null) {
      return new LoadMarker(database.folder())
          .read()
          .orElseThrow(
              () ->
                  new UnusableFolderException(
                      database.folder(), "nothing was loaded into it by 'bench read --data'"));
    }
    long endHour = Math.floorDiv(Instant.now().minus(BEHIND_NOW).getEpochSecond(), 3600L);
    MachineFleet fleet = new MachineFleet(devices, days, (endHour - days * 24L) * 60);
    System.err.printf("loading %,d samples%n", fleet.samples());
    var _ = new FleetLoad(cassandra, HISTORY, fleet).run();
    return fleet;
  }

  private static List<String> drawViewers(Registry registry, EnterpriseId owner) {
    return Stream.generate(() -> QueryProgram.drawToken(registry, owner, Role.VIEWER))
        .limit(TOKENS_EACH)
        .toList();
  }

  /** Sends what nobody can read, so that there is something to look at. */
  private void refuse(IngestProgram ingest, List<String> tokens) throws InterruptedException {
    try (LoadClient client =
        new LoadClient(
            load.inFlight(),
            LoadMessage.thatIsRefused(REFUSED_BYTES),
            System.currentTimeMillis(),
            0)) {
      client.connect(address(ingest), tokens);
      client.send();
      while (client.acknowledged() < REFUSED_MESSAGES) {
        TimeUnit.MILLISECONDS.sleep(50);
        client.check();
      }
    }
  }

  private static InetSocketAddress address(IngestProgram ingest) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ingest.mqttPort());
  }

  private Course measure(
      IngestProgram ingest,
      List<String> tokens,
      AskingProcess asking,
      Map<String, ProcessHandle> processes,
      int warmUpSeconds)
      throws InterruptedException, IOException {
    List<Pair> done = new ArrayList<>();
    int many = each ? PAIRS_OF_EACH : pairs;
    long hourAgoMillis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    try (LoadClient client = new LoadClient(load.inFlight(), load.message(), hourAgoMillis, rate)) {
      client.connect(address(ingest), tokens);
      client.send();
      System.err.printf("warming up, %d s%n", warmUpSeconds);
      asking.ask();
      TimeUnit.SECONDS.sleep(warmUpSeconds);
      for (int pair = 0; pair < many; pair++) {
        // In turn first and second: what drifts meets both alike.
        done.add(pair(client, asking, processes, pair % 2 == 0));
        System.err.println("pair %d of %d: %s".formatted(pair + 1, many, row(done.getLast())));
        client.check();
      }
      asking.pause();
    }
    return new Course(done, asking.tallies());
  }

  private Pair pair(
      LoadClient client,
      AskingProcess asking,
      Map<String, ProcessHandle> processes,
      boolean isFirst)
      throws InterruptedException, IOException {
    Half first = half(client, asking, processes, isFirst);
    Half second = half(client, asking, processes, !isFirst);
    return isFirst ? new Pair(second, first) : new Pair(first, second);
  }

  private Half half(
      LoadClient client,
      AskingProcess asking,
      Map<String, ProcessHandle> processes,
      boolean isAsked)
      throws InterruptedException, IOException {
    if (isAsked) {
      asking.ask();
    } else {
      asking.pause();
    }
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    Map<String, Duration> before = used(processes);
    long beganNanos = System.nanoTime();
    var _ = client.takeLatencyMicros();
    TimeUnit.SECONDS.sleep(seconds);
    Histogram latency = client.takeLatencyMicros();
    double took = (System.nanoTime() - beganNanos) / 1e9;
    Map<String, Double> cores = new LinkedHashMap<>();
    used(processes)
        .forEach(
            (name, after) ->
                cores.put(
                    name,
                    after.minus(before.getOrDefault(name, Duration.ZERO)).toNanos() / 1e9 / took));
    return new Half(latency.getValueAtPercentile(99) / 1000.0, cores);
  }

  private static Map<String, Duration> used(Map<String, ProcessHandle> processes) {
    Map<String, Duration> used = new LinkedHashMap<>();
    processes.forEach(
        (name, process) -> used.put(name, process.info().totalCpuDuration().orElse(Duration.ZERO)));
    return used;
  }

  private static String row(Pair pair) {
    return "| %.1f | %.1f | %.3f | %s | %s |"
        .formatted(
            pair.alone().p99Millis(),
            pair.asked().p99Millis(),
            pair.ratio(),
            cores(pair.alone()),
            cores(pair.asked()));
  }

  private static String cores(Half half) {
    return half.cores().values().stream().map("%.2f"::formatted).collect(Collectors.joining(", "));
  }

  /** Returns the exit code. */
  private int print(MachineFleet fleet, List<Course> courses) {
    System.out.printf(
        "%s send %,d messages/s; %d askers of %,d samples, %,d registered devices; %d s each,"
            + " %d cores%n%n",
        load,
        rate,
        each ? ASKERS_OF_EACH : askers,
        fleet.samples(),
        registered,
        seconds,
        Runtime.getRuntime().availableProcessors());
    System.out.println(
        "| question | answered | p50 ms | max ms | MB each | 429 | 503 | failed |"
            + (each ? " ratio |" : ""));
    System.out.println("|---|---|---|---|---|---|---|---|" + (each ? "---|" : ""));
    courses.forEach(course -> course.answers().forEach((name, told) -> print(course, name, told)));
    System.out.println();
    System.out.println(
        "| p99 ms alone | beside questions | ratio"
            + " | cores alone: client, ingest, query, cassandra, askers | beside questions |");
    System.out.println("|---|---|---|---|---|");
    List<Pair> done = courses.stream().flatMap(course -> course.pairs().stream()).toList();
    done.forEach(pair -> System.out.println(row(pair)));
    double[] ratios = done.stream().mapToDouble(Pair::ratio).sorted().toArray();
    System.out.printf("%nratios from %.3f to %.3f%n", ratios[0], ratios[ratios.length - 1]);
    List<ParallelAskers.Answers> answers =
        courses.stream().flatMap(course -> course.answers().values().stream()).toList();
    long failed = answers.stream().mapToLong(ParallelAskers.Answers::failed).sum();
    System.out.printf(
        "queries p99_ratio=%.3f p99_alone_ms=%.1f p99_asked_ms=%.1f answered=%d refused=%d busy=%d"
            + " failed=%d%n",
        Medians.of(ratios),
        Medians.of(done.stream().mapToDouble(pair -> pair.alone().p99Millis()).toArray()),
        Medians.of(done.stream().mapToDouble(pair -> pair.asked().p99Millis()).toArray()),
        answers.stream().mapToLong(ParallelAskers.Answers::answered).sum(),
        answers.stream().mapToLong(ParallelAskers.Answers::refused).sum(),
        answers.stream().mapToLong(ParallelAskers.Answers::busy).sum(),
        failed);
    return failed == 0 ? 0 : 1;
  }

  private void print(Course course, String name, ParallelAskers.Answers told) {
    System.out.printf(
        "| %s | %,d | %,.0f | %,.0f | %.2f | %d | %d | %d |%s%n",
        name,
        told.answered(),
        told.p50Millis(),
        told.maxMillis(),
        told.answered() == 0 ? 0 : told.bytes() / 1e6 / told.answered(),
        told.refused(),
        told.busy(),
        told.failed(),
        each ? " %.3f |".formatted(course.ratio()) : "");
    if (told.firstFailure() != null) {
      System.out.println("  failed first: " + told.firstFailure());
    }
  }
}
