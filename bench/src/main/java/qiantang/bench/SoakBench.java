package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.bench.SoakClients.Kind;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Hours of a mixed load, good and bad, on ingest over Cassandra: whether anything grows, and
 * whether all that was acknowledged can be read back.
 */
@Command(
    name = "soak",
    description = "Memory, threads and files under a mixed load for as long as one likes.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class SoakBench implements Callable<Integer> {
  private static final EnterpriseId OWNER = new EnterpriseId("soak");

  // Heap, as the demo has it, and what the JVM says of the memory beside it.
  private static final List<String> FLAGS = List.of("-Xmx1g", "-XX:NativeMemoryTracking=summary");

  @Option(names = "--minutes", description = "How long.")
  private int minutes = 60;

  @Option(names = "--clients", description = "Good clients of each of five kinds.")
  private int clients = 40;

  private final List<SoakMinute> done = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try (Database database = Database.in(folder.resolve("data"));
        Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      Map<Kind, List<String>> tokens = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        List<String> own = MemoryIngest.drawTokens(clients, List.of(OWNER));
        register(cassandra.registry(), own, kind);
        tokens.put(kind, own);
      }
      List<String> stranger = MemoryIngest.drawTokens(1, List.of(OWNER));
      MemoryIngest.register(cassandra.registry(), stranger);
      run(folder, database, cassandra.registry(), tokens, stranger.getFirst());
    } finally {
      Database.deleteTree(folder);
    }
    return 0;
  }

  /** Devices or gateways named by their kind. */
  private static void register(Registry registry, List<String> tokens, Kind kind)
      throws InterruptedException {
    Device.Kind device = kind == Kind.GATEWAY ? Device.Kind.GATEWAY : Device.Kind.DEVICE;
    MemoryIngest.register(registry, tokens.subList(0, 1)); // makes the enterprise
    Instant now = Instant.now();
    for (int i = 0; i < tokens.size(); i++) {
      LoadIdentity identity = LoadIdentity.of(tokens.get(i), i, device).named(kind.metric);
      registry
          .createDevice(identity.device(now))
          .thenCompose(isNew -> registry.putCredential(identity.credential(now)))
          .toCompletableFuture()
          .join();
    }
  }

  private void run(
      Path folder,
      Database database,
      Registry registry,
      Map<Kind, List<String>> tokens,
      String stranger)
      throws Exception {
    Path log = folder.resolve("ingest.log");
    long beganMillis = System.currentTimeMillis();
    try (IngestProgram ingest =
        IngestProgram.overCassandra(FLAGS, log, database.cqlPort(), List.of())) {
      InetSocketAddress server =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ingest.mqttPort());
      try (SoakClients load = new SoakClients(server, tokens, stranger)) {
        System.out.println(SoakMinute.HEAD);
        for (int minute = 1; minute <= minutes; minute++) {
          TimeUnit.MINUTES.sleep(1);
          SoakMinute now = SoakMinute.read(minute, load, ingest);
          System.out.println(now.row(done.isEmpty() ? 0 : done.getLast().messages()));
          done.add(now);
        }
        load.pause();
        TimeUnit.SECONDS.sleep(2); // what is in flight is answered
        long lost = lost(folder, database, registry, load, beganMillis);
        System.out.printf(
            "%nsoak minutes=%d rss_growth_percent=%.1f lost=%d cuts=%d%n",
            minutes, growthPercent(), lost, load.cuts());
      }
    }
  }

  /** From a quarter of the time on: before, the heap and the code find their size. */
  private double growthPercent() {
    double from = done.get(done.size() / 4).residentMebibytes();
    return (done.getLast().residentMebibytes() / from - 1) * 100;
  }

  /** Samples that were acknowledged and are not in the API's answer. */
  private long lost(
      Path folder, Database database, Registry registry, SoakClients load, long beganMillis)
      throws Exception {
    long lost = 0;
    try (QueryProgram query =
        QueryProgram.overCassandra(
            folder.resolve("query.log"), database.cqlPort(), registry, OWNER, Role.VIEWER)) {
      Asking api = new Asking(query.httpPort(), query.token(), Asking.Until.LAST_BYTE);
      for (Kind kind : Kind.values()) {
        long sent = load.acknowledged(kind) * kind.samplesPerMessage();
        long stored = stored(api, kind, beganMillis);
        System.err.printf("%s: %,d samples acknowledged, %,d stored%n", kind, sent, stored);
        // QoS 0 is never acknowledged: what was on its way to a connection that ended may be gone.
        lost += kind == Kind.QOS_0 ? 0 : Math.max(0, sent - stored);
      }
    }
    return lost;
  }

  private static long stored(Asking api, Kind kind, long beganMillis) throws IOException {
    long to = System.currentTimeMillis() + TimeUnit.MINUTES.toMillis(5);
    JsonObject answer =
        api.one(
            "/v1/enterprises/%s/series?metrics=%s&from=%d&to=%d&interval=1h&aggregate=count"
                .formatted(OWNER.text(), kind.metric, beganMillis, to));
    long sum = 0;
    for (Object series : answer.getJsonArray("series", new JsonArray())) {
      for (Object count : ((JsonObject) series).getJsonArray("values", new JsonArray())) {
        sum += count instanceof Number number ? number.longValue() : 0;
      }
    }
    return sum;
  }
}
