package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine's way to the tables: everything takes its time, some of it is lost or applied although
 * nobody hears of it, at once or an hour after the client gave up. Two operations sent one after
 * the other may be applied in either order. One thread.
 */
final class Way {
  /** What an operation is to the tables. */
  enum Kind {
    READ,
    WRITE,
    /**
     * A write after which the process may well stop: the steps between two of them are its work.
     */
    STEP
  }

  /** An operation has failed; whether it was applied is not known. */
  private static final class Loss extends RuntimeException {
    Loss(String what) {
      // No trace of the stack: it would cost more than all else of the operation.
      super("cannot know: no answer to " + what, null, false, false);
    }
  }

  /** The driver's request timeout. */
  private static final long TIMEOUT_NANOS = 2 * VirtualTime.SECOND;

  private static final long LATE_MAX_NANOS = 100 * VirtualTime.MINUTE;
  private static final long NEVER = -1;

  private final Machine machine;
  private final VirtualTime time;
  private final Dice dice;
  private final Trace trace;
  private int failsPerMille;
  private int stallsPerMille;
  private long slowNanos;
  private boolean away;
  private @Nullable String doomed;

  Way(Machine machine, VirtualTime time, Dice dice, Trace trace) {
    this.machine = machine;
    this.time = time;
    this.dice = dice;
    this.trace = trace;
  }

  /**
   * How bad it is from now on.
   *
   * @param fails so many operations in a thousand fail
   * @param stalls after so many steps in a thousand the machine stalls for seconds to an hour
   * @param slow every operation may take so much longer, nanoseconds
   */
  void weather(int fails, int stalls, long slow) {
    failsPerMille = fails;
    stallsPerMille = stalls;
    slowNanos = slow;
  }

  /** Whether the tables cannot be reached at all. */
  void away(boolean isAway) {
    away = isAway;
  }

  /** The next operation of this name is given up, and applied long after. */
  void delay(String what) {
    doomed = what;
  }

  /** Sends an operation; the tables' stages must be complete when they are returned. */
  <T> CompletionStage<T> perform(Kind kind, String what, Supplier<CompletionStage<T>> action) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    int life = machine.life();
    if (what.equals(doomed)) {
      doomed = null;
      fail(dice.between(TIMEOUT_NANOS, LATE_MAX_NANOS), what, action, life, answer);
    } else if (away || dice.chance(failsPerMille)) {
      fail(away || kind == Kind.READ ? NEVER : fate(), what, action, life, answer);
    } else {
      long thereNanos = leg();
      long backNanos = dice.chance(500) ? leg() : 0;
      time.after(
          thereNanos,
          () -> {
            CompletionStage<T> done = action.get();
            if (backNanos == 0) {
              machine.arrive(life, () -> complete(answer, done));
            } else {
              time.after(backNanos, () -> machine.arrive(life, () -> complete(answer, done)));
            }
          });
    }
    if (kind == Kind.STEP && dice.chance(stallsPerMille)) {
      machine.stall(stallNanos(), dice.chance(300));
    }
    return answer;
  }

  /** Performs an operation on each row; as one, or each on a way of its own. */
  <R> CompletionStage<Void> performAll(
      Kind kind, String what, List<R> rows, Function<List<R>, CompletionStage<Void>> action) {
    if (rows.size() <= 1 || dice.chance(500)) {
      return perform(kind, what, () -> action.apply(rows));
    }
    List<CompletableFuture<Void>> each = new ArrayList<>(rows.size());
    for (R row : rows) {
      List<R> one = List.of(row);
      each.add(perform(kind, what, () -> action.apply(one)).toCompletableFuture());
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
  }

  /** After how long a write is applied of which its client never hears. */
  private long fate() {
    return switch (dice.below(9)) {
      case 0, 1, 2 -> NEVER;
      case 3, 4, 5 -> leg();
      case 6 -> TIMEOUT_NANOS + dice.between(0, 10 * VirtualTime.SECOND);
      case 7 -> TIMEOUT_NANOS + dice.between(0, 10 * VirtualTime.MINUTE);
      default -> TIMEOUT_NANOS + dice.between(0, VirtualTime.HOUR);
    };
  }

  private <T> void fail(
      long appliedNanos,
      String what,
      Supplier<CompletionStage<T>> action,
      int life,
      CompletableFuture<T> answer) {
    if (appliedNanos == NEVER) {
      trace.note(machine.name(), "loses", what.hashCode(), what);
    } else {
      trace.note(machine.name(), "never hears of", appliedNanos, what);
      time.after(
          appliedNanos,
          () -> {
            trace.note(machine.name(), "late is applied", what.hashCode(), what);
            var _ = action.get();
          });
    }
    // A broken connection is known at once, a lost packet after the timeout.
    time.after(
        dice.chance(300) ? leg() : TIMEOUT_NANOS,
        () -> machine.arrive(life, () -> answer.completeExceptionally(new Loss(what))));
  }

  /** Whether this is how the tables fail, and no bug. */
  static boolean isLoss(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof Loss;
  }

  private static <T> void complete(CompletableFuture<T> answer, CompletionStage<T> done) {
    CompletableFuture<T> result = done.toCompletableFuture();
    if (!result.isDone()) {
      throw new AssertionError("BUG: tables in memory answer at once");
    }
    if (result.isCompletedExceptionally()) {
      answer.completeExceptionally(result.exceptionNow());
    } else {
      answer.complete(result.join());
    }
  }

  private long leg() {
    long nanos =
        switch (dice.below(16)) {
          case 0 -> dice.between(1, 300 * VirtualTime.MILLI);
          case 1, 2, 3 -> dice.between(1, 20 * VirtualTime.MILLI);
          default -> dice.between(1, VirtualTime.MILLI);
        };
    return slowNanos > 0 && dice.chance(300) ? nanos + dice.between(0, slowNanos) : nanos;
  }

  private long stallNanos() {
    return switch (dice.below(4)) {
      case 0 -> dice.between(VirtualTime.SECOND, 30 * VirtualTime.SECOND);
      case 1 -> dice.between(30 * VirtualTime.SECOND, 2 * VirtualTime.MINUTE);
      case 2 -> dice.between(2 * VirtualTime.MINUTE, 10 * VirtualTime.MINUTE);
      default -> dice.between(10 * VirtualTime.MINUTE, 70 * VirtualTime.MINUTE);
    };
  }
}
