package qiantang.sim.probe;

/**
 * What became of the messages that were chosen so far; each is in one of the first four.
 *
 * @param seen an answer held them
 * @param absent no answer held them within the time limit
 * @param skipped never asked for, as too many others were waited for
 * @param waiting to be seen
 * @param questions to the query API
 * @param unanswered questions that ended without data: the API was away, or refused
 */
public record ProbeCounts(
    long seen, long absent, long skipped, long waiting, long questions, long unanswered) {
  public static final ProbeCounts NONE = new ProbeCounts(0, 0, 0, 0, 0, 0);

  /** Messages that were chosen and fell due. */
  public long chosen() {
    return seen + absent + skipped + waiting;
  }
}
