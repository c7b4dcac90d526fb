package qiantang.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.ingest.IngestConfig;
import qiantang.ingest.IngestMain;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.FoldTables;
import qiantang.store.model.EnterpriseId;

/** What ingest serves, by itself or in a demo. */
final class IngestOptions {
  private static final int OFF = -1;

  @Option(
      names = "--mqtt-port",
      paramLabel = "PORT",
      converter = Words.Port.class,
      description = "MQTT. Default: ${DEFAULT-VALUE}")
  private int mqttPort = 1883;

  @Option(
      names = "--ingest-http-port",
      paramLabel = "PORT",
      converter = Words.Port.class,
      description = "Health and metrics of ingest. Default: ${DEFAULT-VALUE}")
  private int httpPort = 8081;

  @Option(
      names = "--anonymous",
      paramLabel = "ENTERPRISE",
      converter = Words.Enterprise.class,
      description =
          "Lets clients without credentials in as devices of this enterprise, named by their client"
              + " id; for MQTT tools, on loopback addresses only. Default: nobody")
  private @Nullable EnterpriseId anonymous;

  @Option(
      names = "--sparkplug-host",
      paramLabel = "ID",
      converter = Words.TopicLevel.class,
      description =
          "The host application that Sparkplug edge nodes wait for, as their primary host id says."
              + " Default: ${DEFAULT-VALUE}")
  private String sparkplugHost = IngestConfig.SPARKPLUG_HOST;

  @Option(
      names = "--folds",
      paramLabel = "on|off",
      description =
          "Whether it also sorts and packs what was taken; off leaves it to the other nodes, and"
              + " off on every node wants a program fold. Default: ${DEFAULT-VALUE}")
  private Switch folds = Switch.on;

  @Option(
      names = "--quotas",
      paramLabel = "on|off",
      description =
          "off lifts the quotas of enterprises and devices, for load tests. Default:"
              + " ${DEFAULT-VALUE}")
  private Switch quotas = Switch.on;

  @Mixin private TransportOptions transports = new TransportOptions();
  @Mixin private LiveOptions live = new LiveOptions();

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      description = {
        "Lines of the log for people, or each an object for programs. Default: ${DEFAULT-VALUE}"
      })
  private LogFormat logFormat = LogFormat.text;

  @Option(
      names = Defaults.CONFIG,
      paramLabel = "FILE",
      description = {
        "Options in a file of properties: mqtt-port=1883. What the command line or the environment",
        "gives holds. SIGHUP reads it again: log-level, connects-per-second, keep-alive-max,",
        "ws-origin, proxy-from and server-reference change at once, the log says what else has",
        "changed and waits for a restart."
      })
  private @Nullable Path config;

  /** The file that some of these come from; null for none. */
  @Nullable Path config() {
    return config;
  }

  /** How and how much is logged, from now on. */
  void logAsTold() {
    logFormat.apply();
    LogLevel.apply(List.of(), live.logLevels());
  }

  /** What can change while it runs. */
  LiveOptions live() {
    return live;
  }

  /** By the options that set them; those of TLS and WebSocket as given, or off. */
  Map<String, Integer> ports() {
    return ports(OFF, OFF);
  }

  /** By the options that set them. */
  Map<String, Integer> ports(int mqttsByDefault, int wsByDefault) {
    Map<String, Integer> ports =
        new TreeMap<>(Map.of("--mqtt-port", mqttPort, "--ingest-http-port", httpPort));
    ports.putAll(transports.ports(mqttsByDefault, wsByDefault));
    return ports;
  }

  /** How clients come in beside plain MQTT; see {@link TransportOptions#transports}. */
  Transports transports(Map<String, Integer> ports, @Nullable TlsFiles byDefault)
      throws CannotStartException {
    return transports.transports(ports, byDefault);
  }

  /** Asked before anything is started. */
  void requireAllowed(Listeners listeners) throws CannotStartException {
    var _ = live.settings();
    if (anonymous != null) {
      listeners.requireLoopback("let anonymous clients in", "--anonymous");
    }
  }

  /** Returns when it serves. */
  IngestMain start(Listeners listeners, Transports beside, String node, Cassandra store)
      throws CannotStartException {
    IngestConfig config =
        IngestConfig.of(listeners.addresses(), mqttPort, httpPort, node, anonymous)
            .with(beside)
            .with(live.settings())
            .withSparkplugHost(sparkplugHost)
            .withQuotas(quotas == Switch.on);
    try {
      FoldTables tables = folds == Switch.on ? store.folds() : null;
      return IngestMain.start(config, store.journal(), tables, store.registry());
    } catch (UncheckedIOException e) {
      throw new CannotStartException("cannot start ingest", e);
    } catch (Exception e) {
      // Netty throws what binding threw as it is, checked or not. The ports were free at first,
      // and minutes may have passed since.
      if (e instanceof IOException) {
        throw new CannotStartException("cannot start ingest", e);
      }
      throw e;
    }
  }
}
