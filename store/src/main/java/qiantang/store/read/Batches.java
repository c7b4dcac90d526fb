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
    if (partitions.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    int size = Math.min(atOnce, partitions.size());
    List<P> rest = partitions.subList(size, partitions.size());
    return all(partitions.subList(0, size).stream().map(read).toList())
        .thenComposeAsync(
            results -> {
              results.forEach(take);
              return read(rest, atOnce, read, take, executor);
            },
            executor);
  }

  /** The values of all stages, in their order, once the last is complete. */
  static <R> CompletionStage<List<R>> all(List<CompletionStage<R>> stages) {
    List<CompletableFuture<R>> futures =
        stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(nothing -> futures.stream().map(CompletableFuture::join).toList());
  }
}
