package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stages one after another. A fold that lags goes through thousands of them: neither the stack nor
 * a chain of stages grows with their number.
 */
final class Turns {
  /** A stage that is complete. */
  static final CompletionStage<Void> NOTHING = CompletableFuture.<Void>completedFuture(null);

  private final Executor executor;
  private final Next next;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /** Begins what comes next; null where nothing is left. Never called by two threads at once. */
  @FunctionalInterface
  interface Next {
    @Nullable CompletionStage<?> begin();
  }

  private Turns(Executor executor, Next next) {
    this.executor = executor;
    this.next = next;
  }

  /**
   * Begins a stage whenever the one before is complete. The first begins on the caller's thread,
   * the others on the executor. Complete when nothing is left, failed as soon as one fails.
   */
  static CompletionStage<Void> each(Executor executor, Next next) {
    Turns turns = new Turns(executor, next);
    turns.goOn();
    return turns.done;
  }

  /**
   * The same with up to so many stages under way. After a failure nothing more begins, and what is
   * under way is waited for.
   */
  static CompletionStage<Void> each(int atOnce, Executor executor, Next next) {
    AtomicBoolean failed = new AtomicBoolean();
    Next guarded = () -> failed.get() ? null : beginOne(next, failed);
    CompletableFuture<?>[] lanes = new CompletableFuture<?>[atOnce];
    for (int i = 0; i < atOnce; i++) {
      lanes[i] = each(executor, guarded).toCompletableFuture();
    }
    return CompletableFuture.allOf(lanes);
  }

  /** Asks for all items, up to so many at once; the answers are in order of the items. */
  static <T, R> CompletionStage<List<R>> all(
      int atOnce, Executor executor, List<T> items, Function<T, CompletionStage<R>> ask) {
    Iterator<T> remaining = items.iterator();
    List<CompletableFuture<R>> answers = new ArrayList<>(items.size());
    Next next =
        () -> {
          if (!remaining.hasNext()) {
            return null;
          }
          CompletableFuture<R> answer = ask.apply(remaining.next()).toCompletableFuture();
          answers.add(answer);
          return answer;
        };
    return each(atOnce, executor, next)
        .thenApply(nothing -> answers.stream().map(CompletableFuture::join).toList());
  }

  private static @Nullable CompletionStage<?> beginOne(Next next, AtomicBoolean failed) {
    synchronized (next) {
      try {
        CompletionStage<?> begun = next.begin();
        return begun == null
            ? null
            : begun.whenComplete((value, error) -> failed.compareAndSet(false, error != null));
      } catch (RuntimeException | Error e) {
        failed.set(true);
        throw e;
      }
    }
  }

  private void goOn() {
    try {
      CompletionStage<?> begun = next.begin();
      while (begun != null) {
        CompletableFuture<?> stage = begun.toCompletableFuture();
        if (!stage.isDone() || stage.isCompletedExceptionally()) {
          begun.whenComplete((value, error) -> ended(error));
          return;
        }
        begun = next.begin();
      }
      done.complete(null);
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  private void ended(@Nullable Throwable error) {
    if (error != null) {
      done.completeExceptionally(error);
      return;
    }
    try {
      executor.execute(this::goOn);
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e); // the program stops
    }
  }
}
