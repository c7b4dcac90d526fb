package qiantang.store.read;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.RecordTables;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;

/** The rejections that sorters have made events of, the newest first. Any thread. */
final class EventPages {
  private static final int ROWS_AT_ONCE_MAX = 2000;

  /**
   * Events looked at for one answer, some 20 MB: a rare reason among many gets a short page with a
   * cursor instead of a request that reads a quarter of a year.
   */
  static final int LOOKED_AT_MAX = 50_000;

  // A day of clocks that differ. What arrives later than that by its node's clock is nowhere.
  private static final Duration AHEAD_MAX = Duration.ofDays(1);

  private final FoldTables folds;
  private final Executor executor;

  EventPages(FoldTables folds, Executor executor) {
    this.folds = folds;
    this.executor = executor;
  }

  /** The request within the times of which there can be events. */
  static RejectionsRequest bounded(RejectionsRequest request, long nowMicros) {
    return new RejectionsRequest(
        request.enterprise(),
        request.device(),
        request.reason(),
        Math.max(request.fromMicros(), nowMicros - micros(RecordTables.EVENTS_KEPT)),
        Math.min(request.toMicros(), nowMicros + micros(AHEAD_MAX)),
        request.beforeId(),
        request.limit());
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  /** Adds events until the page is full, or no more are there or looked at. */
  CompletionStage<Void> visit(RejectionsRequest bounded, RejectionPage page) {
    return bounded.fromMicros() < bounded.toMicros()
        ? new Walk(bounded, page).next()
        : CompletableFuture.completedFuture(null);
  }

  /** One walk, month by month. */
  private final class Walk {
    private final RejectionsRequest request;
    private final RejectionPage page;
    private final String fromId;
    private final long firstMonth;
    private long month;
    private String toId;
    private int rowsAtOnce;
    private int lookedAt;

    Walk(RejectionsRequest request, RejectionPage page) {
      this.request = request;
      this.page = page;
      fromId = EventId.first(request.fromMicros());
      firstMonth = EventPartition.monthOf(request.fromMicros());
      month = EventPartition.monthOf(request.toMicros() - 1);
      toId = EventId.first(request.toMicros());
      if (request.beforeId() != null && request.beforeId().compareTo(toId) < 0) {
        toId = request.beforeId();
      }
      rowsAtOnce = Math.min(request.limit() + 1, ROWS_AT_ONCE_MAX);
    }

    CompletionStage<Void> next() {
      if (month < firstMonth || page.isFullOfEvents()) {
        return CompletableFuture.completedFuture(null);
      }
      if (lookedAt >= LOOKED_AT_MAX) {
        page.endAt(toId);
        return CompletableFuture.completedFuture(null);
      }
      return folds
          .readEvents(
              new EventPartition(request.enterprise(), request.device(), month),
              fromId,
              toId,
              rowsAtOnce)
          .thenComposeAsync(this::take, executor);
    }

    private CompletionStage<Void> take(List<Event> events) {
      events.forEach(page::event);
      lookedAt += events.size();
      if (!events.isEmpty()) {
        toId = events.getLast().id();
      }
      if (events.size() < rowsAtOnce) {
        month--;
      }
      rowsAtOnce = Math.min(rowsAtOnce * 2, ROWS_AT_ONCE_MAX);
      return next();
    }
  }
}
