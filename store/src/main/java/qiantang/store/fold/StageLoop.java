package qiantang.store.fold;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stages one after another, by a loop and not by a recursion: thousands of them that are complete
 * at once take no more stack than one. Each is made on the executor, whoever completed the one
 * before.
 */
final class StageLoop {
  /** Nothing, at once. */
  static final CompletionStage<Void> DONE = CompletableFuture.<Void>completedFuture(null);

  private final Executor executor;
  private final Supplier<? extends @Nullable CompletionStage<?>> steps;
  private final CompletableFuture<Void> result = new CompletableFuture<>();

  private StageLoop(Executor executor, Supplier<? extends @Nullable CompletionStage<?>> steps) {
    this.executor = executor;
    this.steps = steps;
  }

  /**
   * Runs to the first step that is null, or that fails.
   *
   * @param steps makes the next stage; null ends the loop
   */
  static CompletionStage<Void> run(
      Executor executor, Supplier<? extends @Nullable CompletionStage<?>> steps) {
    StageLoop loop = new StageLoop(executor, steps);
    loop.turnAfter(DONE);
    return loop.result;
  }

  /** Asks for all items, some at once; the answers are in order of the items. */
  static <T, R> CompletionStage<List<R>> all(
      Executor executor, List<T> items, int atOnce, Function<T, CompletionStage<R>> ask) {
    List<CompletableFuture<R>> answers = new ArrayList<>(items.size());
    items.forEach(item -> answers.add(new CompletableFuture<>()));
    AtomicInteger next = new AtomicInteger();
    Supplier<@Nullable CompletionStage<?>> steps =
        () -> {
          int index = next.getAndIncrement();
          if (index >= items.size()) {
            return null;
          }
          return ask.apply(items.get(index)).thenAccept(answers.get(index)::complete);
        };
    List<CompletableFuture<Void>> loops = new ArrayList<>();
    for (int i = Math.min(atOnce, items.size()); i > 0; i--) {
      CompletableFuture<Void> loop = run(executor, steps).toCompletableFuture();
      loops.add(loop);
      loop.exceptionally(
          error -> {
            next.set(items.size()); // the others begin nothing more
            return null;
          });
    }
    return CompletableFuture.allOf(loops.toArray(CompletableFuture[]::new))
        .thenApply(nothing -> answers.stream().map(CompletableFuture::join).toList());
  }

  private void turnAfter(CompletionStage<?> stage) {
    var _ =
        stage
            .thenRunAsync(this::turn, executor)
            .whenComplete(
                (nothing, error) -> {
                  if (error != null) {
                    result.completeExceptionally(cause(error));
                  }
                });
  }

  private void turn() {
    while (true) {
      CompletionStage<?> stage = steps.get();
      if (stage == null) {
        result.complete(null);
        return;
      }
      CompletableFuture<?> future = stage.toCompletableFuture();
      if (!future.isDone() || future.isCompletedExceptionally()) {
        turnAfter(future);
        return;
      }
    }
  }

  /** What went wrong, without the wrapping that stages put around it. */
  static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
