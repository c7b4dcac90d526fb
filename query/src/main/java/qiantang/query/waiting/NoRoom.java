package qiantang.query.waiting;

/**
 * Other answers hold the memory for samples. Nobody waits for it with a turn: {@link
 * HeavyReads#inTurn} gives it to others first, and reads again when there is room.
 */
public final class NoRoom extends Overloaded {
  private static final long serialVersionUID = 1L;

  private final transient SampleBudget budget;
  private final int samplesFree;

  /** So many must be free. */
  NoRoom(SampleBudget budget, int samplesFree) {
    super("other answers hold all the memory for samples");
    this.budget = budget;
    this.samplesFree = samplesFree;
  }

  /** Waits until there may be room; false if there was none in time. Blocks. */
  boolean await(long nanos) {
    return budget.await(samplesFree, nanos);
  }
}
