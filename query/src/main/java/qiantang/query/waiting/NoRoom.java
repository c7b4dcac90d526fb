package qiantang.query.waiting;

/**
 * Other answers hold the memory for samples. Nobody waits for it with a turn: {@link
 * HeavyReads#inTurn} gives it to others first, and reads again when there is room.
 */
public final class NoRoom extends Overloaded {
  private static final long serialVersionUID = 1L;

  private final transient SampleBudget budget;
  private final int samplesFree;
  private final String reader;
  private final int readerLargeMax;

  /** So many must be free, and no more held by large answers of this reader. */
  NoRoom(SampleBudget budget, int samplesFree, String reader, int readerLargeMax) {
    super("other answers hold the memory for samples, or large ones of this token its half of it");
    this.budget = budget;
    this.samplesFree = samplesFree;
    this.reader = reader;
    this.readerLargeMax = readerLargeMax;
  }

  int samplesFree() {
    return samplesFree;
  }

  String reader() {
    return reader;
  }

  int readerLargeMax() {
    return readerLargeMax;
  }

  /** Waits until there may be room; false if there was none in time. Blocks. */
  boolean await(long nanos) {
    return budget.await(this, nanos);
  }
}
