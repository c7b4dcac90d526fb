package qiantang.query.waiting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import qiantang.store.codec.TooNewException;

/** Waits for the store, never longer than a bound. Blocks: virtual threads only. */
public final class StoreWait {
  // Calls under way for one request: enough to hide the round trip, few enough that a request of
  // 1,000 devices leaves the database to others.
  private static final int CALLS_AT_ONCE = 32;

  private final Duration bound;

  /** Waits at most so long for each answer. */
  public StoreWait(Duration bound) {
    this.bound = bound;
  }

  /** The value of a stage. */
  public <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(bound.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error bug) {
        throw bug;
      }
      if (e.getCause() instanceof TooNewException) {
        throw new StoreUnavailable(
            "this node is of an older version than what is stored: ask another, or later", e);
      }
      // The cause is the driver's and goes to the log alone: people outside read this sentence.
      throw new StoreUnavailable("the store cannot be reached, or refused what was asked", e);
    } catch (TimeoutException e) {
      throw new StoreUnavailable("the store did not answer within " + bound.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailable("stopped while waiting for the store", e);
    }
  }

  /** The values of one call per item, in their order; some calls at a time. */
  public <T, R> List<R> awaitEach(List<T> items, Function<T, CompletionStage<R>> call) {
    List<R> results = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += CALLS_AT_ONCE) {
      List<CompletionStage<R>> stages =
          items.subList(from, Math.min(from + CALLS_AT_ONCE, items.size())).stream()
              .map(call)
              .toList();
      for (CompletionStage<R> stage : stages) {
        results.add(await(stage));
      }
    }
    return results;
  }
}
