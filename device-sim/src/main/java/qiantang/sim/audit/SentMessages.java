package qiantang.sim.audit;

import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.PublisherPlan;

/**
 * What one publisher sent: the plan says what, the ledger how far and with which answers.
 *
 * @param startMillis the plan's beginning
 */
public record SentMessages(
    PublisherPlan plan, Ledger ledger, long startMillis, Target.Access access) {

  /** One sample for each metric of each device in each message. */
  public long samples() {
    return ledger.sent()
        * plan.devices().stream().mapToLong(device -> device.metrics().size()).sum();
  }
}
