package qiantang.sim;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qiantang.sim.api.Target;
import qiantang.sim.api.TargetReader;
import qiantang.sim.outcome.Outcome;

/**
 * Where the system is, for every subcommand alike. The program that mounts the commands gives all
 * options their environment twins.
 */
final class TargetOptions {
  private static final Path DEMO_BY_DEFAULT = Path.of("data", "demo.json");

  @Option(
      names = "--demo",
      paramLabel = "FILE",
      description = {
        "demo.json of a running demo: its addresses and tokens.",
        "Default: data/demo.json, unless the options below say all."
      })
  private @Nullable Path demo;

  @Option(
      names = "--http",
      paramLabel = "URL",
      description = "The API, such as http://127.0.0.1:8080. Default: the demo's")
  private @Nullable String http;

  @Option(
      names = "--mqtt",
      paramLabel = "HOST:PORT",
      description = "Where MQTT is spoken, such as 127.0.0.1:1883. Default: the demo's")
  private @Nullable String mqtt;

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      description = {
        "The enterprise in which devices are made where a scenario names none.",
        "Default: the demo's first"
      })
  private @Nullable String enterprise;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = {
        "Token of an administrator of that enterprise. Default: the demo's.",
        "Better in QIANTANG_TOKEN: others on this machine can read command lines."
      })
  private @Nullable String token;

  Outcome<Target> read() {
    return TargetReader.read(
        new TargetReader.Options(demo, http, mqtt, token, enterprise), DEMO_BY_DEFAULT);
  }
}
