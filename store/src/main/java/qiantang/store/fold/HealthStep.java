package qiantang.store.fold;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.health.HealthCells;
import qiantang.store.model.DeviceId;
import qiantang.store.model.LaneMinute;

/**
 * What one group's devices did in one span of arrival, by the blocks that its {@link GroupStep}
 * reads anyway; where that reads slice by slice, by reading them once more, one hour at a time. One
 * thread at a time.
 */
final class HealthStep {
  private static final int HOUR_MINUTES = 60;

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final Masks masks;
  private final long span;
  private final int group;
  private final Map<DeviceId, HealthTally> tallies = new TreeMap<>();
  private boolean isCut;

  HealthStep(
      PackerEnvironment environment, LayoutHistory layouts, Masks masks, long span, int group) {
    this.environment = environment;
    this.masks = masks;
    this.layouts = layouts;
    this.span = span;
    this.group = group;
  }

  /** Takes one device's part of a block, which come in order of arrival. */
  void add(BlockKey key, DeviceId device, DeviceColumns columns) {
    DeviceColumns own = masks.own(device, columns);
    if (!isCut && key.minute() >= span && key.minute() < layouts.spanEnd(span) && own.rows() > 0) {
      tallies
          .computeIfAbsent(device, id -> new HealthTally(new HealthCells()))
          .add(new LaneMinute(key.start(), key.lane(), key.minute()), own);
    }
  }

  /** The blocks will not come once and in order. */
  void cut() {
    isCut = true;
    tallies.clear();
  }

  /** Complete when the rows are known to be stored. */
  CompletionStage<Void> write() {
    if (!isCut) {
      return writeTallies();
    }
    isCut = false;
    Queue<Long> hours = new ArrayDeque<>();
    for (long minute = span; minute < layouts.spanEnd(span); ) {
      long hour = Math.floorDiv(minute, HOUR_MINUTES);
      hours.add(hour);
      minute = (hour + 1) * HOUR_MINUTES;
    }
    return Turns.each(environment.executor(), () -> hours.isEmpty() ? null : read(hours.remove()))
        .thenComposeAsync(nothing -> writeTallies(), environment.executor());
  }

  private CompletionStage<Void> read(long hour) {
    return environment
        .tables()
        .readBlocks(
            new BlockPartition(layouts.enterprise(), group, hour),
            Math.max(span, hour * HOUR_MINUTES),
            Math.min(layouts.spanEnd(span), (hour + 1) * HOUR_MINUTES))
        .thenAcceptAsync(blocks -> blocks.forEach(this::add), environment.executor());
  }

  private void add(Block block) {
    switch (BlockCodec.decode(block.bytes())) {
      case BlockCodec.Decoded.Members(List<BlockCodec.Member> members) ->
          members.forEach(member -> add(block.key(), member.device(), member.columns()));
      case BlockCodec.Decoded.Damaged _ -> {} // told where it is packed
    }
  }

  private CompletionStage<Void> writeTallies() {
    Map<DeviceId, HealthCells> cells = new TreeMap<>();
    tallies.forEach((device, tally) -> cells.put(device, tally.close()));
    if (cells.isEmpty()) {
      return Turns.NOTHING;
    }
    HealthPartition partition =
        new HealthPartition(layouts.enterprise(), layouts.at(span).fromDay(), group);
    return new HealthWrites(environment, masks)
        .write(Map.of(partition, cells), layouts.spanEnd(span));
  }
}
