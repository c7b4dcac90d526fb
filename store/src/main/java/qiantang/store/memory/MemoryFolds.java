package qiantang.store.memory;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** The tables of folds in memory. Any thread. */
public final class MemoryFolds implements FoldTables {
  // As in 004-events.cql.
  private static final Duration CURSORS_KEPT = Duration.ofDays(14);

  private static final Comparator<ChunkKey> CHUNKS =
      Comparator.comparing(ChunkKey::device)
          .thenComparingLong(ChunkKey::span)
          .thenComparingLong(ChunkKey::arrival)
          .thenComparingInt(ChunkKey::part)
          .thenComparingLong(ChunkKey::digest);

  private final Executor executor;

  // All guarded by this.
  private final MemoryTable<BlockPartition, BlockKey, Block> blocks;
  private final MemoryTable<StartId, Integer, LaneCursor> cursors;
  private final Map<EnterpriseId, Packing> packings = new HashMap<>();
  private final MemoryTable<ChunkPartition, ChunkKey, Chunk> chunks;
  private final MemoryTable<RollupPartition, RollupKey, Rollup> rollups;
  private final MemoryTable<StatePartition, StateKey, State> states;
  private final MemoryTable<EnterpriseId, Long, Layout> layouts;
  private final MemoryTable<EventPartition, String, Event> events;
  private final MemoryTable<RegisterPartition, DeviceId, RegisterRow> registers;
  private final MemoryTable<HealthPartition, DeviceId, HealthRow> health;
  private final MemoryTable<EnterpriseId, LaneKey, LaneCounts> counts;
  private final MemoryTable<EnterpriseId, String, Deletion> masks;

  private record LaneKey(StartId start, int lane) {
    static final Comparator<LaneKey> ORDER =
        Comparator.comparing(LaneKey::start).thenComparingInt(LaneKey::lane);
  }

  private record RollupKey(String device, long begin, boolean isLate) {
    static final Comparator<RollupKey> ORDER =
        Comparator.comparing(RollupKey::device)
            .thenComparingLong(RollupKey::begin)
            .thenComparing(RollupKey::isLate);

    static RollupKey of(Rollup rollup) {
      DeviceId device = rollup.device();
      return new RollupKey(device == null ? "*" : device.text(), rollup.begin(), rollup.isLate());
    }
  }

  private record StateKey(DeviceId device, int part) {
    static final Comparator<StateKey> ORDER =
        Comparator.comparing(StateKey::device).thenComparingInt(StateKey::part);
  }

  /**
   * Empty tables from which nothing expires.
   *
   * @param executor completes every stage; {@code Runnable::run} completes before the call returns
   */
  public MemoryFolds(Executor executor) {
    this(executor, Expiry.NEVER);
  }

  private MemoryFolds(Executor executor, Expiry expiry) {
    this.executor = executor;
    blocks = new MemoryTable<>(Comparator.naturalOrder(), expiry, BLOCKS_KEPT);
    cursors = new MemoryTable<>(Comparator.naturalOrder(), expiry, CURSORS_KEPT);
    chunks = new MemoryTable<>(CHUNKS, expiry, null);
    rollups = new MemoryTable<>(RollupKey.ORDER, expiry, null);
    states = new MemoryTable<>(StateKey.ORDER, expiry, null);
    layouts = new MemoryTable<>(Comparator.naturalOrder(), expiry, null);
    events = new MemoryTable<>(Comparator.naturalOrder(), expiry, EVENTS_KEPT);
    registers = new MemoryTable<>(Comparator.naturalOrder(), expiry, null);
    health = new MemoryTable<>(Comparator.naturalOrder(), expiry, HEALTH_KEPT);
    counts = new MemoryTable<>(LaneKey.ORDER, expiry, null);
    masks = new MemoryTable<>(Comparator.naturalOrder(), expiry, null);
  }

