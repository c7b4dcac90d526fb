package qiantang.store.fold;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.registry.Retention;

/**
 * The tables that folds write and readers merge. A stage that fails means that the outcome is
 * unknown; every write may be repeated. All writes commit at LOCAL_QUORUM, all reads see what was
 * committed before they began. Minutes are minutes since 1970.
 */
public interface FoldTables extends RecordTables, RollupTables, MaskTables, HealthTables {
  /** For how long blocks are kept: default_time_to_live of the table, as a test checks. */
  Duration BLOCKS_KEPT = Duration.ofDays(3);

  /** For how long from then on blocks are kept that are written again: {@link #keepBlocks}. */
  Duration BLOCKS_KEPT_AGAIN = Duration.ofDays(10);

  /** How old blocks can become. */
  Duration BLOCKS_KEPT_MAX = BLOCKS_KEPT.plus(BLOCKS_KEPT_AGAIN);

  /** The group of blocks that hold an enterprise's births and presence records, of all devices. */
  int RECORDS_GROUP = -1;

  /**
   * A partition of blocks.
   *
   * @param group by the layout of the arrival day; or {@link #RECORDS_GROUP}
   * @param hour hours since 1970 of the labels of the minutes in it
   */
  record BlockPartition(EnterpriseId enterprise, int group, long hour) {}

  /**
   * A block's row. In order of arrival: by minute, start, lane, sequence, then digest.
   *
   * @param minute label of the lane-minute
   * @param sequence last frame that went into it
   * @param digest {@link qiantang.store.codec.ContentDigest} of its bytes
   */
  record BlockKey(
      BlockPartition partition, long minute, StartId start, int lane, long sequence, long digest)
      implements Comparable<BlockKey> {
    private static final Comparator<BlockKey> ARRIVAL =
        Comparator.comparingLong(BlockKey::minute)
            .thenComparing(BlockKey::start)
            .thenComparingInt(BlockKey::lane)
            .thenComparingLong(BlockKey::sequence)
            .thenComparingLong(BlockKey::digest);

    /** Order of arrival, whatever the partition. */
    @Override
    public int compareTo(BlockKey other) {
      return ARRIVAL.compare(this, other);
    }
  }

  /**
   * One lane-minute's readings of one group, sorted by device, or a piece of them.
   *
   * @param bytes {@link qiantang.store.codec.BlockCodec}; of records {@link
   *     qiantang.store.codec.RecordsCodec}
   */
  record Block(BlockKey key, byte[] bytes) {}

  /**
   * How far a lane is sorted.
   *
   * @param minute every frame with an earlier label is sorted, and its rows are stored
   * @param sequence the last of those frames, 0 for none
   * @param damagedFrames how many of them could not be decoded or had expired
   */
  record LaneCursor(StartId start, int lane, long minute, long sequence, long damagedFrames) {}

  /**
   * A partition of chunks.
   *
   * @param group by the layout of the event day
   * @param period first minute of the event times in it
   */
  record ChunkPartition(Retention retention, EnterpriseId enterprise, int group, long period) {}

  /**
   * The row of a part of a chunk.
   *
   * @param span first minute of the event span
   * @param arrival first minute of the arrival span; equal to the event span where it came in time
   * @param part counts from 0 in order of event time
   * @param digest {@link qiantang.store.codec.ContentDigest} of its bytes
   */
  record ChunkKey(
      ChunkPartition partition, DeviceId device, long span, long arrival, int part, long digest) {}

  /**
   * One device, one span: columns.
   *
   * @param bytes {@link qiantang.store.codec.ChunkCodec}
   * @param summary of the same samples; empty where the columns are as quickly read
   */
  record Chunk(ChunkKey key, byte[] bytes, byte[] summary) {}

  /**
   * A chunk without its columns.
   *
   * @param summary as of the chunk
   */
  record Summarized(ChunkKey key, byte[] summary) {}

  /**
   * A partition of states.
   *
   * @param layoutDay first day of the layout by which the devices are grouped
   */
  record StatePartition(EnterpriseId enterprise, long layoutDay, int group) {}

