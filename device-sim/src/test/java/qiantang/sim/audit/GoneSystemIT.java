package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.report.AuditReport;

/** The audit of a system that is not there any more. */
class GoneSystemIT {
  private static final String SCENARIO =
      "version: 1\nduration: 9s\nfleets: [{name: a, count: 50, model: pump}]\n";

  /** Nobody knows whether what cannot be read is lost. */
  @Test
  void whatCannotBeReadIsNotCalledLost() throws IOException {
    AuditResult result = audit().withRemedy("run this again");
    assertEquals(0, result.tally().count(Verdict.LOST));
    assertTrue(result.seenIsFine());
    AuditReport report = new AuditReport("r1", List.of(), result, null);
    assertEquals(ExitCode.UNREACHABLE, report.exitCode());
    String text = report.text();
    assertTrue(text.contains("NOT AUDITED: nobody knows whether data is lost"), text);
    assertTrue(text.contains("the connection was refused, nobody listens there"), text);
    assertTrue(text.endsWith("; run this again\n"), text);
  }

  private static AuditResult audit() throws IOException {
    Target.Access access = new Target.Access("acme", "acme.admin");
    long now = System.currentTimeMillis();
    List<SentMessages> sent =
        plan().publishers().stream()
            .map(publisher -> new SentMessages(publisher, acked(), now, access))
            .toList();
    Patience none = Patience.ofAnOutage(Duration.ZERO, _ -> {});
    try (ApiClient api = new ApiClient(closedPort(), none)) {
      return new Auditor(api, List.of(access), _ -> {}).audit(sent, now, now + 9_000);
    }
  }

  private static Ledger acked() {
    Ledger ledger = new Ledger();
    ledger.sent(0);
    ledger.acked(0);
    return ledger;
  }

  private static Plan plan() {
    if (ScenarioReader.read("s.yaml", SCENARIO)
        instanceof Outcome.Done<Scenario>(Scenario scenario)) {
      return Plan.of(scenario, "r1");
    }
    throw new AssertionError("BUG: the scenario is wrong");
  }

  /** One that was free a moment ago. */
  private static URI closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }
}
