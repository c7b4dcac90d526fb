package qiantang.store.read;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads of many partitions: some at a time, and what they bring in the order of the partitions. */
final class Batches {
  private Batches() {}

  /**
   * Reads all of these.
   *
   * @param atOnce reads under way at a time
   * @param executor runs what takes the results; the database's own threads must not
   */
  static <P, R> CompletionStage<Void> read(
      List<P> partitions,
      int atOnce,
      Function<P, CompletionStage<R>> read,
      Consumer<R> take,
      Executor executor) {
    Walk<P, R> walk = new Walk<>(partitions, atOnce, read, take, executor);
    walk.goOn();
    return walk.done;
  }

  /** A loop and no recursion: behind a fold that lags there are thousands of partitions. */
  private static final class Walk<P, R> {
    private final List<P> partitions;
    private final int atOnce;
    private final Function<P, CompletionStage<R>> read;
    private final Consumer<R> take;
    private final Executor executor;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int next;

    Walk(
        List<P> partitions,
        int atOnce,
        Function<P, CompletionStage<R>> read,
        Consumer<R> take,
        Executor executor) {
      this.partitions = partitions;
      this.atOnce = atOnce;
      this.read = read;
      this.take = take;
      this.executor = executor;
    }

    void goOn() {
      while (next < partitions.size()) {
        int from = next;
        next = Math.min(partitions.size(), from + atOnce);
        CompletableFuture<List<R>> results =
            all(partitions.subList(from, next).stream().map(read).toList()).toCompletableFuture();
        if (!results.isDone() || results.isCompletedExceptionally()) {
          var _ =
              results
                  .thenAcceptAsync(this::takeAndGoOn, executor)
                  .exceptionally(
                      error -> {
                        done.completeExceptionally(error);
                        return null;
                      });
          return;
        }
        results.join().forEach(take);
      }
      done.complete(null);
    }

    private void takeAndGoOn(List<R> results) {
      results.forEach(take);
      goOn();
    }
  }

  /** The values of all stages, in their order, once the last is complete. */
  static <R> CompletionStage<List<R>> all(List<CompletionStage<R>> stages) {
    List<CompletableFuture<R>> futures =
        stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(nothing -> futures.stream().map(CompletableFuture::join).toList());
  }
}
