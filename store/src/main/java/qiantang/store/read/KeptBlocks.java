package qiantang.store.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.read.Positions.LaneKey;

/**
 * Blocks once read, as they are stored (bounded): a partition has all devices of its group, so who
 * asks for one after the other would fetch the same blocks for each; 10,000 devices of a group are
 * 40 MB of a quarter hour. Kept is only what cannot change any more: the minutes that every lane of
 * the enterprise is sorted past. A lane that appears later and may have been in such a minute makes
 * them unknown again. Any thread.
 */
final class KeptBlocks {
  private static final int OVERHEAD_BYTES = 128;

  private final FoldTables folds;
  private final Cache<BlockPartition, Kept> cache;

  /**
   * All blocks of a partition with these labels.
   *
   * @param lanes that are known to be sorted past them
   */
  private record Kept(long fromMinute, long toMinute, Set<LaneKey> lanes, List<Block> blocks) {
    int weightBytes() {
      long bytes = OVERHEAD_BYTES * (1L + lanes.size());
      for (Block block : blocks) {
        bytes += OVERHEAD_BYTES + block.bytes().length;
      }
      return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    boolean reachesInto(long minute, Positions positions) {
      return fromMinute <= minute
          && minute <= toMinute
          && lanes.containsAll(positions.lanesBefore(toMinute));
    }
  }

  /** Nothing yet. */
  KeptBlocks(FoldTables folds, Executor executor, long bytesMax) {
    this.folds = folds;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((BlockPartition partition, Kept kept) -> kept.weightBytes())
            .executor(executor)
            .build();
  }

  /** All blocks of a partition with labels from one minute to before another, in their order. */
  CompletionStage<List<Block>> read(
      Positions positions, BlockPartition partition, long fromMinute, long toMinute) {
    Kept kept = cache.getIfPresent(partition);
    if (kept == null || !kept.reachesInto(fromMinute, positions)) {
      return folds
          .readBlocks(partition, fromMinute, toMinute)
          .thenApply(found -> keep(positions, partition, fromMinute, toMinute, found));
    }
    List<Block> known = between(kept.blocks, fromMinute, toMinute);
    if (toMinute <= kept.toMinute) {
      return CompletableFuture.completedFuture(known);
    }
    return folds
        .readBlocks(partition, kept.toMinute, toMinute)
        .thenApply(
            found -> {
              List<Block> all = new ArrayList<>(known);
              all.addAll(found);
              return keep(positions, partition, fromMinute, toMinute, all);
            });
  }

  /** Keeps of these what cannot change, and returns all. */
  private List<Block> keep(
      Positions positions, BlockPartition partition, long from, long to, List<Block> blocks) {
    long end = Math.min(to, positions.blocksWholeTo());
    @Nullable Kept other = cache.getIfPresent(partition);
    boolean isBetter =
        other == null
            || !other.reachesInto(from, positions)
            || other.fromMinute < from
            || other.toMinute < end;
    if (end > from && isBetter) {
      Set<LaneKey> lanes = positions.lanesBefore(end);
      cache.put(partition, new Kept(from, end, lanes, between(blocks, from, end)));
    }
    return blocks;
  }

  private static List<Block> between(List<Block> blocks, long fromMinute, long toMinute) {
    return blocks.stream()
        .filter(block -> block.key().minute() >= fromMinute && block.key().minute() < toMinute)
        .toList();
  }
}
