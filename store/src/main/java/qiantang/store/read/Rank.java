package qiantang.store.read;

import java.util.Comparator;
import java.util.UUID;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/**
 * Place in the order of arrival, whatever tier a sample is in: of one identity the last in it wins
 * every merge.
 *
 * @param minute label of the lane-minute; of what is packed, the last one it may have arrived in
 * @param isPacked behind all that arrived in the minute, because it took that into account
 * @param index place in the frame; behind all of them for a block
 * @param digest of a row of folds: two runs that saw different frames left two
 */
record Rank(
    long minute, boolean isPacked, StartId start, int lane, long sequence, int index, long digest)
    implements Comparable<Rank> {
  private static final StartId NO_START = new StartId(new UUID(0, 0));

  private static final Comparator<Rank> ARRIVAL =
      Comparator.comparingLong(Rank::minute)
          .thenComparing(Rank::isPacked)
          .thenComparing(Rank::start)
          .thenComparingInt(Rank::lane)
          .thenComparingLong(Rank::sequence)
          .thenComparingInt(Rank::index)
          .thenComparingLong(Rank::digest);

  /** Of an entry of a frame. */
  static Rank of(FrameKey frame, int index) {
    LaneMinute partition = frame.partition();
    return new Rank(
        partition.minute(), false, partition.start(), partition.lane(), frame.sequence(), index, 0);
  }

  /** Of a block: behind the last frame that went into it. */
  static Rank of(BlockKey block) {
    return new Rank(
        block.minute(),
        false,
        block.start(),
        block.lane(),
        block.sequence(),
        Integer.MAX_VALUE,
        block.digest());
  }

  /**
   * Of a row of chunks or states.
   *
   * @param arrivalEnd {@link qiantang.store.fold.LayoutHistory#arrivalEnd}
   */
  static Rank ofPacked(long arrivalEnd, long digest) {
    return new Rank(arrivalEnd - 1, true, NO_START, 0, 0, 0, digest);
  }

  @Override
  public int compareTo(Rank other) {
    return ARRIVAL.compare(this, other);
  }
}
