package qiantang.standalone;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.IngestMain;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.query.QueryMain;
import qiantang.query.http.SessionEndpoints;
import qiantang.sim.DemoFleet;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.CassandraProcess;
import qiantang.standalone.cassandra.CassandraWatch;
import qiantang.standalone.cassandra.DataDirectory;
import qiantang.standalone.cassandra.ErasedSpace;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/**
 * Everything in one: started from the database outwards, stopped in reverse.
 *
 * @param login the address at which a browser logs in, once
 * @param isCertifiedByOwn whether the server's certificate is of the demo's own authority
 */
record Demo(
    DemoFile file,
    String login,
    boolean isCertifiedByOwn,
    CassandraWatch watch,
    IngestMain ingest) {
  /** Each device of the fleet sends this often. */
  private static final Duration FLEET_PERIOD = Duration.ofSeconds(5);

  private static final String DATACENTER = "datacenter1";
  private static final String KEYSPACE = "qiantang";
  private static final int REPLICATION_OF_ONE_NODE = 1;

  static Demo start(DemoOptions options, Running running, Consumer<String> progress)
      throws CannotStartException, InterruptedException, IOException {
    DataDirectory data = DataDirectory.open(options.data);
    running.addQuietly("data", StopLimit.DATA.time(), data);
    logTo(data);
    options.ingest.logAsTold();
    Optional<DemoFile> before = DemoFile.takeOver(data.path());
    Listeners listeners = options.listen.listeners();
    options.ingest.requireAllowed(listeners);
    listeners.requireFree(options.ports());
    DemoAuthority authority = new DemoAuthority(data.path().resolve("tls"));
    Transports transports = options.ingest.transports(options.ports(), authority.files());
    if (transports.isProxied() && options.devices > 0) {
      throw new CannotStartException(
          "cannot run the fleet behind --proxy-protocol: it comes without a balancer; give"
              + " --devices 0");
    }
    Catalogue catalogue = Catalogue.load();
    Instant now = Instant.now();

    CassandraProcess process =
        CassandraProcess.start(
            data, CassandraProcess.Config.durable(options.cqlPort, memoryBytes()), progress);
    running.add("cassandra", StopLimit.CASSANDRA.time(), process);

    @Nullable TlsFiles tls = transports.tls();
    boolean isOfOwn = tls != null && tls.certificate().equals(authority.files().certificate());
    if (isOfOwn) {
      authority.certify(listeners.addresses());
    }
    Cassandra store = Cassandra.connect(config(process.contactPoint()));
    running.add("store", StopLimit.STORE.time(), store);
    ErasedSpace.of(process, data, KEYSPACE, store.folds()).begin();
    Seeder seeder = new Seeder(store.registry(), now);
    Seeder.Tokens tokens = seeder.seed(catalogue, before);
    progress.accept("registry: %d enterprises".formatted(tokens.enterprises().size()));

    QueryMain query = options.query.start(listeners, store);
    running.add("query", StopLimit.QUERY.time(), query);
    IngestMain ingest = options.ingest.start(listeners, transports, "demo", store);
    running.add("ingest", StopLimit.INGEST.time(), ingest);

    FleetKey key = FleetKey.of(data.path());
    List<DemoFleet.Connection> fleet =
        FleetRoll.enrol(store.registry(), key, catalogue, options.devices, now);
    if (!fleet.isEmpty()) {
      InetSocketAddress mqtt = new InetSocketAddress(listeners.localAddress(), ingest.mqttPort());
      running.add("fleet", StopLimit.FLEET.time(), DemoFleet.start(mqtt, fleet, FLEET_PERIOD));
      progress.accept(
          "fleet: %d devices on %d connections".formatted(options.devices, fleet.size()));
    }

    DemoFile file =
        new DemoFile(
            listeners.local(ingest.mqttPort()),
            localOrNull(listeners, ingest.port(Layers.TLS)),
            localOrNull(listeners, ingest.port(Layers.WEB_SOCKET)),
            localOrNull(listeners, ingest.port(Layers.WEB_SOCKET_OVER_TLS)),
            "http://" + listeners.local(query.port()),
            tokens.operator(),
            tokens.enterprises(),
            List.of(ProcessHandle.current().pid(), process.pid()));
    file.write(data.path());
    String login = file.http() + SessionEndpoints.PAGE + seeder.link(tokens.operator());
    return new Demo(file, login, isOfOwn, new CassandraWatch(process, data), ingest);
  }

  private static @Nullable String localOrNull(Listeners listeners, int port) {
    return port < 0 ? null : listeners.local(port);
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
