package qiantang.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Registry;

/**
 * One enterprise sends many times its quota, the others what they always send: what they notice of
 * it (I11). In pairs, without and with the flood, over Cassandra, all on this machine.
 */
@Command(
    name = "neighbour",
    description = "What a flood of one enterprise does to the latency of the others.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class NeighbourBench implements Callable<Integer> {
  private static final EnterpriseId FLOOD = new EnterpriseId("flood");
  private static final int WARM_UP_SECONDS = 60;
  private static final int SETTLE_SECONDS = 2;
  private static final int WINDOW = 20;
  private static final int FLOOD_WINDOW = 1000;

  @Option(names = "--enterprises", description = "Enterprises beside the one that floods.")
  private int enterprises = 99;

  @Option(names = "--connections", description = "Connections of all of them.")
  private int connections = 990;

  @Option(names = "--rate", description = "Messages a second of all of them.")
  private int rate = 2000;

  @Option(names = "--quota", description = "Messages a second of the one that floods.")
  private int quota = 1000;

  @Option(names = "--times", description = "How many times its quota it sends.")
  private int times = 50;

  @Option(names = "--flood-connections", description = "Connections of the one that floods.")
  private int floodConnections = 50;

  @Option(names = "--payload-bytes", description = "Size of a message's JSON.")
  private int payloadBytes = 100;

  @Option(names = "--pairs", description = "How often latency is measured without and with it.")
  private int pairs = 9;

  @Option(names = "--seconds", description = "How long each time.")
  private int seconds = 10;

  /** Latencies of the others, and messages a second that the flood got through. */
  private record Pair(double aloneMillis, double floodedMillis, double floodPerSecond) {
    double ratio() {
      return floodedMillis / aloneMillis;
    }
  }

  private final List<Pair> done = new ArrayList<>();
  private double floodPerSecond;

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try (Database database = Database.in(folder.resolve("data"))) {
      List<String> tokens = MemoryIngest.drawTokens(connections, enterprises);
      List<String> flood = MemoryIngest.drawTokens(floodConnections, List.of(FLOOD));
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        MemoryIngest.register(cassandra.registry(), tokens);
        MemoryIngest.register(cassandra.registry(), flood);
        limit(cassandra.registry());
      }
      run(folder, database, tokens, flood);
    } finally {
      Database.deleteTree(folder);
    }
    print();
    return 0;
  }

  private void limit(Registry registry) {
    AccessChange change = AccessChange.ofEnterprise(Instant.now(), 1, FLOOD);
    Map<Quota, Long> wanted = Map.of(Quota.ENTERPRISE_MESSAGES, (long) quota);
    registry.setQuotas(FLOOD, wanted, change).toCompletableFuture().join();
  }

  private void run(Path folder, Database database, List<String> tokens, List<String> flood)
      throws Exception {
    long hourAgoMillis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    Path log = folder.resolve("ingest.log");
    try (IngestProgram ingest = IngestProgram.overCassandra(log, database.cqlPort(), List.of());
        LoadClient others =
            new LoadClient(WINDOW, LoadMessage.ofDevice(payloadBytes), hourAgoMillis, rate);
        LoadClient flooder =
            new LoadClient(
                FLOOD_WINDOW, LoadMessage.ofDevice(payloadBytes), hourAgoMillis, quota * times)) {
      InetSocketAddress server =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ingest.mqttPort());
      others.connect(server, tokens);
      flooder.connect(server, flood);
      others.send();
      flooder.send(); // what a lull has saved up goes first
      System.err.printf("warming up, %d s%n", WARM_UP_SECONDS);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      for (int pair = 0; pair < pairs; pair++) {
        // In turn first and second: what drifts meets both alike.
        done.add(pair % 2 == 0 ? pair(others, flooder, false) : pair(others, flooder, true));
        System.err.println("pair %d of %d: %s".formatted(pair + 1, pairs, row(done.getLast())));
      }
      others.check();
      flooder.check();
    }
  }

  private Pair pair(LoadClient others, LoadClient flooder, boolean isFloodFirst) throws Exception {
    double first = p99(others, flooder, isFloodFirst);
    double second = p99(others, flooder, !isFloodFirst);
    return isFloodFirst
        ? new Pair(second, first, floodPerSecond)
        : new Pair(first, second, floodPerSecond);
  }

  private double p99(LoadClient others, LoadClient flooder, boolean isFlooded) throws Exception {
    if (isFlooded) {
      flooder.send();
    } else {
      flooder.pause();
    }
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    long before = flooder.acknowledged();
    var _ = others.takeLatencyMicros();
    TimeUnit.SECONDS.sleep(seconds);
    Histogram latency = others.takeLatencyMicros();
    if (isFlooded) {
      floodPerSecond = (flooder.acknowledged() - before) / (double) seconds;
    }
    return latency.getValueAtPercentile(99) / 1000.0;
  }

  private static String row(Pair pair) {
    return "| %.1f | %.1f | %.3f | %,.0f |"
        .formatted(pair.aloneMillis(), pair.floodedMillis(), pair.ratio(), pair.floodPerSecond());
  }

  private void print() {
    System.out.printf(
        "%d enterprises with %d connections send %,d messages/s; one of quota %,d sends %,d;"
            + " %d s each, %d cores%n%n",
        enterprises,
        connections,
        rate,
        quota,
        quota * times,
        seconds,
        Runtime.getRuntime().availableProcessors());
    System.out.println("| p99 ms alone | beside the flood | ratio | of the flood taken/s |");
    System.out.println("|---|---|---|---|");
    done.forEach(pair -> System.out.println(row(pair)));
    double[] ratios = sorted(Pair::ratio);
    System.out.printf("%nratios from %.3f to %.3f%n", ratios[0], ratios[ratios.length - 1]);
    System.out.printf("neighbour p99_ratio=%.3f%n", Medians.of(ratios));
  }

  private double[] sorted(ToDoubleFunction<Pair> figure) {
    double[] figures = done.stream().mapToDouble(figure).toArray();
    Arrays.sort(figures);
    return figures;
  }
}
