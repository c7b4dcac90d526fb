package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param unread why the system was given up before everything was read, so that the tally holds
 *     only what was seen; null where all was asked for
 * @param partly which devices the API did not answer for while it did for others; null for none
 */
public record AuditResult(
    Tally tally,
    long sentSamples,
    Map<String, Long> refusedByReason,
    List<String> troubles,
    List<Finding> whileRunning,
    List<String> notes,
    List<MalformedMessages.Count> malformed,
    @Nullable String unread,
    @Nullable String partly) {

  private static final String NOT_ASKED = "it was not asked for (--no-audit)";

  /** Of a run that was not to be audited: nothing is known. */
  public static AuditResult notAsked() {
    return new AuditResult(
        new Tally(), 0, Map.of(), List.of(), List.of(), List.of(), List.of(), NOT_ASKED, null);
  }

  /** Whether anybody wanted it; else the tally is empty and says nothing. */
  public boolean asked() {
    return !NOT_ASKED.equals(unread);
  }

  /** Of a run without broken messages. */
  public AuditResult(
      Tally tally,
      long sentSamples,
      Map<String, Long> refusedByReason,
      List<String> troubles,
      List<Finding> whileRunning,
      List<String> notes) {
    this(tally, sentSamples, refusedByReason, troubles, whileRunning, notes, List.of(), null, null);
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
        malformed,
        unread,
        partly);
  }

  /** The same, of a system that was given up, with what to do about that; else the same. */
  public AuditResult withRemedy(String remedy) {
    return unread == null
        ? this
        : new AuditResult(
            tally,
            sentSamples,
            refusedByReason,
            troubles,
            whileRunning,
            notes,
            malformed,
            unread + "; " + remedy,
            partly);
  }

  /** The same with one more note. */
  public AuditResult with(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new AuditResult(
        tally,
        sentSamples,
        refusedByReason,
        troubles,
        whileRunning,
        List.copyOf(all),
        malformed,
        unread,
        partly);
  }

  /** Every sample that was sent has exactly one verdict, where all was read. */
  public boolean balanced() {
    return unread != null || tally.sentSamples() == sentSamples;
  }

  /** Why nobody knows of some samples whether they are lost; null where of all it is known. */
  public @Nullable String unknown() {
    return unread == null ? partly : unread;
  }

  /** Whether nothing that was seen is wrong; what was not seen nobody knows. */
  public boolean seenIsFine() {
    return tally.fine() && whileRunning.isEmpty();
  }

  public boolean passed() {
    return unknown() == null
        && balanced()
        && tally.fine()
        && troubles.isEmpty()
        && whileRunning.isEmpty();
  }
}
