package qiantang.standalone;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.IngestConfig;
import qiantang.ingest.IngestMain;
import qiantang.query.CannotListenException;
import qiantang.query.QueryConfig;
import qiantang.query.QueryMain;
import qiantang.sim.DemoFleet;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.CassandraProcess;
import qiantang.standalone.cassandra.DataDirectory;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.EnterpriseId;

/** Everything in one: started from the database outwards, stopped in reverse. */
record Demo(DemoFile file, CassandraProcess cassandra) {
  /** SIGTERM is to end all within 20 s; these and the 10 s of Cassandra's own stay below. */
  private static final Duration FLEET_STOP_LIMIT = Duration.ofSeconds(1);

  private static final Duration INGEST_STOP_LIMIT = Duration.ofSeconds(5);
  private static final Duration QUERY_STOP_LIMIT = Duration.ofSeconds(2);
  private static final Duration STORE_STOP_LIMIT = Duration.ofSeconds(1);
  private static final Duration CASSANDRA_STOP_LIMIT = Duration.ofSeconds(11);

  /** Each device of the fleet sends this often. */
  private static final Duration FLEET_PERIOD = Duration.ofSeconds(5);

  private static final String DATACENTER = "datacenter1";
  private static final String KEYSPACE = "qiantang";
  private static final int REPLICATION_OF_ONE_NODE = 1;

  static Demo start(DemoOptions options, Running running, Consumer<String> progress)
      throws CannotStartException, InterruptedException, IOException {
    DataDirectory data = DataDirectory.open(options.data);
    running.add("data", STORE_STOP_LIMIT, data);
    logTo(data);
    Optional<DemoFile> before = DemoFile.takeOver(data.path());
    Listeners listeners = Listeners.check(options);
    Catalogue catalogue = Catalogue.load();
    Instant now = Instant.now();

    CassandraProcess process =
        CassandraProcess.start(
            data, CassandraProcess.Config.durable(options.cqlPort, memoryBytes()), progress);
    running.add("cassandra", CASSANDRA_STOP_LIMIT, process);

    Cassandra store = Cassandra.connect(config(process.contactPoint()));
    running.add("store", STORE_STOP_LIMIT, store);
    Seeder.Tokens tokens = new Seeder(store.registry(), now).seed(catalogue, before);
    progress.accept("registry: %d enterprises".formatted(tokens.enterprises().size()));

    running.add("query", QUERY_STOP_LIMIT, startQuery(options, listeners, store));
    running.add("ingest", INGEST_STOP_LIMIT, startIngest(options, listeners, store));

    FleetKey key = FleetKey.of(data.path());
    List<DemoFleet.Connection> fleet =
        FleetRoll.enrol(store.registry(), key, catalogue, options.devices, now);
    if (!fleet.isEmpty()) {
      InetSocketAddress mqtt = new InetSocketAddress(listeners.localAddress(), options.mqttPort);
      running.add("fleet", FLEET_STOP_LIMIT, DemoFleet.start(mqtt, fleet, FLEET_PERIOD));
      progress.accept(
          "fleet: %d devices on %d connections".formatted(options.devices, fleet.size()));
    }

    DemoFile file =
        new DemoFile(
            listeners.local(options.mqttPort),
            "http://" + listeners.local(options.httpPort),
            tokens.operator(),
            tokens.enterprises(),
            List.of(ProcessHandle.current().pid(), process.pid()));
    file.write(data.path());
    return new Demo(file, process);
  }

  private static QueryMain startQuery(DemoOptions options, Listeners listeners, Cassandra store)
      throws CannotStartException {
    List<String> addresses =
        listeners.addresses().stream().map(InetAddress::getHostAddress).toList();
    try {
      return QueryMain.start(
          QueryConfig.onLoopback(options.httpPort).on(addresses),
          store.journal(),
          store.registry());
    } catch (CannotListenException e) {
      throw new CannotStartException("cannot start query", e);
    }
  }

  private static IngestMain startIngest(DemoOptions options, Listeners listeners, Cassandra store) {
    @Nullable EnterpriseId anonymous =
        options.anonymous == null ? null : new EnterpriseId(options.anonymous);
    return IngestMain.start(
        IngestConfig.of(
            listeners.addresses(), options.mqttPort, options.ingestHttpPort, "demo", anonymous),
        store.journal(),
        store.registry());
  }

  /** Before the first logger is made, which reads these once; see logback.xml. */
  private static void logTo(DataDirectory data) {
    System.setProperty("qiantang.log", "file");
    System.setProperty("qiantang.logs", data.logs().toString());
    System.setProperty("qiantang.log.console", "WARN");
  }

  private static CassandraConfig config(InetSocketAddress contactPoint) {
    return new CassandraConfig(
        List.of(contactPoint), DATACENTER, KEYSPACE, REPLICATION_OF_ONE_NODE);
  }

  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
