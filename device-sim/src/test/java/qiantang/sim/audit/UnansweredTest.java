package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

class UnansweredTest {
  private static final PublisherPlan PLAN =
      PlannedAnswers.plan(1, Duration.ofSeconds(1), Duration.ofSeconds(4));

  @Test
  void whoWaitsInVainIsNamed() {
    assertNull(Unanswered.of(List.of(PLAN), List.of(ledger(4))));
    String line = Unanswered.of(List.of(PLAN, PLAN), List.of(ledger(4), ledger(1)));
    assertTrue(
        Objects.requireNonNull(line)
            .startsWith("never answered: 3 messages of 1 publisher, as r1-halls-0 3 of 4;"),
        line);
  }

  @Test
  void theListOfNamesEnds() {
    List<Ledger> ledgers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      ledgers.add(new Ledger());
    }
    String line = Unanswered.of(Collections.nCopies(1_000, PLAN), ledgers);
    assertTrue(Objects.requireNonNull(line).contains("4000 messages of 1000 publishers"), line);
    assertTrue(line.contains(" and others") && line.length() < 300, line);
  }

  @Test
  void whatWentWithQosZeroWaitsForNobody() {
    FleetSpec once =
        FleetSpec.direct("once", 1, SignalModel.PUMP, Duration.ofSeconds(1)).withQos(0);
    Duration run = Duration.ofSeconds(4);
    Scenario scenario = new Scenario(1, run, 1, run, List.of(once), List.of());
    PublisherPlan plan = Plan.of(scenario, "r1").publishers().getFirst();
    Ledger ledger = new Ledger();
    for (int n = 0; n < plan.messages() - 1; n++) {
      ledger.sent(n);
    }
    String line = Unanswered.of(List.of(plan), List.of(ledger));
    assertTrue(Objects.requireNonNull(line).startsWith("never answered: 1 message "), line);
    ledger.sent(plan.messages() - 1);
    assertNull(Unanswered.of(List.of(plan), List.of(ledger)));
  }

  /** One acknowledged for each but the last, which was refused. */
  private static Ledger ledger(int settled) {
    Ledger ledger = new Ledger();
    assertEquals(4, PLAN.messages());
    for (int n = 0; n < settled; n++) {
      ledger.sent(n);
      if (n == settled - 1) {
        ledger.refused(n);
      } else {
        ledger.acked(n);
      }
    }
    return ledger;
  }
}
