package qiantang.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ContentDigest;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Layouts;
import qiantang.store.model.StartId;

/**
 * The blocks of a fleet, made when somebody reads them and held by nobody else: no journal and no
 * sorter made them. One block has a whole span of a group, so that a packer reads it once. Any
 * thread.
 */
final class FleetBlocks {
  /**
   * The label, in minutes behind the span's first: what has it is read for this span only, and not
   * for its neighbours, whatever spans there are.
   */
  private static final int LABEL_MINUTES = LayoutHistory.LATE_MINUTES + 7;

  private final MachineFleet fleet;
  private final StartId start;
  private final int lane;
  private final Layouts layouts;
  private final Executor executor;
  private final ConcurrentHashMap<Layout, List<List<MachineFleet.Member>>> byGroup =
      new ConcurrentHashMap<>();

  /**
   * Blocks that seem to come from one lane.
   *
   * @param executor makes them
   */
  FleetBlocks(MachineFleet fleet, StartId start, int lane, Layouts layouts, Executor executor) {
    this.fleet = fleet;
    this.start = start;
    this.lane = lane;
    this.layouts = layouts;
    this.executor = executor;
  }

  /**
   * Tables whose blocks are these; all else is theirs. By reflection, so that what folds ask of
   * tables tomorrow gets there too: it is 100 ns of a step's call.
   */
  FoldTables over(FoldTables tables) {
    return (FoldTables)
        Proxy.newProxyInstance(
            FoldTables.class.getClassLoader(),
            new Class<?>[] {FoldTables.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("readBlocks")) {
                return read(
                    (BlockPartition) arguments[0], (Long) arguments[1], (Long) arguments[2]);
              }
              try {
                return method.invoke(tables, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private CompletionStage<List<Block>> read(
      BlockPartition partition, long fromMinute, long toMinute) {
    return layouts
        .of(partition.enterprise())
        .thenApplyAsync(history -> make(history, partition, fromMinute, toMinute), executor);
  }

  private List<Block> make(
      LayoutHistory history, BlockPartition partition, long fromMinute, long toMinute) {
    List<Block> blocks = new ArrayList<>();
    if (partition.group() == FoldTables.RECORDS_GROUP) {
      return blocks; // nobody was born
    }
    long from = Math.max(fromMinute, fleet.beginMinute());
    long to = Math.min(toMinute, fleet.endMinute());
    for (long span = history.spanStart(from); span < to; span = history.spanEnd(span)) {
      long label = span + LABEL_MINUTES;
      if (label >= from && label < to && Math.floorDiv(label, 60L) == partition.hour()) {
        make(history, partition, span, label, blocks);
      }
    }
    return blocks;
  }

  private void make(
      LayoutHistory history, BlockPartition partition, long span, long label, List<Block> into) {
    Layout layout = history.at(span);
    List<BlockCodec.Member> members = new ArrayList<>();
    for (MachineFleet.Member device :
        byGroup.computeIfAbsent(layout, fleet::byGroup).get(partition.group())) {
      members.add(
          new BlockCodec.Member(
              device.id(), fleet.columns(device.number(), span, history.spanEnd(span))));
    }
    long sequence = span;
    for (byte[] bytes : BlockCodec.encode(members)) {
      long digest = ContentDigest.of(bytes);
      into.add(new Block(new BlockKey(partition, label, start, lane, sequence++, digest), bytes));
    }
  }
}
