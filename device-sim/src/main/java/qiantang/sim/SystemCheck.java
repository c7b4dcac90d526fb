package qiantang.sim;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.Answer;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Phase;
import qiantang.sim.plan.Scenario;
import qiantang.sim.preflight.Finding;
import qiantang.sim.report.Repeat;

/**
 * What a scenario asks of a system, against what the system says of itself: its enterprises, and
 * their quotas, which hold on each ingest node. Reads, and changes nothing.
 */
final class SystemCheck {
  /** Somebody waits for the answer; a run is as patient before it has sent anything. */
  private static final Duration API_PATIENCE = Duration.ofSeconds(5);

  private static final String ENTERPRISE = "enterprise";
  private static final String QUOTA = "quota";

  private final Scenario scenario;
  private final Target target;
  private final int nodes;
  private final List<String> address;
  private final double peak;

  /**
   * A check of one scenario.
   *
   * @param nodes addresses at which MQTT is spoken, over which the connections are spread
   * @param address arguments that say where the system is, for commands that remedy
   */
  SystemCheck(Scenario scenario, Target target, int nodes, List<String> address) {
    this.scenario = scenario;
    this.target = target;
    this.nodes = nodes;
    this.address = List.copyOf(address);
    this.peak = Phase.loadPercentMax(scenario.phases()) / 100.0;
  }

  /** What the fleets of an enterprise come to at the highest load. */
  private record Rates(double all, double connection, double subDevice, long connections) {}

  /** One finding an enterprise, and one for each of its quotas that is too low. */
  List<Finding> findings() {
    Map<@Nullable String, List<FleetSpec>> byEnterprise = new LinkedHashMap<>();
    for (FleetSpec fleet : scenario.fleets()) {
      byEnterprise.computeIfAbsent(fleet.enterprise(), _ -> new ArrayList<>()).add(fleet);
    }
    List<Finding> findings = new ArrayList<>();
    Patience patience = Patience.ofAnOutage(API_PATIENCE, _ -> {}); // a finding says it soon
    try (ApiClient api = new ApiClient(target.http(), patience)) {
      byEnterprise.forEach((name, fleets) -> add(findings, api, name, fleets));
    }
    return List.copyOf(findings);
  }

  private void add(
      List<Finding> findings, ApiClient api, @Nullable String name, List<FleetSpec> fleets) {
    Target.Access access = target.access(name);
    if (access == null) {
      findings.add(unknown(name, fleets));
      return;
    }
    if (findings.stream().anyMatch(finding -> finding.have().equals("no answer"))) {
      return; // it is away for the others as well
    }
    String path = "/v1/enterprises/" + access.enterprise() + "/quotas";
    switch (api.get(path, access.token())) {
      case Answer.Ok(JsonNode quotas) -> {
        findings.add(new Finding(ENTERPRISE, access.enterprise(), "it", Finding.Level.FITS, ""));
        findings.addAll(quotas(access.enterprise(), quotas, rates(fleets)));
      }
      case Answer.Refused(int status, String detail) ->
          findings.add(
              new Finding(
                  ENTERPRISE,
                  access.enterprise(),
                  status + " " + detail,
                  Finding.Level.LACKS,
                  "give an administrator's token with --token, and an enterprise that exists"));
      case Answer.Unreachable(String cause) ->
          findings.add(
              new Finding(
                  "system", "an answer of the API", "no answer", Finding.Level.DOUBTFUL, cause));
    }
  }

  private Finding unknown(@Nullable String name, List<FleetSpec> fleets) {
    String of = fleets.stream().map(FleetSpec::name).collect(Collectors.joining(", "));
    String known =
        target.enterprises().stream()
            .map(Target.Access::enterprise)
            .collect(Collectors.joining(", "));
    return new Finding(
        ENTERPRISE,
        "'%s' of the fleet %s".formatted(name, of),
        known,
        Finding.Level.LACKS,
        "write one of these as the fleet's enterprise, or give a --demo that has it;"
            + " --enterprise takes away all others");
  }

  private Rates rates(List<FleetSpec> fleets) {
    double all = 0;
    double connection = 0;
    double subDevice = 0;
    long connections = 0;
    for (FleetSpec fleet : fleets) {
      double each = peak * 1e9 / fleet.messagePeriod().toNanos();
      all += each * fleet.count();
      connection = Math.max(connection, each);
      if (fleet.gateway()) {
        subDevice = Math.max(subDevice, peak * 1e9 / fleet.period().toNanos());
      }
      connections += fleet.count();
    }
    return new Rates(all / nodes, connection, subDevice, connections);
  }

  private List<Finding> quotas(String enterprise, JsonNode quotas, Rates rates) {
    List<Finding> low = new ArrayList<>();
    add(low, enterprise, quotas, "enterpriseMessagesPerSecond", rates.all());
    add(low, enterprise, quotas, "deviceMessagesPerSecond", rates.connection());
    add(low, enterprise, quotas, "subDeviceMessagesPerSecond", rates.subDevice());
    double opened = Math.min(rates.connections(), scenario.connectPerSecond());
    add(low, enterprise, quotas, "enterpriseConnectsPerSecond", opened / nodes);
    return low;
  }

  /** A quota that the system does not know limits nothing. */
  private void add(
      List<Finding> low, String enterprise, JsonNode quotas, String name, double need) {
    JsonNode have = quotas.path(name);
    if (!have.isNumber() || need <= have.asDouble()) {
      return;
    }
    low.add(
        new Finding(
            QUOTA,
            String.format(Locale.ROOT, "%s of %s: %.0f", name, enterprise, Math.ceil(need)),
            have.asText() + " on each node",
            Finding.Level.DOUBTFUL,
            "after what a lull has saved up it slows or refuses: "
                + raise(enterprise, name, need)
                + ", or ingest with --quotas off"));
  }

  private String raise(String enterprise, String name, double need) {
    String limit = String.format(Locale.ROOT, "%s=%.0f", name, Math.ceil(need));
    List<String> arguments = new ArrayList<>(List.of("--enterprise", enterprise, "--set", limit));
    arguments.addAll(address);
    return Repeat.command("./qiantang admin quotas", arguments);
  }
}
