package qiantang.sim;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.sim.api.Target;
import qiantang.sim.api.TargetReader;
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
      names = "--mqtts",
      paramLabel = "HOST:PORT[,...]",
      description = {
        "Where MQTT over TLS is spoken, for fleets with 'tls: true'; several as of --mqtt. The"
            + " server's certificate must name HOST. Default: the demo's"
      })
  private @Nullable String mqtts;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = {
        "PEM file with the authorities that may sign the certificates of --mqtts.",
        "Default: tls/ca.pem beside the demo's file, else those that Java knows"
      })
  private @Nullable Path tlsCa;

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      description = {
        "The enterprise in which devices are made where a scenario names none.",
        "Default: the demo's first"
      })
  private @Nullable String enterprise;

  /** Whether there is a target to look at. A token alone says nothing of one. */
  boolean given() {
    return system.given() || mqtt != null || mqtts != null || enterprise != null;
  }

  /** What is at the addresses of MQTT, whatever else a system has. */
  Outcome<Target> broker(Target.Broker login) {
    return TargetReader.broker(mqtt, mqtts, tlsCa, login);
  }

  Outcome<Target> read() {
    return system.target(mqtt, mqtts, tlsCa, enterprise);
  }
}
