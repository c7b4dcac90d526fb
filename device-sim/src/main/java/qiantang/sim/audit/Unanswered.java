package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.Count;
import qiantang.sim.plan.PublisherPlan;

/**
 * Publishers whose messages were not all answered when the run ended: told by name, as a run that
 * waited for them in vain looks like one that was slow.
 */
public final class Unanswered {
  /** Enough to look for them in a server's log. */
  private static final int NAMES_MAX = 5;

  private Unanswered() {}

  /**
   * A line for the report, or null if every planned message was answered, or sent with QoS 0.
   *
   * @param ledgers of the publishers, in their order
   */
  public static @Nullable String of(List<PublisherPlan> publishers, List<Ledger> ledgers) {
    long messages = 0;
    long some = 0;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < publishers.size(); i++) {
      Ledger ledger = ledgers.get(i);
      PublisherPlan plan = publishers.get(i);
      long planned = plan.messages();
      long open =
          plan.fleet().qos() == 0 // which nobody answers
              ? planned - ledger.sent()
              : planned - ledger.ackedCount() - ledger.refusedCount();
      if (open > 0) {
        messages += open;
        some++;
        if (names.size() < NAMES_MAX) {
          names.add(plan.id() + " " + open + " of " + planned);
        }
      }
    }
    if (some == 0) {
      return null;
    }
    String more = some > names.size() ? " and others" : "";
    return "never answered: %s of %s, as %s%s; a longer ackGrace waits longer"
        .formatted(
            Count.of(messages, "message"),
            Count.of(some, "publisher"),
            String.join(", ", names),
            more);
  }
}
