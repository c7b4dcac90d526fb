package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.codec.KeptCodec;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.kept.KeptTables.Kept;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.SessionEnd;
import qiantang.store.read.Reader;
import qiantang.store.registry.Role;

/**
 * How long a page of a large enterprise's devices takes, by each filter: the registry's rows and
 * the registers of the devices lie in Cassandra, counted as a node counts them; the real query
 * program answers over HTTP, one question after the other, and every answer is checked.
 */
@Command(
    name = "devices",
    description = {
      "How long the first page of 100 devices takes, of very many of one enterprise, by each",
      "filter. A wrong answer fails it."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DevicesBench implements Callable<Integer> {
  private static final EnterpriseId ENTERPRISE = new EnterpriseId("bench");
  private static final int LIMIT = 100;
  private static final long SEED = 7;
  private static final double MILLIS_WANTED = 100;
  private static final long INDEXED_NANOS_MAX = 300_000_000_000L;

  @Option(names = "--devices", description = "Devices of the enterprise.")
  private int devices = 1_000_000;

  @Option(names = "--questions", description = "Questions of each kind; a fifth before them.")
  private int questions = 300;

  @Option(names = "--heap", description = "MiB of the query program: 4 KiB a device and more.")
  private int heapMebibytes = 4096;

  private final Random random = new Random(SEED);

  /** A filter, and whom it means. */
  private record Filter(String query, IntPredicate meant) {}

  /** A kind of filter, with other values each time. */
  private record Kind(String name, Supplier<Filter> draw) {}

  @Override
  public Integer call() throws Exception {
    RegisteredFleet fleet =
        new RegisteredFleet(ENTERPRISE, devices, Instant.now().truncatedTo(ChronoUnit.MILLIS));
    try (Database database = Database.inTemporaryFolder();
        Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      fleet.write(cassandra);
      count(cassandra);
      measure(fleet, cassandra, database);
    }
    return 0;
  }

  private static void count(Cassandra cassandra) {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      InstantSource clock = InstantSource.system();
      Reader reader = Readers.over(cassandra, clock, threads);
      long beganNanos = System.nanoTime();
      EnterpriseCounter.Result counted =
          new EnterpriseCounter(reader, cassandra.registry(), clock, threads)
              .count(ENTERPRISE, null)
              .toCompletableFuture()
              .join();
      cassandra
          .registry()
          .kept()
          .write(new Kept(ENTERPRISE, counted.millis(), KeptCodec.encode(counted.count())))
          .toCompletableFuture()
          .join();
      System.err.printf("counted in %.1f s%n", (System.nanoTime() - beganNanos) / 1e9);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Kind> kinds() {
    return List.of(
        new Kind("no filter", () -> new Filter("", number -> true)),
        new Kind("kind", () -> new Filter("&kind=gateway", RegisteredFleet::isGateway)),
        new Kind("gateway", this::gateway),
        new Kind("model", this::model),
        new Kind("factory and line", this::line),
        new Kind(
            "connection", () -> new Filter("&connection=offline", RegisteredFleet::wasConnected)),
        new Kind("lifecycle", () -> new Filter("&lifecycle=disabled", RegisteredFleet::isDisabled)),
        new Kind(
            "reason",
            () ->
                new Filter(
                    "&reason=" + SessionEnd.TAKEN_OVER.word(),
                    number ->
                        RegisteredFleet.wasConnected(number)
                            && RegisteredFleet.end(number) == SessionEnd.TAKEN_OVER)),
        new Kind("text, common", () -> new Filter("&text=loom", number -> true)),
        new Kind("text, rare", this::name),
        new Kind("text of nobody", () -> new Filter("&text=no-such-loom", number -> false)));
  }

  private Filter gateway() {
    int gateway = RegisteredFleet.gateway(random.nextInt(devices));
    return new Filter(
        "&gateway=" + RegisteredFleet.id(gateway).text(),
        number -> !RegisteredFleet.isGateway(number) && RegisteredFleet.gateway(number) == gateway);
  }

  private Filter model() {
    String model = RegisteredFleet.model(random.nextInt(devices));
    return new Filter("&model=" + model, number -> RegisteredFleet.model(number).equals(model));
  }

  private Filter line() {
    int one = random.nextInt(devices);
    String factory = RegisteredFleet.factory(one);
    String line = RegisteredFleet.line(one);
    return new Filter(
        "&factory=" + factory + "&line=" + line,
        number ->
            RegisteredFleet.factory(number).equals(factory)
                && RegisteredFleet.line(number).equals(line));
  }

  private Filter name() {
    int one = random.nextInt(devices);
    String text = "loom%20" + one + "%20of";
    return new Filter("&text=" + text, number -> number == one);
  }

  private void measure(RegisteredFleet fleet, Cassandra cassandra, Database database)
      throws Exception {
    try (QueryProgram query =
        QueryProgram.overCassandra(
            List.of("-Xmx" + heapMebibytes + "m"),
            database.folder().resolve("logs").resolve("query.log"),
            database.cqlPort(),
            cassandra.registry(),
            EnterpriseId.OPERATOR,
            Role.OPERATOR)) {
      System.err.printf("the query program is pid %d%n", query.handle().pid());
      Asking asking = new Asking(query.httpPort(), query.token(), Asking.Until.LAST_BYTE);
      double firstSeconds = untilIndexed(asking);
      System.out.printf("%,d devices of one enterprise%n%n", devices);
      System.out.println("| filter | p50 ms | p99 ms |\n|---|---|---|");
      double most = 0;
      for (Kind kind : kinds()) {
        Histogram micros = new Histogram(3);
        for (int i = -questions / 5; i < questions; i++) {
          long took = ask(asking, fleet, kind.draw.get());
          if (i >= 0) {
            micros.recordValue(took);
          }
        }
        double p99 = micros.getValueAtPercentile(99) / 1000.0;
        most = Math.max(most, p99);
        System.out.printf(
            "| %s | %.1f | %.1f |%n", kind.name, micros.getValueAtPercentile(50) / 1000.0, p99);
      }
      System.out.printf(
          "%ndevices devices=%d indexed_s=%.1f worst_p99_ms=%.1f (wanted: %.0f) query_mib=%d%n",
          devices, firstSeconds, most, MILLIS_WANTED, query.program().residentBytes() >> 20);
    }
  }

  /**
   * Seconds until lists are by an index: pages are short, and slower, before. The server waits a
   * second for it with each answer, so asking again at once is no load.
   */
  private double untilIndexed(Asking asking) throws IOException {
    long beganNanos = System.nanoTime();
    while (!isIndexed(asking)) {
      if (System.nanoTime() - beganNanos > INDEXED_NANOS_MAX) {
        throw new IllegalStateException(
            "there is no index after 5 minutes: give %,d devices more than --heap %d"
                .formatted(devices, heapMebibytes));
      }
    }
    return (System.nanoTime() - beganNanos) / 1e9;
  }

  private static boolean isIndexed(Asking asking) throws IOException {
    return asking
        .one("/v1/enterprises/" + ENTERPRISE + "/devices?limit=1")
        .getJsonObject("completeness")
        .getJsonArray("sources")
        .contains("index");
  }

  /** Microseconds that the question took. */
  private static long ask(Asking asking, RegisteredFleet fleet, Filter filter) throws IOException {
    String path =
        "/v1/enterprises/%s/devices?limit=%d%s".formatted(ENTERPRISE, LIMIT, filter.query);
    long beganNanos = System.nanoTime();
    JsonObject answer = asking.one(path);
    long micros = (System.nanoTime() - beganNanos) / 1000;
    List<String> found = new ArrayList<>();
    JsonArray items = answer.getJsonArray("items");
    for (int i = 0; i < items.size(); i++) {
      found.add(items.getJsonObject(i).getString("id"));
    }
    List<String> expected = fleet.first(filter.meant, LIMIT);
    if (!found.equals(expected)) {
      throw new IllegalStateException(
          "%s is answered %s instead of %s".formatted(filter.query, found, expected));
    }
    return micros;
  }
}
