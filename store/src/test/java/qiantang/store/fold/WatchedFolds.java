package qiantang.store.fold;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * One fold's way to the tables: tells what it asked for, and fails or stops where it is told. One
 * thread, unless it answers on others.
 */
final class WatchedFolds implements FoldTables {
  /** What becomes of an operation that fails, and of those after it. */
  enum Death {
    /** It never reached the database. */
    BEFORE,
    /** It was applied. */
    AFTER,
    /** It alone never reached the database; the fold lives, and whatever it asks for is done. */
    ALONE
  }

  private final FoldTables tables;
  private final Map<ChunkKey, Chunk> chunks;
  private final Map<ChunkKey, Duration> timesToLive = new HashMap<>();
  private final List<State> states = new ArrayList<>();
  private final Map<State, Duration> statesKept = new HashMap<>();
  private int stateReads;
  private final List<Layout> layouts = new ArrayList<>();
  private boolean keepsLayouts;
  private final List<BlockPartition> blockReads = new ArrayList<>();
  private final List<Long> packedMinutes = new ArrayList<>();
  private final Queue<Runnable> asleep = new ArrayDeque<>();
  private @Nullable Executor threads;
  private int operations;
  private int dieAt = Integer.MAX_VALUE;
  private Death death = Death.BEFORE;
  private int sleepAt = Integer.MAX_VALUE;

  WatchedFolds(FoldTables tables) {
    this(tables, new HashMap<>());
  }

  /**
   * A way that notes the chunks which were stored.
   *
   * @param chunks shared by all who write to the same tables
   */
  WatchedFolds(FoldTables tables, Map<ChunkKey, Chunk> chunks) {
    this.tables = tables;
    this.chunks = chunks;
  }

  /** Operations are done, and their stages completed, by these threads. */
  void answerOn(Executor executor) {
    threads = executor;
  }

  /** From this operation on, counted from 0, nothing is done any more. */
  void dieAt(int operation, Death how) {
    dieAt = operation;
    death = how;
  }

  /** This operation and later ones are not done until {@link #wake}. */
  void sleepAt(int operation) {
    sleepAt = operation;
  }

  /** Does what was asked for in the meantime. */
  void wake() {
    sleepAt = Integer.MAX_VALUE;
    while (!asleep.isEmpty()) {
      asleep.remove().run();
    }
  }

  int operations() {
    return operations;
  }

  /** All chunks that were stored. */
  Map<ChunkKey, Chunk> chunks() {
    return chunks;
  }

  Map<ChunkKey, Duration> timesToLive() {
    return timesToLive;
  }

  /** All states in order of asking. */
  List<State> states() {
    return states;
  }

  /** For how long states were to be kept. */
  Map<State, Duration> statesKept() {
    return statesKept;
  }

  int stateReads() {
    return stateReads;
  }

  /** Layouts are stored from now on; else they are only noted: most worlds are sorted by theirs. */
  void keepLayouts() {
    keepsLayouts = true;
  }

  /** Layouts that were to be stored. */
  List<Layout> layouts() {
    return layouts;
  }

  List<BlockPartition> blockReads() {
    return blockReads;
  }

  List<Long> packedMinutes() {
    return packedMinutes;
  }

  @Override
  public CompletionStage<Void> insertBlocks(List<Block> blocks) {
    return tables.insertBlocks(blocks);
  }

