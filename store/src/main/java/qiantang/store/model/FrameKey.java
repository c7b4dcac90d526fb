package qiantang.store.model;

import java.util.Comparator;

/**
 * A row of the journal.
 *
 * @param partition start, lane and minute
 * @param sequence counts the lane's frames from 1 without a gap, over all its minutes
 */
public record FrameKey(LaneMinute partition, long sequence) implements Comparable<FrameKey> {
  // Arrival order: minute, start, lane, sequence; the last in it wins every merge.
  private static final Comparator<FrameKey> ARRIVAL =
      Comparator.<FrameKey>comparingLong(k -> k.partition.minute())
          .thenComparing(k -> k.partition.start())
          .thenComparingInt(k -> k.partition.lane())
          .thenComparingLong(FrameKey::sequence);

  @Override
  public int compareTo(FrameKey other) {
    return ARRIVAL.compare(this, other);
  }
}
