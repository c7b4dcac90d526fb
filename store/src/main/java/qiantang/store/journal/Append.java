package qiantang.store.journal;

import java.util.concurrent.Executor;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.WriteResult;

/**
 * One entry on its way into a lane.
 *
 * @param enterprise its owner, from the session
 * @param entry encoded by {@link qiantang.store.codec.EntryCodec}
 * @param counts what this entry adds to the enterprise's counts
 * @param budget where {@code budgetBytes} were taken; the lane gives them back before it answers
 * @param budgetBytes bytes taken, 0 for an entry that nobody waits for
 * @param loop where {@code receipt} is to run; one task per loop and frame
 * @param receipt told once: {@code Stored} or {@code Unavailable}
 */
public record Append(
    EnterpriseId enterprise,
    byte[] entry,
    Counts counts,
    ByteBudget budget,
    long budgetBytes,
    Executor loop,
    Receipt receipt) {
  /** Told what became of an entry, on the loop it named. */
  @FunctionalInterface
  public interface Receipt {
    /** The result; {@code Refused} never comes from a lane. */
    void done(WriteResult result);
  }
}
