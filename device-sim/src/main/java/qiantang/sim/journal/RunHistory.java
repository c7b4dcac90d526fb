package qiantang.sim.journal;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.DueMessages;
import qiantang.sim.plan.PublisherPlan;

/**
 * What a journal tells of its run.
 *
 * @param startMillis the plan's beginning; null if the run never came so far
 * @param reservedUntilNanos nothing planned at this time of the plan or later was sent
 * @param ended whether the run ended by itself, so that its ledgers are complete
 * @param stopped why the run could not go on, where it still could say so; else null
 * @param cutBytes at the end of the file that were no whole record
 * @param damagedAt where in the file a record is not whole and others follow, which no crash leaves
 *     behind: all that is known was told before it; null where there is none
 */
public record RunHistory(
    RunHeader header,
    @Nullable Long startMillis,
    long reservedUntilNanos,
    boolean ended,
    @Nullable String stopped,
    long cutBytes,
    @Nullable Long damagedAt,
    Books books) {

  /** As {@code reservedUntilNanos}: the disk failed, and what was sent afterwards nobody knows. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  /** Ledgers by the publisher's number in the run. */
  public static final class Books {
    private final Map<Integer, Ledger> ledgers = new HashMap<>();

    /** One that says nothing where nothing was written down. */
    public Ledger of(int publisher) {
      return ledgers.computeIfAbsent(publisher, p -> new Ledger());
    }
  }

  /** How many messages of the publisher may have been sent. */
  public long sentMax(PublisherPlan publisher) {
    long sent = books.of(publisher.index()).sent();
    if (ended || startMillis == null) {
      return sent;
    }
    return Math.max(sent, DueMessages.before(publisher, reservedUntilNanos));
  }
}
