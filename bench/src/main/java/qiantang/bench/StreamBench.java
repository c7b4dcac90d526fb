package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

/**
 * How soon the clients of live streams hear: devices publish over MQTT to the real ingest program,
 * the real query program tells it to so many clients, each of which follows one device.
 */
@Command(
    name = "stream",
    description = "From PUBACK to the event at clients of the live stream, and what one costs.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class StreamBench implements Callable<Integer> {
  // As the server has it.
  private static final int STREAMS_PER_TOKEN = 100;

  // Long enough for classes to be compiled, caches filled and the first looks at leave.
  private static final int WARM_UP_SECONDS = 10;

  @Option(names = "--clients", description = "Clients, each with a stream.")
  private int clients = 1000;

  @Option(names = "--devices", description = "Devices that publish; clients share them.")
  private int devices = 50;

  @Option(names = "--period-millis", description = "Between two messages of a device.")
  private int periodMillis = 1000;

  @Option(names = "--seconds", description = "How long is measured.")
  private int seconds = 30;

  @Option(names = "--enterprises", description = "Enterprises that they belong to.")
  private int enterprises = 1;

  @Option(names = "--events", description = "What clients are told.")
  private String events = "reading";

  private final SecureRandom random = new SecureRandom();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    List<String> tokens = MemoryIngest.drawTokens(devices, enterprises);
    try (Database database = Database.in(folder.resolve("data"))) {
      List<String> viewers = register(database, tokens);
      int port = Ports.free();
      try (IngestProgram ingest =
              IngestProgram.overCassandra(
                  folder.resolve("ingest.log"), database.cqlPort(), List.of("--quotas", "off"));
          Program query = query(folder, database, port)) {
        measure(tokens, viewers, ingest.mqttPort(), query, port);
      }
    } finally {
      Database.deleteTree(folder);
    }
    return 0;
  }

  private static Program query(Path folder, Database database, int port) throws Exception {
    return Program.start(
        folder.resolve("query.log"),
        port,
        "qiantang.standalone.Main",
        "query",
        "--cassandra",
        "127.0.0.1:" + database.cqlPort(),
        "--http-port",
        String.valueOf(port));
  }

  /** Registers the devices; answers enough viewers' tokens of each enterprise, by its number. */
  private List<String> register(Database database, List<String> tokens) throws Exception {
    List<String> viewers = new ArrayList<>();
    try (Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      MemoryIngest.register(cassandra.registry(), tokens);
      for (int i = 0; i < clients; i += STREAMS_PER_TOKEN) {
        for (int enterprise = 0; enterprise < enterprises; enterprise++) {
          viewers.add(viewer(cassandra, "enterprise-" + enterprise, i));
        }
      }
    }
    return viewers;
  }

  private String viewer(Cassandra cassandra, String enterprise, int number) {
    AccessToken token = AccessToken.draw(new EnterpriseId(enterprise), random);
    String id = "viewer-" + number;
    cassandra
        .registry()
        .putCredential(
            new Credential(
                token.owner(), id, token.hash(), Role.VIEWER, null, id, Instant.now(), null))
        .toCompletableFuture()
        .join();
    return token.text();
  }

  private void measure(
      List<String> tokens, List<String> viewers, int mqttPort, Program query, int port)
      throws Exception {
    long aloneBytes = query.aliveBytes();
    StreamPublishers publishers = new StreamPublishers(mqttPort, tokens, periodMillis);
    try (publishers;
        StreamClients listening = new StreamClients(port, publishers)) {
      for (int i = 0; i < clients; i++) {
        int device = i % devices;
        int enterprise = device % enterprises;
        String viewer = viewers.get(enterprise + enterprises * (i / STREAMS_PER_TOKEN));
        listening.follow(viewer, "enterprise-" + enterprise, publishers.device(device), events);
      }
      listening.awaitAll();
      System.err.printf("%,d clients follow%n", clients);
      publishers.start();
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      listening.takeLatencyMicros();
      long before = listening.readings();
      TimeUnit.SECONDS.sleep(seconds);
      Histogram latency = listening.takeLatencyMicros();
      double perSecond = (double) (listening.readings() - before) / seconds;
      long bytes = (query.aliveBytes() - aloneBytes) / clients;
      System.out.printf(
          Locale.ROOT,
          "stream clients=%d devices=%d events_per_second=%.0f p50_ms=%.1f p99_ms=%.1f max_ms=%.1f"
              + " bytes_per_client=%d missed=%d lost=%d%n",
          clients,
          devices,
          perSecond,
          latency.getValueAtPercentile(50) / 1e3,
          latency.getValueAtPercentile(99) / 1e3,
          latency.getMaxValue() / 1e3,
          bytes,
          listening.missed(),
          listening.lost());
    }
  }
}
