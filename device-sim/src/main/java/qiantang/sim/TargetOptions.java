package qiantang.sim;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qiantang.sim.api.Target;
import qiantang.sim.api.TargetReader;
import qiantang.sim.outcome.Outcome;

/** Where the system is, for every subcommand alike. */
final class TargetOptions {
  private static final Path DEMO_BY_DEFAULT = Path.of("data", "demo.json");

  @Option(
      names = "--demo",
      paramLabel = "FILE",
      defaultValue = "${env:QIANTANG_DEMO}",
      description = {
        "demo.json of a running demo: addresses and tokens.",
        "Default: data/demo.json, unless the options below say all. Environment: QIANTANG_DEMO"
      })
  private @Nullable Path demo;

  @Option(
      names = "--http",
      paramLabel = "URL",
      defaultValue = "${env:QIANTANG_HTTP}",
      description = "The HTTP API, such as http://127.0.0.1:8080. Environment: QIANTANG_HTTP")
  private @Nullable String http;

  @Option(
      names = "--mqtt",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:QIANTANG_MQTT}",
      description = "Where MQTT is spoken, such as 127.0.0.1:1883. Environment: QIANTANG_MQTT")
  private @Nullable String mqtt;

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      defaultValue = "${env:QIANTANG_ENTERPRISE}",
      description = {
        "Enterprise in which devices are made where nothing else is said.",
        "Default: the first of demo.json. Environment: QIANTANG_ENTERPRISE"
      })
  private @Nullable String enterprise;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:QIANTANG_TOKEN}",
      description = {
        "Token of an admin of that enterprise.",
        "Default: the one of demo.json. Environment: QIANTANG_TOKEN"
      })
  private @Nullable String token;

  Outcome<Target> read() {
    return TargetReader.read(
        new TargetReader.Options(demo, http, mqtt, token, enterprise), DEMO_BY_DEFAULT);
  }
}
