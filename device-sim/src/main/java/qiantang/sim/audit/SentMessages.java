package qiantang.sim.audit;

import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.PublisherPlan;

/**
 * What one publisher sent: the plan says what, the ledger how far and with which answers.
 *
 * @param from the first message that is asked about; what was sent before it is left aside
 * @param sentMax messages below this one may have been sent: as many as the ledger says, or more
 *     where the ledger is older than the question or was lost with its process
 * @param startMillis the plan's beginning
 */
public record SentMessages(
    PublisherPlan plan,
    Ledger ledger,
    long from,
    long sentMax,
    long startMillis,
    Target.Access access) {

  /** All that a ledger knows of that is complete. */
  public SentMessages(PublisherPlan plan, Ledger ledger, long startMillis, Target.Access access) {
    this(plan, ledger, 0, ledger.sent(), startMillis, access);
  }

  public boolean isAcked(long n) {
    return n < ledger.sent() && ledger.isAcked(n);
  }

  public boolean isRefused(long n) {
    return n < ledger.sent() && ledger.isRefused(n);
  }

  /** One sample for each metric of each device in each message. */
  public long samples() {
    return (sentMax - from)
        * plan.devices().stream().mapToLong(device -> device.metrics().size()).sum();
  }
}
