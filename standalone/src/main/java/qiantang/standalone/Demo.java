package qiantang.standalone;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.standalone.cassandra.CassandraProcess;
import qiantang.standalone.cassandra.DataDirectory;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/** Everything in one: the map of the system, in the order of a message's walk backwards. */
record Demo(DemoFile file, CassandraProcess cassandra) {
  /** Its own limit is shorter; together with the others' it stays within the 20 s of SIGTERM. */
  private static final Duration CASSANDRA_STOP_LIMIT = Duration.ofSeconds(12);

  private static final String DATACENTER = "datacenter1";
  private static final String KEYSPACE = "qiantang";
  private static final int REPLICATION_OF_ONE_NODE = 1;

  static Demo start(DemoOptions options, Running running, Consumer<String> progress)
      throws CannotStartException, InterruptedException, IOException {
    DataDirectory data = DataDirectory.open(options.data);
    running.add("data", Duration.ofSeconds(1), data);
    Optional<DemoFile> before = DemoFile.takeOver(data.path());
    Listeners listeners = Listeners.check(options);

    CassandraProcess cassandra =
        CassandraProcess.start(
            data, CassandraProcess.Config.durable(options.cqlPort, memoryBytes()), progress);
    running.add("cassandra", CASSANDRA_STOP_LIMIT, cassandra);

    Seeder.Tokens tokens = seed(cassandra, before);
    progress.accept("registry: %d enterprises".formatted(tokens.enterprises().size()));

    DemoFile file =
        new DemoFile(
            listeners.local(options.mqttPort),
            "http://" + listeners.local(options.httpPort),
            tokens.operator(),
            tokens.enterprises(),
            List.of(ProcessHandle.current().pid(), cassandra.pid()));
    file.write(data.path());
    return new Demo(file, cassandra);
  }

  /** What the operator reads on standard output; the first line tells scripts that it serves. */
  String welcome() {
    return "ready %s\n".formatted(file.http());
  }

  private static Seeder.Tokens seed(CassandraProcess process, Optional<DemoFile> before)
      throws IOException {
    CassandraConfig config =
        new CassandraConfig(
            List.of(process.contactPoint()), DATACENTER, KEYSPACE, REPLICATION_OF_ONE_NODE);
    try (Cassandra store = Cassandra.connect(config)) {
      return new Seeder(store.registry(), Instant.now()).seed(Catalogue.load(), before);
    }
  }

  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
