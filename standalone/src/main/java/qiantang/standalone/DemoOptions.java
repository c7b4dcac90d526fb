package qiantang.standalone;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code qiantang demo}. */
final class DemoOptions {
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
      description = "Size of the simulated fleet, 0 for none. Default: ${DEFAULT-VALUE}")
  int devices = 200;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Addresses to listen on, separated by commas. Default: ${DEFAULT-VALUE}")
  List<String> bind = List.of("127.0.0.1", "::1");

  @Option(
      names = "--mqtt-port",
      paramLabel = "PORT",
      description = "MQTT. Default: ${DEFAULT-VALUE}")
  int mqttPort = 1883;

  @Option(
      names = "--mqtts-port",
      paramLabel = "PORT",
      description = "MQTT over TLS; not served yet. Default: ${DEFAULT-VALUE}")
  int mqttsPort = 8883;

  @Option(
      names = "--ws-port",
      paramLabel = "PORT",
      description = "MQTT over WebSocket, on /mqtt; not served yet. Default: ${DEFAULT-VALUE}")
  int wsPort = 8083;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "HTTP API and console. Default: ${DEFAULT-VALUE}")
  int httpPort = 8080;

  @Option(
      names = "--ingest-http-port",
      paramLabel = "PORT",
      description = "Health and metrics of ingest. Default: ${DEFAULT-VALUE}")
  int ingestHttpPort = 8081;

  @Option(
      names = "--cql-port",
      paramLabel = "PORT",
      description = "The embedded Cassandra, on 127.0.0.1 only. Default: ${DEFAULT-VALUE}")
  int cqlPort = 9042;

  @Option(
      names = "--quotas",
      paramLabel = "on|off",
      description =
          "off lifts the quotas of enterprises; there are none yet. Default: ${DEFAULT-VALUE}")
  Switch quotas = Switch.on;

  @Option(
      names = "--anonymous",
      paramLabel = "ENTERPRISE",
      description = {
        "Lets clients without credentials in as devices of this enterprise, named by their client",
        "id; for MQTT tools, on loopback addresses only. Default: nobody"
      })
  @Nullable String anonymous;

  /** Named as they are typed. */
  enum Switch {
    on,
    off
  }
}
