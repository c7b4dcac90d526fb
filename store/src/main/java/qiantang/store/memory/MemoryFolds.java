package qiantang.store.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layout;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** The tables of folds in memory; nothing expires. Any thread. */
public final class MemoryFolds implements FoldTables {
  private static final Comparator<ChunkKey> CHUNKS =
      Comparator.comparing(ChunkKey::device)
          .thenComparingLong(ChunkKey::span)
          .thenComparingLong(ChunkKey::arrival)
          .thenComparingInt(ChunkKey::part)
          .thenComparingLong(ChunkKey::digest);

  private final Executor executor;

  // All guarded by this.
  private final Map<BlockPartition, NavigableMap<BlockKey, Block>> blocks = new HashMap<>();
  private final Map<StartId, NavigableMap<Integer, LaneCursor>> cursors = new HashMap<>();
  private final Map<EnterpriseId, Long> packed = new HashMap<>();
  private final Map<ChunkPartition, NavigableMap<ChunkKey, Chunk>> chunks = new HashMap<>();
  private final Map<StatePartition, NavigableMap<StateKey, State>> states = new HashMap<>();
  private final Map<EnterpriseId, NavigableMap<Long, Layout>> layouts = new HashMap<>();

  private final Map<EventPartition, NavigableMap<String, Event>> events = new HashMap<>();

  private final Map<RegisterPartition, NavigableMap<DeviceId, RegisterRow>> registers =
      new HashMap<>();
  private final Map<EnterpriseId, NavigableMap<LaneKey, LaneCounts>> counts = new HashMap<>();

  private record LaneKey(StartId start, int lane) implements Comparable<LaneKey> {
    @Override
    public int compareTo(LaneKey other) {
      int byStart = start.compareTo(other.start);
      return byStart != 0 ? byStart : Integer.compare(lane, other.lane);
    }
  }

  private record StateKey(DeviceId device, int part) implements Comparable<StateKey> {
    @Override
    public int compareTo(StateKey other) {
      int byDevice = device.compareTo(other.device);
      return byDevice != 0 ? byDevice : Integer.compare(part, other.part);
    }
  }

  /**
   * Empty tables.
   *
   * @param executor completes every stage; {@code Runnable::run} completes before the call returns
   */
  public MemoryFolds(Executor executor) {
    this.executor = executor;
  }

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    blocks
                        .computeIfAbsent(row.key().partition(), key -> new TreeMap<>())
                        .put(row.key(), row)));
  }

  @Override
  public CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return supply(
        () -> {
          List<Block> found = new ArrayList<>();
          for (Block block : rows(blocks, partition)) {
            if (block.key().minute() >= fromMinute && block.key().minute() < toMinute) {
              found.add(block);
            }
          }
          return found;
        });
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return run(
        () ->
            cursors
                .computeIfAbsent(cursor.start(), start -> new TreeMap<>())
                .merge(
                    cursor.lane(), cursor, (old, now) -> now.minute() < old.minute() ? old : now));
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return supply(() -> rows(cursors, start));
  }

  @Override
  public CompletionStage<Void> writePackedMinute(EnterpriseId enterprise, long minute) {
    return run(() -> packed.merge(enterprise, minute, Math::max));
  }

  @Override
  public CompletionStage<Optional<Long>> readPackedMinute(EnterpriseId enterprise) {
    return supply(() -> Optional.ofNullable(packed.get(enterprise)));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> rows, Duration timeToLive) {
    check(timeToLive);
    return run(
        () ->
            rows.forEach(
                row ->
                    chunks
                        .computeIfAbsent(row.key().partition(), key -> new TreeMap<>(CHUNKS))
                        .put(row.key(), row)));
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return supply(
        () -> {
          List<Chunk> found = new ArrayList<>();
          for (Chunk chunk : rows(chunks, partition)) {
            ChunkKey key = chunk.key();
            if (key.device().equals(device) && key.span() >= fromSpan && key.span() < toSpan) {
              found.add(chunk);
            }
          }
          return found;
        });
  }

  @Override
  public CompletionStage<Void> writeStates(List<State> rows, Duration timeToLive) {
    check(timeToLive);
    return run(
        () ->
            rows.forEach(
                row ->
                    states
                        .computeIfAbsent(row.partition(), key -> new TreeMap<>())
                        .merge(
                            new StateKey(row.device(), row.part()),
                            row,
                            (old, now) -> now.arrival() < old.arrival() ? old : now)));
  }

  @Override
  public CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    return supply(
        () -> {
          List<State> found = new ArrayList<>();
          for (State state : rows(states, partition)) {
            if (device == null || state.device().equals(device)) {
              found.add(state);
            }
          }
          return found;
        });
  }

  @Override
  public CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    return run(
        () ->
            layouts
                .computeIfAbsent(enterprise, id -> new TreeMap<>())
                .put(layout.fromDay(), layout));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return supply(() -> rows(layouts, enterprise));
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    events
                        .computeIfAbsent(row.partition(), key -> new TreeMap<>())
                        .put(row.id(), row)));
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return supply(
        () ->
            rows(events, partition).reversed().stream()
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
                    registers
                        .computeIfAbsent(row.partition(), key -> new TreeMap<>())
                        .merge(
                            row.device(),
                            row,
                            (old, now) -> now.minute() < old.minute() ? old : now)));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return supply(() -> rows(registers, partition));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return supply(
        () ->
            rows(registers, partition).stream()
                .filter(row -> devices.contains(row.device()))
                .toList());
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> rows) {
    return run(
        () ->
            rows.forEach(
                row ->
                    counts
                        .computeIfAbsent(row.enterprise(), key -> new TreeMap<>())
                        .merge(
                            new LaneKey(row.start(), row.lane()),
                            row,
                            (old, now) -> now.sequence() < old.sequence() ? old : now)));
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return supply(() -> rows(counts, enterprise));
  }

  // Nothing expires here, but the database would keep for ever what is to live for less.
  private static void check(Duration timeToLive) {
    if (timeToLive.toSeconds() < 1) {
      throw new AssertionError("BUG: cannot keep rows for " + timeToLive);
    }
  }

  private static <P, K, R> List<R> rows(Map<P, NavigableMap<K, R>> table, P partition) {
    NavigableMap<K, R> rows = table.get(partition);
    return rows == null ? List.of() : List.copyOf(rows.values());
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