  /**
   * The newest value of each metric of a device, as of the end of a span of arrival.
   *
   * @param part counts from 0; a device whose values take more than one part has several, and the
   *     last of an earlier arrival may be left over
   * @param arrival first minute of the arrival span that was packed last
   * @param bytes {@link qiantang.store.codec.ChunkCodec}, one value a column
   */
  record State(StatePartition partition, DeviceId device, int part, long arrival, byte[] bytes) {}

  /**
   * How far an enterprise is packed, and what packers know besides.
   *
   * @param minute all blocks with labels before this minute are packed, but those that are on time
   *     for a later span; null where no packer was
   * @param keptMinute blocks with labels before this minute that were not packed were written again
   *     a day later; null where that was never needed
   * @param gaps minutes of which blocks may have expired before they were packed: the first of
   *     some, and behind the last of them
   */
  record Packing(@Nullable Long minute, @Nullable Long keptMinute, SortedMap<Long, Long> gaps) {
    /** Of an enterprise of which nothing is known. */
    public static final Packing NONE = new Packing(null, null, new TreeMap<>());
  }

  /** Inserts blocks; repeating it changes nothing. They may lie in several partitions. */
  CompletionStage<Void> insertBlocks(List<Block> blocks);

  /** Blocks with a label from one minute to before another, in order of arrival. */
  CompletionStage<List<Block>> readBlocks(BlockPartition partition, long fromMinute, long toMinute);

  /**
   * Writes blocks with a label from one minute to before another again, those that would expire
   * within {@link #BLOCKS_KEPT}, under the same keys; says how many they are.
   */
  CompletionStage<Integer> keepBlocks(BlockPartition partition, long fromMinute, long toMinute);

  /** Says how far a lane is sorted; one that says less than what is stored changes nothing. */
  CompletionStage<Void> writeLaneCursor(LaneCursor cursor);

  /** How far the lanes of a start are sorted; a lane that is missing has not been begun. */
  CompletionStage<List<LaneCursor>> readLaneCursors(StartId start);

  /**
   * Says that all blocks of an enterprise with labels before this minute are packed, but those that
   * are on time for a later span; one that says less than what is stored changes nothing.
   */
  CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute);

  /** Says up to which minute blocks were written again; an earlier one changes nothing. */
  CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute);

  /** Says of which minutes blocks may be missing; of two gaps with one begin the longer stands. */
  CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute);

  /** How far an enterprise is packed. */
  CompletionStage<Packing> readPacking(EnterpriseId enterprise);

  /** Up to which minute an enterprise is packed. */
  default CompletionStage<Optional<Long>> readPackedMinute(EnterpriseId enterprise) {
    return readPacking(enterprise).thenApply(packing -> Optional.ofNullable(packing.minute()));
  }

  /**
   * Inserts parts of chunks; repeating it changes nothing. They may lie in several partitions.
   *
   * @param timeToLive a second or more
   */
  CompletionStage<Void> insertChunks(List<Chunk> chunks, Duration timeToLive);

  /**
   * Parts of one device with an event span from one minute to before another, in order of event
   * span, arrival span, part and digest.
   */
  CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan);

  /** The same rows as {@link #readChunks} gives, without their columns where tables can. */
  default CompletionStage<List<Summarized>> readSummaries(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return readChunks(partition, device, fromSpan, toSpan)
        .thenApply(
            chunks -> chunks.stream().map(it -> new Summarized(it.key(), it.summary())).toList());
  }

  /**
   * Visits the rows of all devices of a partition with an event span from one minute to before
   * another, without their columns, in order of device, event span, arrival span, part and digest.
   * The visitor is called by one thread at a time, never held up, and not after the stage
   * completed.
   */
  CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor);

  /**
   * Writes states, all parts of a device in one call. One of an earlier arrival than what is stored
   * is left out; of two of one arrival one stands, in all its parts.
   *
   * @param timeToLive a second or more
   */
  CompletionStage<Void> writeStates(List<State> states, Duration timeToLive);

  /** The states of a group, of one device only where one is given. */
  CompletionStage<List<State>> readStates(StatePartition partition, @Nullable DeviceId device);

  /** Stores a layout. */
  CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout);

  /** The layouts of an enterprise. */
  CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise);
}