  @Override
  public synchronized CompletionStage<List<Block>> readBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    blockReads.add(partition);
    return perform(() -> tables.readBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeLaneCursor(LaneCursor cursor) {
    return tables.writeLaneCursor(cursor);
  }

  @Override
  public CompletionStage<List<LaneCursor>> readLaneCursors(StartId start) {
    return tables.readLaneCursors(start);
  }

  @Override
  public synchronized CompletionStage<Void> writePackedMinute(
      EnterpriseId enterprise, long minute) {
    packedMinutes.add(minute);
    return perform(() -> tables.writePackedMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Integer> keepBlocks(
      BlockPartition partition, long fromMinute, long toMinute) {
    return perform(() -> tables.keepBlocks(partition, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Void> writeKeptMinute(EnterpriseId enterprise, long minute) {
    return perform(() -> tables.writeKeptMinute(enterprise, minute));
  }

  @Override
  public CompletionStage<Void> writeGap(EnterpriseId enterprise, long fromMinute, long toMinute) {
    return perform(() -> tables.writeGap(enterprise, fromMinute, toMinute));
  }

  @Override
  public CompletionStage<Packing> readPacking(EnterpriseId enterprise) {
    return perform(() -> tables.readPacking(enterprise));
  }

  @Override
  public CompletionStage<Void> insertChunks(List<Chunk> rows, Duration timeToLive) {
    return perform(
        () -> {
          for (Chunk row : rows) {
            if (!row.key().partition().equals(rows.getFirst().key().partition())) {
              throw new AssertionError("chunks of two partitions in one call");
            }
            chunks.put(row.key(), row);
            timesToLive.put(row.key(), timeToLive);
          }
          return tables.insertChunks(rows, timeToLive);
        });
  }

  @Override
  public CompletionStage<List<Chunk>> readChunks(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    return tables.readChunks(partition, device, fromSpan, toSpan);
  }

  @Override
  public synchronized CompletionStage<Void> writeStates(List<State> rows, Duration timeToLive) {
    states.addAll(rows);
    rows.forEach(row -> statesKept.put(row, timeToLive));
    return perform(() -> tables.writeStates(rows, timeToLive));
  }

  @Override
  public synchronized CompletionStage<List<State>> readStates(
      StatePartition partition, @Nullable DeviceId device) {
    stateReads++;
    return perform(() -> tables.readStates(partition, device));
  }

  @Override
  public CompletionStage<Void> scanSummaries(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    return perform(() -> tables.scanSummaries(partition, fromSpan, toSpan, visitor));
  }

  @Override
  public CompletionStage<Void> insertRollups(List<Rollup> rollups, Duration timeToLive) {
    return perform(() -> tables.insertRollups(rollups, timeToLive));
  }

  @Override
  public CompletionStage<Void> eraseRollups(List<Rollup> rollups) {
    return perform(() -> tables.eraseRollups(rollups));
  }

  @Override
  public CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return perform(() -> tables.readRollups(partition, device, fromBegin, toBegin));
  }

  @Override
  public CompletionStage<Void> insertEvents(List<Event> events) {
    return perform(() -> tables.insertEvents(events));
  }

  @Override
  public CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit) {
    return perform(() -> tables.readEvents(partition, fromId, toId, limit));
  }

  @Override
  public CompletionStage<Void> writeRegisters(List<RegisterRow> registers) {
    return perform(() -> tables.writeRegisters(registers));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition) {
    return perform(() -> tables.readRegisters(partition));
  }

  @Override
  public CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices) {
    return perform(() -> tables.readRegisters(partition, devices));
  }

  @Override
  public CompletionStage<Void> writeCounts(List<LaneCounts> counts) {
    return perform(() -> tables.writeCounts(counts));
  }

  @Override
  public CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise) {
    return perform(() -> tables.readCounts(enterprise));
  }

  @Override
  public synchronized CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    layouts.add(layout);
    return keepsLayouts
        ? perform(() -> tables.insertLayout(enterprise, layout))
        : CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> writeDeletion(Deletion deletion, Duration timeToLive) {
    return perform(() -> tables.writeDeletion(deletion, timeToLive));
  }

  @Override
  public CompletionStage<Void> forgetDeletions(List<Mask> covered) {
    return perform(() -> tables.forgetDeletions(covered));
  }

  @Override
  public CompletionStage<List<Deletion>> readDeletions(EnterpriseId enterprise) {
    return perform(() -> tables.readDeletions(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readMaskedEnterprises() {
    return perform(() -> tables.readMaskedEnterprises());
  }

  @Override
  public CompletionStage<List<Summarized>> readRows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    return perform(() -> tables.readRows(partition, device, behind, limit));
  }

  @Override
  public CompletionStage<Void> eraseChunks(ChunkPartition partition, List<ChunkKey> keys) {
    return perform(() -> tables.eraseChunks(partition, keys));
  }

  @Override
  public CompletionStage<Void> eraseStates(List<State> states) {
    return perform(() -> tables.eraseStates(states));
  }

  @Override
  public CompletionStage<Void> eraseEvents(EventPartition partition, String toId) {
    return perform(() -> tables.eraseEvents(partition, toId));
  }

  @Override
  public CompletionStage<Void> eraseEvents(List<Event> events) {
    return perform(() -> tables.eraseEvents(events));
  }

  @Override
  public CompletionStage<List<Layout>> readLayouts(EnterpriseId enterprise) {
    return perform(() -> tables.readLayouts(enterprise));
  }

  private synchronized <T> CompletionStage<T> perform(Supplier<CompletionStage<T>> action) {
    if (threads != null) {
      return CompletableFuture.supplyAsync(() -> alone(action), threads);
    }
    int operation = operations++;
    if (operation == dieAt || (operation > dieAt && death != Death.ALONE)) {
      if (operation == dieAt && death == Death.AFTER) {
        action.get().toCompletableFuture().join();
      }
      return CompletableFuture.failedFuture(new IllegalStateException("cannot know: died"));
    }
    if (operation < sleepAt) {
      return action.get();
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    asleep.add(() -> result.complete(action.get().toCompletableFuture().join()));
    return result;
  }

  private synchronized <T> T alone(Supplier<CompletionStage<T>> action) {
    return action.get().toCompletableFuture().join();
  }
}
