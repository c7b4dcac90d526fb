package qiantang.store.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.Layout;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The layouts of a world, and whether a row that a fold writes may stand where it is put. */
final class Plan {
  private static final long DAY_MINUTES = 1440;
  private static final long MINUTE_MICROS = 60_000_000L;
  private static final Duration TIME_TO_LIVE_MIN = Duration.ofHours(1);

  private final MemoryFolds folds;
  private final List<EnterpriseId> enterprises;
  private final Judge judge;

  /** Draws layouts and stores them, long before the world begins. */
  Plan(Devices devices, MemoryFolds folds, long beginMinute, Judge judge, Dice dice) {
    this.folds = folds;
    this.judge = judge;
    enterprises = devices.enterprises();
    long today = Math.floorDiv(beginMinute, DAY_MINUTES);
    for (EnterpriseId enterprise : enterprises) {
      // The usual layout of 8 groups costs 8 times as many reads, so few worlds have it.
      List<Long> days = new ArrayList<>();
      if (dice.chance(900)) {
        days.add(today - 20);
      }
      if (dice.chance(200)) {
        days.add(today - dice.below(4));
      }
      if (dice.chance(400)) {
        days.add(today + 1);
      }
      for (long day : days) {
        var _ = folds.insertLayout(enterprise, layout(day, devices, dice));
      }
    }
  }

  private static Layout layout(long day, Devices devices, Dice dice) {
    int span =
        switch (dice.below(20)) {
          case 0 -> 1440;
          case 1 -> 360;
          case 2, 3 -> 60;
          default -> 15;
        };
    NavigableMap<DeviceId, Integer> fast = new TreeMap<>();
    if (dice.chance(200)) {
      fast.put(dice.pick(devices.ids()), dice.chance(500) ? span : 1440);
    }
    return new Layout(day, 1 + dice.below(3), span, fast);
  }

  /** The longest span there is, in minutes. */
  long spanMinutesMax() {
    long longest = Layout.USUAL.spanMinutes();
    for (EnterpriseId enterprise : enterprises) {
      for (Layout layout : layouts(enterprise)) {
        longest = Math.max(longest, layout.spanMinutes());
      }
    }
    return longest;
  }

  /** As they are stored now, in order of their days: packers store better ones. */
  private List<Layout> layouts(EnterpriseId enterprise) {
    return folds.readLayouts(enterprise).toCompletableFuture().join();
  }

  /** The layout of a minute's day. */
  private Layout at(EnterpriseId enterprise, long minute) {
    Layout found = Layout.USUAL;
    for (Layout layout : layouts(enterprise)) {
      if (layout.fromDay() <= Math.floorDiv(minute, DAY_MINUTES)) {
        found = layout;
      }
    }
    return found;
  }

  /** Chunks are put into the tables. */
  void chunks(List<Chunk> chunks, Duration timeToLive) {
    if (timeToLive.compareTo(TIME_TO_LIVE_MIN) < 0) {
      judge.violate("chunks that live for " + timeToLive);
    }
    chunks.forEach(this::chunk);
  }

  private void chunk(Chunk chunk) {
    ChunkKey key = chunk.key();
    ChunkPartition partition = key.partition();
    Layout layout = at(partition.enterprise(), key.span());
    int period = layout.fast().getOrDefault(key.device(), (int) DAY_MINUTES);
    Layout ofArrival = at(partition.enterprise(), key.arrival());
    if (Math.floorMod(key.span(), layout.spanMinutes()) != 0
        || Math.floorMod(key.arrival(), ofArrival.spanMinutes()) != 0
        || partition.period() != Math.floorDiv(key.span(), period) * period
        || partition.group() != layout.groupOf(key.device())
        || key.digest() != ContentDigest.of(chunk.bytes())) {
      judge.violate("a chunk that is put where nobody looks for it: " + key);
    }
    if (!(ChunkCodec.decode(chunk.bytes()) instanceof ChunkCodec.Decoded.Columns decoded)) {
      judge.violate("a chunk that cannot be decoded: " + key);
      return;
    }
    DeviceColumns columns = decoded.columns();
    long fromMicros = key.span() * MINUTE_MICROS;
    long toMicros = fromMicros + layout.spanMinutes() * MINUTE_MICROS;
    if (columns.rows() == 0
        || columns.eventTimeMicros(0) < fromMicros
        || columns.eventTimeMicros(columns.rows() - 1) >= toMicros) {
      judge.violate("a chunk with event times beyond its span: " + key);
    }
  }
}
