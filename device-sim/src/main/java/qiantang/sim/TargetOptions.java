package qiantang.sim;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.Outcome;

/** Where the system is that devices are made in, for every subcommand alike. */
final class TargetOptions {
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(
      names = "--mqtt",
      paramLabel = "HOST:PORT[,...]",
      description = {
        "Where MQTT is spoken, such as 127.0.0.1:1883. Default: the demo's",
        "Publisher number i of a run has address i modulo how many there are; after 3 attempts in"
            + " a row that fail it tries the next, and after each loss its own first. A replay"
            + " takes the first."
      })
  private @Nullable String mqtt;

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      description = {
        "The enterprise in which devices are made where a scenario names none.",
        "Default: the demo's first"
      })
  private @Nullable String enterprise;

  Outcome<Target> read() {
    return system.target(mqtt, enterprise);
  }
}
