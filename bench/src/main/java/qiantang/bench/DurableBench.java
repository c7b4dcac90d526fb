package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.registry.Device;

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

  private static final int GATEWAYS = 200;
  private static final int GATEWAY_IN_FLIGHT = 4;
  private static final int GATEWAY_DEVICES = 50;
  private static final int GATEWAY_METRICS = 10;

  @Mixin private LoadOptions load = new LoadOptions();

  @Option(names = "--seconds", description = "Length of each measurement.")
  private int seconds = 30;

  @Option(names = "--rate", description = "Messages a second of the case 'paced'.")
  private int rate = 50_000;

  @Option(
      names = "--only",
      description = "One case alone: instant, paced, durable, gateway or journal.",
      defaultValue = "")
  private String only = "";

  private final Map<String, Measurement> results = new LinkedHashMap<>();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try {
      List<String> tokens = load.drawTokens();
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
    try (IngestProgram ingest =
        MemoryIngest.start(Program.ONE_GIB, folder.resolve("instant.log"), tokens)) {
      measure("instant", ingest, tokens, -1, 0);
    }
  }

  private void withCassandra(Path folder, List<String> tokens) throws Exception {
    try (Database database = Database.in(folder.resolve("data"))) {
      try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
        MemoryIngest.register(cassandra.registry(), tokens);
        if (isWanted("durable") || isWanted("paced")) {
          durable(folder, tokens, database);
        }
        if (isWanted("gateway")) {
          gateway(folder, cassandra, database);
        }
        if (isWanted("journal")) {
          journal(cassandra, database);
        }
      }
    }
  }

  private void durable(Path folder, List<String> tokens, Database database) throws Exception {
    try (IngestProgram ingest =
        IngestProgram.overCassandra(folder.resolve("durable.log"), database.cqlPort(), List.of())) {
      if (isWanted("paced")) {
        measure("paced", ingest, tokens, database.process().pid(), rate);
      }
      if (isWanted("durable")) {
        measure("durable", ingest, tokens, database.process().pid(), 0);
      }
    }
  }

  /** Gateways with {@value #GATEWAY_DEVICES} devices of {@value #GATEWAY_METRICS} metrics. */
  private void gateway(Path folder, Cassandra cassandra, Database database) throws Exception {
    List<String> tokens = MemoryIngest.drawTokens(GATEWAYS, load.enterprises());
    MemoryIngest.register(cassandra.registry(), tokens, Device.Kind.GATEWAY);
    PublishLoad gateways =
        new PublishLoad(
            tokens, GATEWAY_IN_FLIGHT, LoadMessage.ofGateway(GATEWAY_DEVICES, GATEWAY_METRICS));
    try (IngestProgram ingest =
        IngestProgram.overCassandra(folder.resolve("gateway.log"), database.cqlPort(), List.of())) {
      measure("gateway", gateways, ingest, database.process().pid(), 0);
    }
  }

  private void measure(
      String name, IngestProgram ingest, List<String> tokens, long cassandraPid, int perSecond)
      throws InterruptedException {
    measure(name, load.of(tokens), ingest, cassandraPid, perSecond);
  }

  private void measure(
      String name, PublishLoad sent, IngestProgram ingest, long cassandraPid, int perSecond)
      throws InterruptedException {
    Map<String, ProcessHandle> handles = new LinkedHashMap<>();
    handles.put("client", ProcessHandle.current());
    handles.put("ingest", ingest.handle());
    if (cassandraPid > 0) {
      handles.put("cassandra", ProcessHandle.of(cassandraPid).orElseThrow());
    }
    Duration length = Duration.ofSeconds(seconds);
    String shown = name.equals("instant") ? "instant store" : name;
    results.put(name, sent.measure(shown, ingest.mqttPort(), perSecond, WARM_UP, length, handles));
  }

  private void journal(Cassandra cassandra, Database database) throws Exception {
    Map<String, ProcessHandle> handles = new LinkedHashMap<>();
    handles.put("client", ProcessHandle.current());
    handles.put("cassandra", database.handle());
    try (JournalLoad journal = new JournalLoad(cassandra.journal())) {
      journal.send(load.outstanding(), load.enterprises());
      results.put(
          "journal",
          Measurement.of(
              "journal alone",
              WARM_UP,
              Duration.ofSeconds(seconds),
              journal::acknowledged,
              journal::takeLatencyMicros,
              handles));
    }
  }

  private void print() {
    System.out.printf(
        "%s, %d enterprises, %d s each, %d cores%n%n",
        load, load.enterprises(), seconds, Runtime.getRuntime().availableProcessors());
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
    Measurement gateway = results.get("gateway");
    if (gateway != null) {
      System.out.printf(
          "%ngateway: %d devices x %d metrics a message, %,.0f samples/s%n",
          GATEWAY_DEVICES,
          GATEWAY_METRICS,
          gateway.perSecond() * GATEWAY_DEVICES * GATEWAY_METRICS);
    }
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