  /** Empty tables whose rows expire by this clock. */
  public static MemoryFolds expiring(InstantSource clock, Executor executor) {
    return new MemoryFolds(executor, Expiry.by(clock));
  }

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> rows) {
    return run(() -> rows.forEach(row -> blocks.put(row.key().partition(), row.key(), row)));
  }

  @Override
  public CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return supply(
        () ->
            blocks.rows(partition).stream()
                .filter(block -> isIn(block, fromMinute, toMinute))
                .toList());
  }

  private static boolean isIn(Block block, long fromMinute, long toMinute) {
    return block.key().minute() >= fromMinute && block.key().minute() < toMinute;
  }

  @Override
  public CompletionStage<Integer> keepBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return supply(
        () ->
            blocks.keep(
                partition,
                block -> isIn(block, fromMinute, toMinute),
                BLOCKS_KEPT,
                BLOCKS_KEPT_AGAIN));
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return run(
        () ->
            cursors.putUnless(
                cursor.start(), cursor.lane(), cursor, (old, now) -> now.minute() < old.minute()));
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return supply(() -> cursors.rows(start));
  }

  @Override
  public CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute) {
    return change(
        enterprise, old -> new Packing(later(old.minute(), minute), old.keptMinute(), old.gaps()));
  }

  @Override
  public CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute) {
    return change(
        enterprise, old -> new Packing(old.minute(), later(old.keptMinute(), minute), old.gaps()));
  }

  @Override
  public CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute) {
    return change(
        enterprise,
        old -> {
          TreeMap<Long, Long> gaps = new TreeMap<>(old.gaps());
          gaps.merge(fromMinute, toMinute, Math::max);
          return new Packing(old.minute(), old.keptMinute(), gaps);
        });
  }

  private CompletionStage<Void> change(EnterpriseId enterprise, UnaryOperator<Packing> change) {
    return run(
        () ->
            packings.put(
                enterprise, change.apply(packings.getOrDefault(enterprise, Packing.NONE))));
  }

  private static Long later(@Nullable Long one, long other) {
    return one == null || one < other ? other : one;
  }

  @Override
  public CompletionStage<Packing> readPacking(EnterpriseId enterprise) {
    return supply(() -> packings.getOrDefault(enterprise, Packing.NONE));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> rows, Duration timeToLive) {
    check(timeToLive);
    return run(
        () -> rows.forEach(row -> chunks.put(row.key().partition(), row.key(), row, timeToLive)));
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return supply(
        () -> {
          List<Chunk> found = new ArrayList<>();
          for (Chunk chunk : chunks.rows(partition)) {
            ChunkKey key = chunk.key();
            if (key.device().equals(device) && key.span() >= fromSpan && key.span() < toSpan) {
              found.add(chunk);
            }
          }
          return found;
        });
  }

  @Override
  public CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    return run(
        () -> {
          for (Chunk chunk : chunks.rows(partition)) {
            ChunkKey key = chunk.key();
            if (key.span() >= fromSpan && key.span() < toSpan) {
              visitor.accept(new Summarized(key, chunk.summary()));
            }
          }
        });
  }

  @Override
  public CompletionStage<Void> insertRollups(List<Rollup> rows, Duration timeToLive) {
    check(timeToLive);
    return run(
        () ->
            rows.forEach(row -> rollups.put(row.partition(), RollupKey.of(row), row, timeToLive)));
  }

  @Override
  public CompletionStage<Void> eraseRollups(List<Rollup> rows) {
    return run(
        () ->
            rows.forEach(
                erased ->
                    rollups.remove(
                        erased.partition(),
                        row -> RollupKey.of(row).equals(RollupKey.of(erased)))));
  }

  @Override
  public CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return supply(
        () ->
            rollups.rows(partition).stream()
                .filter(row -> Objects.equals(row.device(), device))
                .filter(row -> row.begin() >= fromBegin && row.begin() < toBegin)
                .toList());
  }

  @Override
  public CompletionStage<Void> writeStates(List<State> rows, Duration timeToLive) {
    check(timeToLive);
    return run(
        () ->
            rows.forEach(
                row ->
                    states.putUnless(
                        row.partition(),
                        new StateKey(row.device(), row.part()),
                        row,
                        timeToLive,
                        (old, now) -> now.arrival() < old.arrival())));
  }

  @Override
  public CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    return supply(
        () ->
            states.rows(partition).stream()
                .filter(state -> device == null || state.device().equals(device))
                .toList());
  }

  @Override
  public CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    return run(() -> layouts.put(enterprise, layout.fromDay(), layout));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return supply(() -> layouts.rows(enterprise));
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> rows) {
    return run(() -> rows.forEach(row -> events.put(row.partition(), row.id(), row)));
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return supply(
        () ->
            events.rows(partition).reversed().stream()
                .filter(row -> row.id().compareTo(fromId) >= 0 && row.id().compareTo(toId) < 0)
                .limit(limit)
                .toList());
  }

  @Override
  public CompletionStage<Void> writeRegisters(List<RegisterRow> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    registers.putUnless(
                        row.partition(),
                        row.device(),
                        row,
                        (old, now) -> now.minute() < old.minute())));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return supply(() -> registers.rows(partition));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return supply(
        () ->
            registers.rows(partition).stream()
                .filter(row -> devices.contains(row.device()))
                .toList());
  }

  @Override
  public CompletionStage<Void> writeHealth(List<HealthRow> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    health.putUnless(
                        row.partition(),
                        row.device(),
                        row,
                        (old, now) -> now.minute() < old.minute())));
  }

  @Override
  public CompletionStage<List<HealthRow>> readHealth(
      HealthPartition partition, @Nullable List<DeviceId> devices) {
    return supply(
        () ->
            health.rows(partition).stream()
                .filter(row -> devices == null || devices.contains(row.device()))
                .toList());
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    counts.putUnless(
                        row.enterprise(),
                        new LaneKey(row.start(), row.lane()),
                        row,
                        (old, now) -> now.sequence() < old.sequence())));
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return supply(() -> counts.rows(enterprise));
  }

  @Override
  public CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive) {
    check(timeToLive);
    Mask mask = deletion.mask();
    return run(
        () -> {
          Deletion before =
              masks.rows(mask.enterprise()).stream()
                  .filter(row -> row.mask().id().equals(mask.id()))
                  .findFirst()
                  .orElse(deletion);
          Deletion now =
              new Deletion(
                  mask,
                  deletion.erasedMinute() == null ? before.erasedMinute() : deletion.erasedMinute(),
                  deletion.erasedMillis() == null
                      ? before.erasedMillis()
                      : deletion.erasedMillis());
          masks.put(mask.enterprise(), mask.id(), now, timeToLive);
        });
  }

  @Override
  public CompletionStage<Void> forgetDeletions(List<Mask> covered) {
    return run(
        () ->
            covered.forEach(
                mask -> masks.remove(mask.enterprise(), row -> row.mask().id().equals(mask.id()))));
  }

  @Override
  public CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise) {
    return supply(() -> masks.rows(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readMaskedEnterprises() {
    return supply(masks::partitions);
  }

  @Override
  public CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return supply(
        () ->
            chunks.rows(partition).stream()
                .filter(row -> device == null || row.key().device().equals(device))
                .filter(row -> behind == null || CHUNKS.compare(row.key(), behind) > 0)
                .limit(limit)
                .map(row -> new Summarized(row.key(), row.summary()))
                .toList());
  }

  @Override
  public CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys) {
    return run(() -> chunks.remove(partition, row -> keys.contains(row.key())));
  }

  @Override
  public CompletionStage<Void> eraseStates(List<State> rows) {
    return run(
        () -> {
          for (State erased : rows) {
            states.remove(
                erased.partition(),
                row ->
                    row.device().equals(erased.device())
                        && row.part() == erased.part()
                        && row.arrival() <= erased.arrival());
          }
        });
  }

  @Override
  public CompletionStage<Void> eraseEvents(EventPartition partition, String toId) {
    return run(() -> events.remove(partition, row -> row.id().compareTo(toId) < 0));
  }

  @Override
  public CompletionStage<Void> eraseEvents(List<Event> rows) {
    return run(
        () ->
            rows.forEach(
                event -> events.remove(event.partition(), row -> row.id().equals(event.id()))));
  }

  // The database would keep for ever what is to live for less.
  private static void check(Duration timeToLive) {
    if (timeToLive.toSeconds() < 1) {
      throw new AssertionError("BUG: cannot keep rows for " + timeToLive);
    }
  }

  private CompletionStage<Void> run(Runnable task) {
    return CompletableFuture.runAsync(
        () -> {
          synchronized (this) {
            task.run();
          }
        },
        executor);
  }

  private <T> CompletionStage<T> supply(Supplier<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          synchronized (this) {
            return task.get();
          }
        },
        executor);
  }
}
