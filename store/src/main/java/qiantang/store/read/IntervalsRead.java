package qiantang.store.read;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;

/**
 * One question about intervals. What no chunk has yet comes in the order of arrival and chunks in
 * that of event time, so the former is collected first, as far as there is room for it; where there
 * is not, the question goes on behind it in a second round, and so on. One thread at a time.
 */
final class IntervalsRead {
  private final IntervalsRequest request;
  private final LayoutHistory history;
  private final Masks masks;
  private final Function<SeriesMerge, CompletionStage<Void>> readRecent;
  private final IntervalChunks chunks;
  private final int recentMax;
  private final Executor executor;
  private final IntervalMerge merge;

  /**
   * A question.
   *
   * @param readRecent reads what no chunk has yet into a merge
   * @param recentMax how many samples of that are held at once
   */
  IntervalsRead(
      IntervalsRequest request,
      LayoutHistory history,
      Masks masks,
      Function<SeriesMerge, CompletionStage<Void>> readRecent,
      IntervalChunks chunks,
      int recentMax,
      Executor executor) {
    this.request = request;
    this.history = history;
    this.masks = masks;
    this.readRecent = readRecent;
    this.chunks = chunks;
    this.recentMax = recentMax;
    this.executor = executor;
    merge = new IntervalMerge(request, history, masks);
  }

  CompletionStage<IntervalsAnswer> run() {
    return round(request.fromMicros()).thenApply(nothing -> merge.answer());
  }

  private CompletionStage<Void> round(long fromMicros) {
    SeriesMerge recent =
        new SeriesMerge(
            new SeriesRequest(
                request.enterprise(),
                request.device(),
                request.metrics(),
                fromMicros,
                request.toMicros(),
                recentMax),
            history,
            masks);
    return readRecent
        .apply(recent)
        .thenComposeAsync(
            nothing -> {
              if (fromMicros == request.fromMicros()) {
                merge.damaged(recent.damaged()); // the same in every round
              }
              merge.begin(fromMicros, recent);
              return chunks.visit(history, request, fromMicros, merge.toMicros(), true, merge);
            },
            executor)
        .thenComposeAsync(
            nothing -> {
              merge.end();
              return merge.toMicros() < request.toMicros() && !merge.isTooLarge()
                  ? round(merge.toMicros())
                  : CompletableFuture.completedFuture(null);
            },
            executor);
  }
}
