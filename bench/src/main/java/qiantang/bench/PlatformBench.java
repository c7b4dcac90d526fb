package qiantang.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.codec.KeptCodec;
import qiantang.store.count.Counting;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.health.Axis;
import qiantang.store.health.Axis.State;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.PlatformCount;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.Member;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Reader;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Role;

/**
 * How fast a platform opens: the kept counts of all enterprises of the plan lie in Cassandra as
 * their nodes write them, the sums are made as a node makes them, and the real query program
 * answers over HTTP, one question after the other.
 */
@Command(
    name = "platform",
    description = "How long the platforms' routes take with the plan's enterprises and devices.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class PlatformBench implements Callable<Integer> {
  private static final int WARM_UP = 300;
  private static final long SEED = 7;

  @Option(names = "--enterprises", description = "Enterprises of the base platform.")
  private int enterprises = 100_000;

  @Option(names = "--devices", description = "Devices of all of them.")
  private long devices = 50_000_000;

  @Option(names = "--platforms", description = "Platforms beside the base platform.")
  private int platforms = 30;

  @Option(names = "--questions", description = "Questions of each kind.")
  private int questions = 1000;

  private final Random random = new Random(SEED);

  @Override
  public Integer call() throws Exception {
    try (Database database = Database.inTemporaryFolder();
        Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      write(cassandra);
      addUp(cassandra);
      measure(cassandra, database);
    }
    return 0;
  }

  private void write(Cassandra cassandra) throws InterruptedException {
    cassandra
        .registry()
        .putPlatform(new Platform(Platform.BASE, "supET", "supET", "base"))
        .toCompletableFuture()
        .join();
    for (int i = 0; i < platforms; i++) {
      cassandra
          .registry()
          .putPlatform(new Platform("p" + i, "平台" + i, "Platform " + i, "industry"))
          .toCompletableFuture()
          .join();
    }
    long beganNanos = System.nanoTime();
    KeptTables kept = cassandra.registry().kept();
    WritesUnderWay writes = new WritesUnderWay();
    for (int i = 0; i < enterprises; i++) {
      EnterpriseId id = new EnterpriseId("enterprise-" + i);
      // What is left over goes to the first ones, so that all add up.
      long own = devices / enterprises + (i < devices % enterprises ? 1 : 0);
      byte[] bytes = KeptCodec.encode(new PlatformCount(1, counts(own), own / 100.0));
      for (String platform : List.of(Platform.BASE, "p" + i % Math.max(1, platforms))) {
        writes.add(kept.write(new Member(platform, id, System.currentTimeMillis(), bytes)));
      }
    }
    writes.await();
    System.err.printf(
        "counts of %,d enterprises written in %.1f s%n",
        enterprises, (System.nanoTime() - beganNanos) / 1e9);
  }

  /** Some of everything, which adds up on each axis. */
  private HealthCounts counts(long total) {
    HealthCounts counts = new HealthCounts();
    counts.addTotal(total);
    for (Axis axis : Axis.values()) {
      long left = total;
      List<State> states = axis.states();
      for (int i = 1; i < states.size(); i++) {
        long some = random.nextLong(total / 10 + 1);
        counts.add(states.get(i), some);
        counts.reason(
            new HealthCounts.Reasoned(axis, states.get(i), "reason-" + random.nextInt(4)), some);
        left -= some;
      }
      counts.add(states.getFirst(), left);
    }
    counts.addMachines(counts.of(State.ACTIVE));
    return counts;
  }

  private static void addUp(Cassandra cassandra) {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      InstantSource clock = InstantSource.system();
      Reader reader = Readers.over(cassandra, clock, threads);
      long beganNanos = System.nanoTime();
      new Counting(
              cassandra.registry(),
              new EnterpriseCounter(reader, cassandra.registry(), clock, threads),
              enterprise -> false,
              thing -> true,
              (delay, task) -> {},
              System::nanoTime,
              clock,
              threads)
          .run()
          .toCompletableFuture()
          .join();
      System.err.printf(
          "sums of all platforms made in %.1f s%n", (System.nanoTime() - beganNanos) / 1e9);
    } finally {
      threads.shutdownNow();
    }
  }

  private void measure(Cassandra cassandra, Database database) throws Exception {
    try (QueryProgram query =
        QueryProgram.overCassandra(
            database.folder().resolve("logs").resolve("query.log"),
            database.cqlPort(),
            cassandra.registry(),
            EnterpriseId.OPERATOR,
            Role.OPERATOR)) {
      System.err.printf("the query program is pid %d%n", query.handle().pid());
      Asking asking = new Asking(query.httpPort(), query.token(), Asking.Until.LAST_BYTE);
      check(asking.one("/v1/platforms/supet"));
      String page = asking.one("/v1/platforms/supet/enterprises?limit=500").getString("next");
      List<String> paths =
          List.of(
              "/v1/platforms",
              "/v1/platforms/supet",
              "/v1/platforms/supet/enterprises?cursor=" + page,
              "/v1/platforms/supet/enterprises?sort=offline");
      List<Histogram> results = new ArrayList<>();
      for (String path : paths) {
        results.add(measure(asking, path));
      }
      System.out.printf(
          "%,d enterprises, %,d devices, %d platforms, %d cores%n%n",
          enterprises, devices, platforms + 1, Runtime.getRuntime().availableProcessors());
      System.out.println("| route | p50 ms | p99 ms | questions |\n|---|---|---|---|");
      for (int i = 0; i < paths.size(); i++) {
        System.out.printf(
            "| %s | %.1f | %.1f | %d |%n",
            paths.get(i).split("[?]cursor", 2)[0],
            results.get(i).getValueAtPercentile(50) / 1000.0,
            results.get(i).getValueAtPercentile(99) / 1000.0,
            questions);
      }
      System.out.printf(
          "%nplatform enterprises=%d devices=%d open_p99_ms=%.1f%n",
          enterprises, devices, results.get(1).getValueAtPercentile(99) / 1000.0);
    }
  }

  private void check(JsonObject platform) {
    JsonObject counts = platform.getJsonObject("devices");
    if (counts.getLong("total") != devices || platform.getLong("enterprises") != enterprises) {
      throw new IllegalStateException("the platform does not add up: " + platform);
    }
    for (Axis axis : Axis.values()) {
      long sum = 0;
      for (State state : axis.states()) {
        sum += counts.getJsonObject(axis.word()).getLong(state.word());
      }
      if (sum != devices) {
        throw new IllegalStateException(axis.word() + " does not add up: " + platform);
      }
    }
  }

  /** One question after the other. */
  private Histogram measure(Asking asking, String path) throws IOException {
    Histogram micros = new Histogram(3);
    for (int i = 0; i < WARM_UP + questions; i++) {
      long took = asking.micros(path);
      if (i >= WARM_UP) {
        micros.recordValue(took);
      }
    }
    return micros;
  }
}
