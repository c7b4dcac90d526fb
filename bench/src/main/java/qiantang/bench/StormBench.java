package qiantang.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.DemoAuthority;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/**
 * A fleet whose link was cut comes back at once, while others publish on: the whole system with its
 * own defaults over Cassandra, all on this machine.
 */
@Command(
    name = "storm",
    description = "Seconds until a fleet that was cut is back, and what its neighbours notice.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class StormBench implements Callable<Integer> {
  // Compilers, and the first connection of each device.
  private static final int WARM_UP_SECONDS = 40;
  private static final int PAUSE_SECONDS = 3;
  private static final int WINDOW = 20;
  private static final Duration SLICE = Duration.ofMillis(500);

  @Option(names = "--connections", description = "Connections that are cut, of 8 addresses.")
  private int connections = 18_000;

  @Option(names = "--publishers", description = "Connections that publish on, QoS 1.")
  private int publishers = 1000;

  @Option(names = "--rate", description = "Messages a second of all publishers together.")
  private int rate = 1000;

  @Option(names = "--payload-bytes", description = "Size of a message's JSON.")
  private int payloadBytes = 100;

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 100;

  @Option(names = "--seconds", description = "How long latency is measured before each storm.")
  private int seconds = 10;

  @Option(names = "--rounds", description = "How often they are cut.")
  private int rounds = 5;

  @Option(
      names = "--connects-per-second",
      description = "Let in by the server at most; 0 for its own default.")
  private int connectsPerSecond;

  @Option(names = "--tls", description = "The fleet comes over TLS; the publishers do not.")
  private boolean tls;

  @Option(
      names = "--control",
      description = {
        "The fleet comes to a Mosquitto beside us: what the publishers notice then is what the",
        "clients and the kernel take of the cores, not our server."
      })
  private boolean isControl;

  /** One storm. */
  private record Round(
      double seconds, Homecoming fleet, NetCounters net, Histogram before, Histogram during) {
    double p99Ratio() {
      return during.getValueAtPercentile(99) / (double) before.getValueAtPercentile(99);
    }

    double p99Before() {
      return before.getValueAtPercentile(99) / 1000.0;
    }

    double p99During() {
      return during.getValueAtPercentile(99) / 1000.0;
    }
  }

  private final List<Round> done = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (tls && isControl) {
      System.err.println("--control is plain MQTT: leave out --tls");
      return 2;
    }
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try (Database database = Database.in(folder.resolve("data"))) {
      List<String> tokens = MemoryIngest.drawTokens(publishers + connections, enterprises);
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        System.err.printf("registering %,d devices%n", tokens.size());
        MemoryIngest.register(cassandra.registry(), tokens);
      }
      run(folder, database, tokens);
    } finally {
      Database.deleteTree(folder);
    }
    print();
    return 0;
  }

  private void run(Path folder, Database database, List<String> tokens) throws Exception {
    List<String> options = new ArrayList<>();
    if (connectsPerSecond > 0) {
      options.addAll(List.of("--connects-per-second", String.valueOf(connectsPerSecond)));
    }
    int fleetPort = -1;
    @Nullable Path authority = null;
    if (tls) {
      TlsFiles files = certify(folder.resolve("tls"));
      authority = files.ca();
      fleetPort = Ports.free();
      options.addAll(List.of("--mqtts-port", String.valueOf(fleetPort)));
      options.addAll(List.of("--tls-cert", files.certificate().toString()));
      options.addAll(List.of("--tls-key", files.key().toString()));
    }
    @Nullable Peer mosquitto = isControl ? Peer.mosquitto(folder, WINDOW) : null;
    if (mosquitto != null) {
      fleetPort = mosquitto.port();
    }
    long hourAgoMillis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    Path log = folder.resolve("ingest.log");
    try (IngestProgram ingest = IngestProgram.overCassandra(log, database.cqlPort(), options);
        LoadClient living =
            new LoadClient(WINDOW, LoadMessage.ofDevice(payloadBytes), hourAgoMillis, rate);
        StormFleet fleet =
            StormFleet.start(
                folder,
                fleetPort < 0 ? ingest.mqttPort() : fleetPort,
                tokens.subList(publishers, tokens.size()),
                authority)) {
      living.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ingest.mqttPort()),
          tokens.subList(0, publishers));
      living.send();
      System.err.println("the fleet connects: " + fleet.begin().join());
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      System.err.println("a storm to warm up: " + fleet.begin().join());
      for (int round = 0; round < rounds; round++) {
        round(living, fleet);
      }
      living.check();
    } finally {
      if (mosquitto != null) {
        mosquitto.close();
      }
    }
  }

  /** Files of a server on loopback, signed by an authority of their own. */
  static TlsFiles certify(Path folder) throws Exception {
    DemoAuthority authority = new DemoAuthority(folder);
    authority.certify(List.of(InetAddress.getLoopbackAddress()));
    return authority.files();
  }

  private void round(LoadClient living, StormFleet fleet) throws Exception {
    TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
    var _ = living.takeLatencyMicros();
    TimeUnit.SECONDS.sleep(seconds);
    Histogram before = living.takeLatencyMicros().copy();
    NetCounters counted = NetCounters.now();
    long began = System.nanoTime();
    CompletableFuture<Homecoming> storm = fleet.begin();
    Histogram during = follow(living, storm);
    Homecoming back = storm.join();
    double took = (System.nanoTime() - began) / 1e9;
    living.check();
    Round round = new Round(took, back, NetCounters.now().since(counted), before, during);
    done.add(round);
    System.err.println("round %d of %d: %s".formatted(done.size(), rounds, row(round)));
  }

  /** Latency until the storm is over; says how it was in each half second. */
  private static Histogram follow(LoadClient living, Future<Homecoming> storm)
      throws InterruptedException {
    Histogram whole = living.takeLatencyMicros().copy();
    StringBuilder slices = new StringBuilder("p99 and longest ms, each half second:");
    while (!storm.isDone()) {
      long end = System.nanoTime() + SLICE.toNanos();
      while (!storm.isDone() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      Histogram slice = living.takeLatencyMicros();
      whole.add(slice);
      slices.append(
          " %.0f/%.0f"
              .formatted(slice.getValueAtPercentile(99) / 1000.0, slice.getMaxValue() / 1000.0));
    }
    System.err.println(slices);
    return whole;
  }

  private static String row(Round round) {
    Homecoming fleet = round.fleet();
    return "| %,d | %.1f | %.1f | %d | %d | %d | %d | %d | %d | %.1f | %.1f | %.2f |"
        .formatted(
            fleet.back(),
            fleet.halfMillis() / 1000.0,
            round.seconds(),
            fleet.refused(),
            fleet.timedOut(),
            fleet.lost(),
            round.net().synRetries(),
            round.net().timeouts(),
            round.net().listenOverflows(),
            round.p99Before(),
            round.p99During(),
            round.p99Ratio());
  }

  private void print() {
    System.out.printf(
        "%,d connections of 8 addresses cut and back%s, %,d publishers with %,d messages/s,"
            + " %d enterprises, %d cores%n%n",
        connections,
        tls ? " over TLS" : isControl ? " of a Mosquitto" : "",
        publishers,
        rate,
        enterprises,
        Runtime.getRuntime().availableProcessors());
    System.out.println(
        "| back | half s | all s | refused | timed out | lost | SYN retries | TCP timeouts"
            + " | accept overflows | p99 ms before | during | ratio |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
    done.forEach(round -> System.out.println(row(round)));
    System.out.printf(
        "%nstorm seconds=%.1f p99_ratio=%.2f%n", median(Round::seconds), median(Round::p99Ratio));
  }

  private double median(ToDoubleFunction<Round> figure) {
    return Medians.of(done.stream().mapToDouble(figure).toArray());
  }
}
