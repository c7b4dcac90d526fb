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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * One fold's way to the tables: tells what it asked for, and fails or stops where it is told. One
 * thread, unless it answers on others.
 */
final class WatchedFolds extends HeldFolds {
  /** What becomes of an operation that fails, and of those after it. */
  enum Death {
    /** It never reached the database. */
    BEFORE,
    /** It was applied. */
    AFTER,
    /** It alone never reached the database; the fold lives, and whatever it asks for is done. */
    ALONE
  }

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
    super(tables);
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
  public synchronized CompletionStage<Void> insertLayout(EnterpriseId enterprise, Layout layout) {
    layouts.add(layout);
    return keepsLayouts
        ? perform(() -> tables.insertLayout(enterprise, layout))
        : CompletableFuture.completedFuture(null);
  }

  @Override
  synchronized <T> CompletionStage<T> perform(Supplier<CompletionStage<T>> action) {
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
