package qiantang.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.api.Target;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.Threshold;
import qiantang.sim.wire.Password;

/** A run against MQTT alone: who logs in there, and what cannot be said of it. */
final class BrokerOptions {
  /** Said of a scenario that wants probes. */
  static final String NO_PROBES =
      "the scenario's probes are left out: with --no-audit there is no API to ask when a message"
          + " is visible";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--no-audit",
      description = {
        "Sends to any MQTT broker and reads nothing back: takes --mqtt or --mqtts and no API, makes"
            + " no devices, asks no probes. Client ids and topics are as planned; the exit code is"
            + " by thresholds alone, and the verdict says that nothing was audited."
      })
  private boolean noAudit;

  @Option(
      names = "--mqtt-user",
      paramLabel = "NAME",
      description = {
        "With --no-audit: the user name, or token, of all connections.",
        "Default: they name nobody"
      })
  private @Nullable String user;

  @Option(
      names = "--mqtt-password",
      paramLabel = "PASSWORD",
      description = {
        "With --mqtt-user: its password. Default: none.",
        "Better in QIANTANG_MQTT_PASSWORD: others on this machine can read command lines."
      })
  private @Nullable String password;

  /** Null where the run is audited. */
  Target.@Nullable Broker broker() {
    if (!noAudit && (user != null || password != null)) {
      throw wrong(
          "--mqtt-user and --mqtt-password go with --no-audit; in an audited run each device has a"
              + " token of its own");
    }
    if (user == null && password != null) {
      throw wrong("--mqtt-password takes --mqtt-user: MQTT has no password without a name");
    }
    if (!noAudit) {
      return null;
    }
    return new Target.Broker(
        user == null ? "" : user, password == null ? null : new Password(password));
  }

  /** Looks whether a scenario can be run so: thresholds that nobody can judge are wrong. */
  void check(Scenario scenario) {
    List<String> unknown =
        scenario.thresholds().stream()
            .filter(threshold -> threshold.ofVisible() || threshold.ofAudit())
            .map(Threshold::text)
            .toList();
    if (!unknown.isEmpty()) {
      throw wrong(
          "with --no-audit nobody knows whether \""
              + String.join("\", \"", unknown)
              + "\" holds; take it out of the scenario, or run against a system with an API");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
