package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an audit found.
 *
 * @param sentSamples samples in messages that were sent at least once
 * @param refusedByReason readings and messages that the rejections count
 * @param troubles answers that could not be read to their end
 * @param whileRunning what the audit found while the run went on, the first ones; all may look well
 *     by its end
 * @param notes how far the audit reached
 * @param malformed messages that were broken on purpose, by kind
 */
public record AuditResult(
    Tally tally,
    long sentSamples,
    Map<String, Long> refusedByReason,
    List<String> troubles,
    List<Finding> whileRunning,
    List<String> notes,
    List<MalformedMessages.Count> malformed) {

  /** Of a run without broken messages. */
  public AuditResult(
      Tally tally,
      long sentSamples,
      Map<String, Long> refusedByReason,
      List<String> troubles,
      List<Finding> whileRunning,
      List<String> notes) {
    this(tally, sentSamples, refusedByReason, troubles, whileRunning, notes, List.of());
  }

  /** The same with what was found while the run went on. */
  public AuditResult with(LiveAudit.Result live) {
    List<String> all = new ArrayList<>(notes);
    all.add(live.note());
    return new AuditResult(
        tally,
        sentSamples,
        refusedByReason,
        troubles,
        live.findings(),
        List.copyOf(all),
        malformed);
  }

  /** The same with one more note. */
  public AuditResult with(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new AuditResult(
        tally, sentSamples, refusedByReason, troubles, whileRunning, List.copyOf(all), malformed);
  }

  /** Every sample that was sent has exactly one verdict. */
  public boolean balanced() {
    return tally.sentSamples() == sentSamples;
  }

  public boolean passed() {
    return balanced() && tally.fine() && troubles.isEmpty() && whileRunning.isEmpty();
  }
}
