package qiantang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.bench.FleetQuestions.Question;
import qiantang.standalone.cassandra.CassandraJmx;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.fold.FoldMeter;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;

/**
 * How long questions take: a month of an average enterprise lies in Cassandra as the packer leaves
 * it, the real query program answers over HTTP, one question after the other, every answer checked.
 */
@Command(
    name = "read",
    description = {
      "Loads a history of machines with 10 metrics at 0.1 Hz through the packer, then measures",
      "what the query program takes to answer, warm, one question after the other. The blocks are",
      "made where the packer reads them: neither journal nor sorter take part, nothing comes late.",
      "A wrong answer fails it."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ReadBench implements Callable<Integer> {
  private static final EnterpriseId ENTERPRISE = new EnterpriseId("bench");
  private static final long QUESTIONS_SEED = 7;
  private static final Duration BEHIND_NOW = Duration.ofHours(1);

  @Option(names = "--devices", description = "Machines of the enterprise.")
  private int devices = 500;

  @Option(names = "--days", description = "For how long they reported.")
  private int days = 30;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keeps what is loaded there, and uses it again. Default: a temporary folder.")
  private @Nullable Path kept;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "KIND",
      description = {
        "Asks these alone: hour, month, raw, first-byte, one, latest, aggregate, batch, day, sets."
      })
  private Set<String> only = Set.of();

  /**
   * What is asked.
   *
   * @param name in the table and, with {@code _p99_ms} behind it, on the last line
   * @param p99MillisMax what is wanted of it
   */
  private record Kind(
      String name,
      String description,
      int questions,
      double p99MillisMax,
      Asking.Until until,
      Supplier<Question> draw) {
    Kind(
        String name,
        String description,
        int questions,
        double p99MillisMax,
        Supplier<Question> draw) {
      this(name, description, questions, p99MillisMax, Asking.Until.LAST_BYTE, draw);
    }

    /** On the last line, where names have no dashes. */
    String key() {
      return name.replace('-', '_');
    }
  }

  @Override
  public Integer call() throws Exception {
    Path folder = kept;
    Optional<MachineFleet> before;
    try {
      before = folder == null ? Optional.empty() : before(folder);
    } catch (UnusableFolderException e) {
      System.err.println(e.getMessage());
      return 2;
    }
    try (Database database = folder == null ? Database.inTemporaryFolder() : Database.in(folder);
        Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      MachineFleet fleet = before.isPresent() ? before.get() : load(cassandra, database);
      measure(fleet, cassandra, database);
    }
    return 0;
  }

  /** What is there already; fails where it is something else. */
  private Optional<MachineFleet> before(Path folder) throws IOException, UnusableFolderException {
    Optional<MachineFleet> found = new LoadMarker(folder).read();
    if (found.isEmpty() && Files.exists(folder.resolve("cassandra"))) {
      throw new UnusableFolderException(folder, "what was loaded into it is not complete");
    }
    if (found.isPresent() && (found.get().devices() != devices || found.get().days() != days)) {
      throw new UnusableFolderException(
          folder,
          "%d devices of %d days were loaded into it, and not %d of %d"
              .formatted(found.get().devices(), found.get().days(), devices, days));
    }
    return found;
  }

  private MachineFleet load(Cassandra cassandra, Database database) throws Exception {
    long endHour = Math.floorDiv(Instant.now().minus(BEHIND_NOW).getEpochSecond(), 3600L);
    MachineFleet fleet = new MachineFleet(devices, days, (endHour - days * 24L) * 60);
    System.err.printf("loading %,d samples%n", fleet.samples());
    long beganNanos = System.nanoTime();
    FoldMeter meter = new FleetLoad(cassandra, ENTERPRISE, fleet).run();
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    System.err.println("flushing and compacting");
    long bytes;
    String keyspace = CassandraConfig.local(database.cqlPort()).keyspace();
    try (CassandraJmx jmx = CassandraJmx.connect(database.process().jmxPort())) {
      jmx.flush(keyspace, List.of());
      jmx.compact(keyspace);
      bytes = jmx.liveBytes(keyspace, "chunks_1y");
    }
    System.out.printf(
        "%,d samples of %d devices loaded in %.0f s, %,.0f samples/s; chunks %.2f B a sample"
            + " written, %.2f on disk%n%n",
        fleet.samples(),
        devices,
        seconds,
        fleet.samples() / seconds,
        meter.chunkBytes() / (double) fleet.samples(),
        bytes / (double) fleet.samples());
    new LoadMarker(database.folder()).write(fleet);
    return fleet;
  }

  private void measure(MachineFleet fleet, Cassandra cassandra, Database database)
      throws Exception {
    try (QueryProgram query =
        QueryProgram.overCassandra(
            database.folder().resolve("logs").resolve("query.log"),
            database.cqlPort(),
            cassandra.registry(),
            ENTERPRISE,
            Role.VIEWER)) {
      System.err.printf(
          "the query program is pid %d, Cassandra pid %d%n",
          query.handle().pid(), database.process().pid());
      Compilers compilers = new Compilers(query.handle().pid(), database.process().pid());
      Map<Kind, Asking.@Nullable Result> results = new LinkedHashMap<>();
      for (Kind kind : kinds(new FleetQuestions(fleet, ENTERPRISE, QUESTIONS_SEED))) {
        if (only.isEmpty() || only.contains(kind.name)) {
          Asking asking = new Asking(query.httpPort(), query.token(), kind.until);
          results.put(kind, asking.run(kind.name, kind.questions, compilers, kind.draw));
        }
      }
      print(fleet, results);
    }
  }

  private static List<Kind> kinds(FleetQuestions questions) {
    return List.of(
        new Kind("hour", "an hour of a metric of a device, raw", 500, 10, questions::hour),
        new Kind("month", "all days of it, points=1000", 200, 100, questions::month),
        new Kind("raw", "all days of it, raw, to the last page", 100, 150, questions::raw),
        new Kind(
            "first-byte",
            "100,000 samples of it, raw, to the first byte",
            200,
            30,
            Asking.Until.FIRST_BYTE,
            questions::longSeries),
        new Kind("one", "latest of one device", 1000, 10, questions::latestOfOne),
        new Kind("latest", "latest of all devices", 200, 20, questions::latest),
        new Kind("aggregate", "energy of all devices, by hours", 200, 150, questions::aggregate),
        new Kind("batch", "latest:batch of all devices by name", 200, 50, questions::batch),
        new Kind(
            "day", "aggregate:query of a day, all in one", 200, 50, () -> questions.day(false)),
        new Kind("sets", "the same, each device by itself", 50, 1000, () -> questions.day(true)));
  }

  private static void print(MachineFleet fleet, Map<Kind, Asking.@Nullable Result> results) {
    System.out.printf(
        "%d devices x %d metrics at 0.1 Hz, %d days, %,d samples, %d cores%n%n",
        fleet.devices(),
        MachineFleet.METRICS,
        fleet.days(),
        fleet.samples(),
        Runtime.getRuntime().availableProcessors());
    System.out.println(
        "| question | p50 ms | p99 ms | p99 wanted | B an answer | questions | requests |");
    System.out.println("|---|---|---|---|---|---|---|");
    StringBuilder line = new StringBuilder("read");
    results.forEach(
        (kind, result) -> {
          double p99 = result == null ? Double.NaN : result.millis(99);
          line.append(" %s_p99_ms=%s".formatted(kind.key(), format(p99)));
          if (result == null) {
            System.out.printf(
                "| %s: %s | nan, there is no such route | nan | %.0f | - | - | - |%n",
                kind.name, kind.description, kind.p99MillisMax);
          } else {
            System.out.printf(
                "| %s: %s | %.1f | %.1f | %.0f | %,d | %d | %d |%n",
                kind.name,
                kind.description,
                result.millis(50),
                p99,
                kind.p99MillisMax,
                result.bytes() / kind.questions,
                kind.questions,
                result.requests());
          }
        });
    System.out.printf("%n%s%n", line);
  }

  private static String format(double millis) {
    return Double.isNaN(millis) ? "nan" : "%.1f".formatted(millis);
  }
}
