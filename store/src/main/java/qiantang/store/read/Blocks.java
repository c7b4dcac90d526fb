package qiantang.store.read;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.EnterpriseId;

/** The blocks that no packer has taken yet. Any thread. */
final class Blocks {
  private static final int HOUR_MINUTES = 60;

  // A group's hour of 64 devices at 0.1 Hz with 10 metrics is half a MiB of blocks.
  private static final int PARTITIONS_AT_ONCE = 16;

  private final KeptBlocks kept;
  private final Executor executor;

  /** The rows of one partition that are wanted. */
  private record Part(BlockPartition partition, long fromMinute, long toMinute) {}

  /**
   * Blocks of these tables.
   *
   * @param bytesMax how much of what was read is kept
   */
  Blocks(FoldTables folds, Executor executor, long bytesMax) {
    kept = new KeptBlocks(folds, executor, bytesMax);
    this.executor = executor;
  }

  /** Visits every block in which these devices may have samples that are in no chunk. */
  CompletionStage<Void> visit(
      Positions positions, LayoutHistory history, WantedDevices wanted, Consumer<Block> visitor) {
    return visit(positions, parts(positions, history, wanted), blocks -> blocks.forEach(visitor));
  }

  /** The same, of each group the newest first: whoever looks for the newest has it soon. */
  CompletionStage<Void> visitNewestFirst(
      Positions positions, LayoutHistory history, WantedDevices wanted, Consumer<Block> visitor) {
    return visit(
        positions,
        parts(positions, history, wanted).reversed(),
        blocks -> blocks.reversed().forEach(visitor));
  }

  /** Visits every block of births and presence records that may be in no register. */
  CompletionStage<Void> visitRecords(Positions positions, Consumer<Block> visitor) {
    return visit(
        positions,
        parts(positions, positions.enterprise(), minute -> List.of(FoldTables.RECORDS_GROUP)),
        blocks -> blocks.forEach(visitor));
  }

  private CompletionStage<Void> visit(
      Positions positions, List<Part> parts, Consumer<List<Block>> visitor) {
    return Batches.read(
        parts,
        PARTITIONS_AT_ONCE,
        part -> kept.read(positions, part.partition, part.fromMinute, part.toMinute),
        visitor,
        executor);
  }

  private static List<Part> parts(
      Positions positions, LayoutHistory history, WantedDevices wanted) {
    return parts(positions, history.enterprise(), minute -> wanted.groups(history.at(minute)));
  }

  private static List<Part> parts(
      Positions positions, EnterpriseId enterprise, LongFunction<Collection<Integer>> groups) {
    List<Part> parts = new ArrayList<>();
    long to = positions.blocksTo();
    for (long minute = positions.blocksFrom(); minute < to; ) {
      long hour = Math.floorDiv(minute, HOUR_MINUTES);
      long end = Math.min(to, (hour + 1) * HOUR_MINUTES);
      for (int group : groups.apply(minute)) {
        parts.add(new Part(new BlockPartition(enterprise, group, hour), minute, end));
      }
      minute = end;
    }
    return parts;
  }
}
