package qiantang.store.harness;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** One client's way to the tables, with what can befall it on the way. One thread. */
public final class FaultyTables implements JournalTables {
  /** What a client asks of the tables. */
  public enum Op {
    INSERT_FRAME,
    READ_FRAMES,
    KEEP_FRAMES,
    INSERT_WHEREABOUTS,
    READ_WHEREABOUTS,
    READ_ENTERPRISES,
    INSERT_START,
    BEAT,
    SEAL,
    READ_START,
    READ_STARTS,
    TIME
  }

  /** What becomes of one operation that fails; the client cannot tell which. */
  public enum Fault {
    /** It never reached the database. */
    LOST,
    /** It was applied, the answer was lost. */
    APPLIED,
    /** It is applied when the test says so, long after the client gave up. */
    LATE
  }

  /** A frame that was asked to be stored, in order of asking. */
  public record Attempt(FrameKey key, byte[] bytes) {}

  private record Held(Op op, Runnable perform, Runnable fail) {}

  private final JournalTables tables;
  private final Map<Op, Queue<Fault>> faults = new EnumMap<>(Op.class);
  private final Map<Op, Fault> outages = new EnumMap<>(Op.class);
  private final Map<Op, Integer> counts = new EnumMap<>(Op.class);
  private final Set<Op> holding = EnumSet.noneOf(Op.class);
  private final Queue<Held> held = new ArrayDeque<>();
  private final Queue<Runnable> late = new ArrayDeque<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<Whereabouts> whereaboutsAttempts = new ArrayList<>();
  private final List<Start> beats = new ArrayList<>();

  /** A way without faults, until the test makes some. */
  public FaultyTables(JournalTables tables) {
    this.tables = tables;
  }

  /** The next operation of this kind fails. */
  public void failNext(Op op, Fault fault) {
    faults.computeIfAbsent(op, key -> new ArrayDeque<>()).add(fault);
  }

  /** Every operation of this kind fails until {@link #mend}. */
  public void fail(Op op, Fault fault) {
    outages.put(op, fault);
  }

  /** Ends an outage. */
  public void mend(Op op) {
    outages.remove(op);
  }

  /** Operations of this kind are under way from now on, until they are released. */
  public void hold(Op... ops) {
    holding.addAll(List.of(ops));
  }

  /** What is held is performed, in order, and nothing is held any more. */
  public void release() {
    holding.clear();
    while (!held.isEmpty()) {
      held.remove().perform.run();
    }
  }

  /** The oldest held operation is performed; later ones of its kind are still held. */
  public void releaseOne() {
    held.remove().perform.run();
  }

  /** The oldest held operation fails without having reached the database. */
  public void failOne() {
    held.remove().fail.run();
  }

  /** How many operations of this kind are held. */
  public int held(Op op) {
    return (int) held.stream().filter(one -> one.op == op).count();
  }

  /** What was to be late arrives. */
  public void applyLate() {
    while (!late.isEmpty()) {
      late.remove().run();
    }
  }

  /** How many operations of this kind were asked for. */
  public int count(Op op) {
    return counts.getOrDefault(op, 0);
  }

  /** Every frame that was asked to be stored, repeats too. */
  public List<Attempt> attempts() {
    return attempts;
  }

  /** Every row of whereabouts that was asked to be stored, repeats too. */
  public List<Whereabouts> whereaboutsAttempts() {
    return whereaboutsAttempts;
  }

  /** Every heartbeat that was asked for. */
  public List<Start> beats() {
    return beats;
  }

  @Override
  public CompletionStage<Void> insertFrame(FrameKey key, byte[] bytes) {
    attempts.add(new Attempt(key, bytes));
    return perform(Op.INSERT_FRAME, () -> tables.insertFrame(key, bytes));
  }

  @Override
  public CompletionStage<List<StoredFrame>> readFrames(
      LaneMinute partition, long afterSequence, long bytes) {
    return perform(Op.READ_FRAMES, () -> tables.readFrames(partition, afterSequence, bytes));
  }

  @Override
  public CompletionStage<Integer> keepFrames(LaneMinute partition) {
    return perform(Op.KEEP_FRAMES, () -> tables.keepFrames(partition));
  }

  @Override
  public CompletionStage<Void> insertWhereabouts(Whereabouts row) {
    whereaboutsAttempts.add(row);
    return perform(Op.INSERT_WHEREABOUTS, () -> tables.insertWhereabouts(row));
  }

  @Override
  public CompletionStage<List<Whereabouts>> readWhereabouts(EnterpriseId enterprise) {
    return perform(Op.READ_WHEREABOUTS, () -> tables.readWhereabouts(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readEnterprises() {
    return perform(Op.READ_ENTERPRISES, tables::readEnterprises);
  }

  @Override
  public CompletionStage<Void> insertStart(Start start) {
    return perform(Op.INSERT_START, () -> tables.insertStart(start));
  }

  @Override
  public CompletionStage<Boolean> beat(Start start) {
    beats.add(start);
    return perform(Op.BEAT, () -> tables.beat(start));
  }

  @Override
  public CompletionStage<Boolean> seal(StartId start, long beat) {
    return perform(Op.SEAL, () -> tables.seal(start, beat));
  }

  @Override
  public CompletionStage<Optional<Start>> readStart(StartId start) {
    return perform(Op.READ_START, () -> tables.readStart(start));
  }

  @Override
  public CompletionStage<List<Start>> readStarts() {
    return perform(Op.READ_STARTS, tables::readStarts);
  }

  @Override
  public CompletionStage<Instant> databaseTime() {
    return perform(Op.TIME, tables::databaseTime);
  }

  private <T> CompletionStage<T> perform(Op op, Supplier<CompletionStage<T>> action) {
    counts.merge(op, 1, Integer::sum);
    Queue<Fault> next = faults.get(op);
    @Nullable Fault fault = next == null ? null : next.poll();
    if (fault == null) {
      fault = outages.get(op);
    }
    if (fault != null) {
      switch (fault) {
        case LOST -> {}
        case APPLIED -> join(action);
        case LATE -> late.add(() -> join(action));
      }
      return CompletableFuture.failedFuture(new IllegalStateException("cannot know: timed out"));
    }
    if (!holding.contains(op)) {
      return action.get();
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    held.add(
        new Held(
            op,
            () -> result.complete(join(action)),
            () -> result.completeExceptionally(new IllegalStateException("cannot know: cut"))));
    return result;
  }

  private static <T> T join(Supplier<CompletionStage<T>> action) {
    return action.get().toCompletableFuture().join();
  }
}
