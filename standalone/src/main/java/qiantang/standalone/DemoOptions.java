package qiantang.standalone;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code qiantang demo}: those of its programs, and its own. */
final class DemoOptions {
  private static final int MQTTS_PORT = 8883;
  private static final int WS_PORT = 8083;

  @Mixin ListenOptions listen = new ListenOptions();
  @Mixin IngestOptions ingest = new IngestOptions();
  @Mixin QueryOptions query = new QueryOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Where everything is kept; logs lie in DIR/logs. A demo on the same folder keeps data,",
        "ids and tokens. Default: ${DEFAULT-VALUE}"
      })
  Path data = Path.of("data");

  @Option(
      names = "--devices",
      paramLabel = "N",
      converter = Words.Count.class,
      description = "Size of the simulated fleet, 0 for none. Default: ${DEFAULT-VALUE}")
  int devices = 200;

  @Option(
      names = "--cql-port",
      paramLabel = "PORT",
      converter = Words.Port.class,
      description = "The embedded Cassandra, on 127.0.0.1 only. Default: ${DEFAULT-VALUE}")
  int cqlPort = 9042;

  /** Those of our own programs, by the options that set them; Cassandra looks after its own. */
  Map<String, Integer> ports() {
    Map<String, Integer> ports = new TreeMap<>(ingest.ports(MQTTS_PORT, WS_PORT));
    ports.putAll(query.ports());
    return ports;
  }
}
