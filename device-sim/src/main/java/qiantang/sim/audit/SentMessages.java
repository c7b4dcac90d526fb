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
 * @param openEnded whether {@code sentMax} is all that is known, so that a later message of the
 *     plan which is visible was sent all the same
 */
public record SentMessages(
    PublisherPlan plan,
    Ledger ledger,
    long from,
    long sentMax,
    long startMillis,
    Target.Access access,
    boolean openEnded) {

  /** Of whom it is known that nothing was sent from {@code sentMax} on. */
  public SentMessages(
      PublisherPlan plan,
      Ledger ledger,
      long from,
      long sentMax,
      long startMillis,
      Target.Access access) {
    this(plan, ledger, from, sentMax, startMillis, access, false);
  }

  /** All that a ledger knows of that is complete. */
  public SentMessages(PublisherPlan plan, Ledger ledger, long startMillis, Target.Access access) {
    this(plan, ledger, 0, ledger.sent(), startMillis, access);
  }

  /** Whether it says again what the message before it said: its samples are that one's. */
  boolean isCopy(long n) {
    return plan.original(n) != n;
  }

  /** Whether it or its copy was acknowledged. */
  public boolean isAcked(long n) {
    return settledWell(n) || (hasCopy(n) && settledWell(n + 1));
  }

  /** Whether it was acknowledged, whatever became of a copy. */
  boolean isAckedItself(long n) {
    return settledWell(n);
  }

  /** Whether it was refused, whatever became of a copy. */
  boolean isRefusedItself(long n) {
    return n < ledger.sent() && ledger.isRefused(n);
  }

  private boolean settledWell(long n) {
    return n < ledger.sent() && ledger.isAcked(n);
  }

  /** Whether the next message is its copy and may have been sent. */
  boolean hasCopy(long n) {
    return n + 1 < sentMax && plan.original(n + 1) == n;
  }

  /** Whether it was refused and its copy, if there is one, not taken. */
  public boolean isRefused(long n) {
    return n < ledger.sent() && ledger.isRefused(n) && !isAcked(n);
  }

  /** Whether it has samples of its own: it is no copy, and is what it should be. */
  boolean isSound(long n) {
    return !isCopy(n) && plan.broken(n) == null;
  }

  /** One sample for each metric of each device in each sound message. */
  public long samples() {
    long messages = sentMax - from - (plan.copies(sentMax) - plan.copies(from));
    for (long n = from; n < sentMax && !plan.isSound(); n++) {
      messages -= isCopy(n) || isSound(n) ? 0 : 1;
    }
    long ofAll = plan.devices().stream().mapToLong(device -> device.metrics().size()).sum();
    return messages * (ofAll / plan.fleet().turns()); // all devices are of one model
  }
}
