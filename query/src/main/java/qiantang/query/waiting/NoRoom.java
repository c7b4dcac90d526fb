package qiantang.query.waiting;

/**
 * Other answers hold the memory for samples. Nobody waits for it with a turn: {@link
 * HeavyReads#inTurn} gives it to others first, and reads again when there is room.
 */
public final class NoRoom extends Overloaded {
  private static final long serialVersionUID = 1L;

  private final transient SampleBudget.Permit permit;
  private final int samples;

  /** This one cannot hold so many. */
  NoRoom(SampleBudget.Permit permit, int samples) {
    super("answers that are being sent hold the memory for samples, or your own your share of it");
    this.permit = permit;
    this.samples = samples;
  }

  /** Waits until there may be room; false if there was none in time. Blocks. */
  boolean await(long nanos) {
    return permit.await(samples, nanos);
  }
}
