package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/**
 * What a durable acknowledgement costs: the whole system, the same server over tables that commit
 * at once, and the journal without MQTT, one after the other on this machine.
 */
@Command(
    name = "durable",
    description =
        "Durable QoS 1 publishes/s, the same with an instant store, and the journal alone.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DurableBench implements Callable<Integer> {
  // The compilers of three JVMs on two cores: after 20 s the rate still rises by half.
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  @Option(names = "--connections", description = "MQTT connections.")
  private int connections = 1000;

  @Option(names = "--in-flight", description = "Messages in flight a connection.")
  private int inFlight = 20;

  @Option(names = "--payload-bytes", description = "Size of a message's JSON.")
  private int payloadBytes = 100;

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 100;

  @Option(names = "--seconds", description = "Length of each measurement.")
  private int seconds = 30;

  @Option(names = "--rate", description = "Messages a second of the case 'paced'.")
  private int rate = 50_000;

  @Option(
      names = "--only",
      description = "One case alone: instant, paced, durable or journal.",
      defaultValue = "")
  private String only = "";

  private final Map<String, Measurement> results = new LinkedHashMap<>();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try {
      List<String> tokens = MemoryIngest.drawTokens(connections, enterprises);
      if (isWanted("instant")) {
        instant(folder, tokens);
      }
      if (!only.equals("instant")) {
        withCassandra(folder, tokens);
      }
    } finally {
      Database.deleteTree(folder);
    }
    print();
    return 0;
  }

  private boolean isWanted(String name) {
    return only.isEmpty() || only.equals(name);
  }

  private void instant(Path folder, List<String> tokens) throws Exception {
    Path file = Files.write(folder.resolve("tokens"), tokens);
    int mqttPort = Ports.free();
    int httpPort = Ports.free();
    try (Program ingest =
        Program.start(
            folder.resolve("instant.log"),
            httpPort,
            MemoryIngest.class.getName(),
            String.valueOf(mqttPort),
            String.valueOf(httpPort),
            file.toString())) {
      results.put("instant", load("instant store", mqttPort, tokens, ingest.handle(), -1, 0));
    }
  }

  private void withCassandra(Path folder, List<String> tokens) throws Exception {
    try (Database database = Database.in(folder.resolve("data"))) {
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        MemoryIngest.register(cassandra.registry(), tokens);
        if (isWanted("durable") || isWanted("paced")) {
          durable(folder, tokens, database);
        }
        if (isWanted("journal")) {
          journal(cassandra, database);
        }
      }
    }
  }

  private void durable(Path folder, List<String> tokens, Database database) throws Exception {
    int mqttPort = Ports.free();
    int httpPort = Ports.free();
    try (Program program =
        Program.start(
            folder.resolve("durable.log"),
            httpPort,
            "qiantang.standalone.Main",
            "ingest",
            "--cassandra",
            "127.0.0.1:" + database.cqlPort(),
            "--mqtt-port",
            String.valueOf(mqttPort),
            "--ingest-http-port",
            String.valueOf(httpPort))) {
      ProcessHandle ingest = program.handle();
      if (isWanted("paced")) {
        results.put(
            "paced", load("paced", mqttPort, tokens, ingest, database.process().pid(), rate));
      }
      if (isWanted("durable")) {
        results.put(
            "durable", load("durable", mqttPort, tokens, ingest, database.process().pid(), 0));
      }
    }
  }

  private Measurement load(
      String name,
      int mqttPort,
      List<String> tokens,
      ProcessHandle ingest,
      long cassandraPid,
      int perSecond)
      throws Exception {
    Map<String, ProcessHandle> handles = new LinkedHashMap<>();
    handles.put("client", ProcessHandle.current());
    handles.put("ingest", ingest);
    if (cassandraPid > 0) {
      handles.put("cassandra", ProcessHandle.of(cassandraPid).orElseThrow());
    }
    return new PublishLoad(tokens, inFlight, payloadBytes)
        .measure(name, mqttPort, perSecond, WARM_UP, Duration.ofSeconds(seconds), handles);
  }

  private void journal(Cassandra cassandra, Database database) throws Exception {
    Map<String, ProcessHandle> handles = new LinkedHashMap<>();
    handles.put("client", ProcessHandle.current());
    handles.put("cassandra", database.handle());
    try (JournalLoad load = new JournalLoad(cassandra.journal())) {
      load.send(connections * inFlight, enterprises);
      results.put(
          "journal",
          Measurement.of(
              "journal alone",
              WARM_UP,
              Duration.ofSeconds(seconds),
              load::acknowledged,
              load::takeLatencyMicros,
              handles));
    }
  }

  private void print() {
    System.out.printf(
        "%d connections x %d in flight, %d-byte JSON, %d enterprises, %d s each, %d cores%n%n",
        connections,
        inFlight,
        payloadBytes,
        enterprises,
        seconds,
        Runtime.getRuntime().availableProcessors());
    System.out.println(
        "| case | acknowledged/s | p50 ms | p99 ms | p99.9 ms | cores: client, ingest, cassandra"
            + " | MiB resident: ingest, cassandra |");
    System.out.println("|---|---|---|---|---|---|---|");
    results.forEach(
        (name, m) ->
            System.out.printf(
                "| %s | %,.0f | %.1f | %.1f | %.1f | %.2f, %.2f, %.2f | %.0f, %.0f |%n",
                name,
                m.perSecond(),
                m.millis(50),
                m.millis(99),
                m.millis(99.9),
                m.coresByProcess().getOrDefault("client", Double.NaN),
                m.coresByProcess().getOrDefault("ingest", Double.NaN),
                m.coresByProcess().getOrDefault("cassandra", Double.NaN),
                m.residentMebibytes().getOrDefault("ingest", Double.NaN),
                m.residentMebibytes().getOrDefault("cassandra", Double.NaN)));
    Measurement durable = results.get("durable");
    if (durable != null) {
      System.out.printf(
          "%ndurable publishes_per_s=%.0f p50_ms=%.1f p99_ms=%.1f ingest_cores=%.2f"
              + " cassandra_cores=%.2f%n",
          durable.perSecond(),
          durable.millis(50),
          durable.millis(99),
          durable.coresByProcess().getOrDefault("ingest", Double.NaN),
          durable.coresByProcess().getOrDefault("cassandra", Double.NaN));
    }
  }
}
