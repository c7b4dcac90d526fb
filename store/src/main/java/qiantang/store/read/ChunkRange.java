package qiantang.store.read;

import java.util.ArrayList;
import java.util.List;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;

/**
 * The spans of one partition of chunks that are wanted.
 *
 * @param fromSpan first minute of the first span
 * @param toSpan behind the first minute of the last
 */
record ChunkRange(ChunkPartition partition, long fromSpan, long toSpan) {
  /** Partitions that are read at once: a month of a device. */
  static final int AT_ONCE = 32;

  /** The spans from one to before a minute, as far as {@link #AT_ONCE} partitions hold them. */
  static List<ChunkRange> of(LayoutHistory history, DeviceId device, long fromSpan, long end) {
    List<ChunkRange> ranges = new ArrayList<>();
    for (long from = fromSpan; from < end && ranges.size() < AT_ONCE; ) {
      ChunkPartition partition = history.chunkPartition(device, from);
      long to = Math.min(end, history.periodEnd(device, partition.period()));
      ranges.add(new ChunkRange(partition, from, to));
      from = to;
    }
    return ranges;
  }
}
