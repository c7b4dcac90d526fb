package qiantang.sim.audit;

import java.util.List;
import java.util.Map;

/**
 * What an audit found.
 *
 * @param sentSamples samples in messages that were sent at least once
 * @param refusedByReason readings and messages that the rejections count
 * @param troubles answers that could not be read to their end
 * @param notes how far the audit reached
 */
public record AuditResult(
    Tally tally,
    long sentSamples,
    Map<String, Long> refusedByReason,
    List<String> troubles,
    List<String> notes) {

  /** Every sample that was sent has exactly one verdict. */
  public boolean balanced() {
    return tally.sentSamples() == sentSamples;
  }

  public boolean passed() {
    return balanced() && tally.fine() && troubles.isEmpty();
  }
}
