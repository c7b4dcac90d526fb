package qiantang.standalone;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qiantang.ingest.LiveSettings;
import qiantang.ingest.mqtt.Terms;
import qiantang.ingest.net.Allowed;
import qiantang.ingest.net.admission.AddressRanges;
import qiantang.ingest.net.ws.Origins;
import qiantang.standalone.cassandra.CannotStartException;

/** What can change while ingest runs: each option here is taken anew at SIGHUP. */
final class LiveOptions {
  @Option(
      names = "--connects-per-second",
      paramLabel = "N",
      converter = Words.Rate.class,
      description =
          "Connections let in, from 1 on; who comes faster waits. Default: 1000 for each core")
  private int connectsPerSecond = Allowed.connectsOfThisMachine();

  @Option(
      names = "--proxy-from",
      paramLabel = "RANGE",
      split = ",",
      converter = Words.AddressRange.class,
      description = {
        "The load balancers that --proxy-protocol lets in, as addresses or ranges such as",
        "10.1.0.0/16, separated by commas; all others are closed. Default: ${DEFAULT-VALUE}"
      })
  private List<String> proxyFrom = List.of("127.0.0.0/8", "::1");

  @Option(
      names = "--ws-origin",
      paramLabel = "ORIGIN",
      split = ",",
      converter = Words.Origin.class,
      description = {
        "Web pages that may open a WebSocket beside those of the same host, such as",
        "https://console.example:8443, separated by commas. What is no browser may always.",
        "Default: none"
      })
  private List<String> origins = List.of();

  @Option(
      names = "--keep-alive-max",
      paramLabel = "SECONDS",
      converter = Words.Seconds.class,
      description = {
        "Clients of MQTT 5 are told to show themselves at least as often; from 1 to",
        Terms.KEEP_ALIVE_SECONDS_LIMIT + " s.",
        "Default: ${DEFAULT-VALUE}"
      })
  private int keepAliveSecondsMax = Terms.BY_DEFAULT.keepAliveSecondsMax();

  @Option(
      names = "--server-reference",
      paramLabel = "HOST:PORT",
      converter = Words.ServerReference.class,
      description = {
        "Where clients of MQTT 5 are sent when this node ends, as they are to reach it; several,",
        "separated by blanks. Default: they are told only that it ends"
      })
  private @Nullable String serverReference;

  @Option(
      names = "--log-level",
      paramLabel = "[LOGGER=]LEVEL",
      split = ",",
      converter = LogLevel.Reader.class,
      description = {
        "What is logged: trace, debug, info, warn, error or off, of all or of one package or",
        "class, such as info,qiantang.ingest.net=debug. Default: info"
      })
  private List<LogLevel> logLevels = List.of();

  /** All of it but the logs', asked before anything is started. */
  LiveSettings settings() throws CannotStartException {
    try {
      return new LiveSettings(
          new Allowed(connectsPerSecond, AddressRanges.of(proxyFrom), Origins.of(origins)),
          new Terms(keepAliveSecondsMax, serverReference));
    } catch (IllegalArgumentException e) {
      throw new CannotStartException(String.valueOf(e.getMessage()));
    }
  }

  List<LogLevel> logLevels() {
    return logLevels;
  }
}
