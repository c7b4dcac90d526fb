package qiantang.store.fold;

import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;

/**
 * Place of a record in the order of arrival.
 *
 * @param index in its frame
 */
public record Place(FrameKey frame, int index) implements Comparable<Place> {
  /** Where a record of a block lay before it was sorted. */
  public static Place of(BlockKey block, long sequence, int index) {
    LaneMinute partition = new LaneMinute(block.start(), block.lane(), block.minute());
    return new Place(new FrameKey(partition, sequence), index);
  }

  /** Label of its lane-minute. */
  long minute() {
    return frame.partition().minute();
  }

  @Override
  public int compareTo(Place other) {
    int byFrame = frame.compareTo(other.frame);
    return byFrame != 0 ? byFrame : Integer.compare(index, other.index);
  }
}
