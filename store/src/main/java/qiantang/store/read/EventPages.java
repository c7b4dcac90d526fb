package qiantang.store.read;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.RecordTables;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** What sorters have made events of, the newest first. Any thread. */
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

  /** Takes events, the newest first. */
  interface Page {
    /** One event of the list; it may be none of those asked for. */
    void event(Event event);

    /** Whether there are so many that no older one can be on the page. */
    boolean isFullOfEvents();

    /** Events before this id were not looked at: the page ends here, and the next begins. */
    void endAt(String id);
  }

  /**
   * Which events are looked at.
   *
   * @param device whose list; null for the enterprise's
   * @param beforeId only those before this id; null for all
   * @param limit how many are expected to do
   */
  record Range(
      EnterpriseId enterprise,
      @Nullable DeviceId device,
      long fromMicros,
      long toMicros,
      @Nullable String beforeId,
      int limit) {}

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
        Math.max(request.fromMicros(), keptFromMicros(nowMicros)),
        Math.min(request.toMicros(), reachMicros(nowMicros)),
        request.beforeId(),
        request.limit());
  }

  /** Before this time there are no events any more. */
  static long keptFromMicros(long nowMicros) {
    return nowMicros - micros(RecordTables.EVENTS_KEPT);
  }

  /** At and behind this time there are no events yet. */
  static long reachMicros(long nowMicros) {
    return nowMicros + micros(AHEAD_MAX);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  /** Adds events until the page is full, or no more are there or looked at. */
  CompletionStage<Void> visit(RejectionsRequest bounded, Page page) {
    return visit(
        new Range(
            bounded.enterprise(),
            bounded.device(),
            bounded.fromMicros(),
            bounded.toMicros(),
            bounded.beforeId(),
            bounded.limit()),
        page);
  }

  /** The same, of any list. */
  CompletionStage<Void> visit(Range range, Page page) {
    return range.fromMicros() < range.toMicros()
        ? new Walk(range, page).next()
        : CompletableFuture.completedFuture(null);
  }

  /** One walk, month by month. */
  private final class Walk {
    private final Range range;
    private final Page page;
    private final String fromId;
    private final long firstMonth;
    private long month;
    private String toId;
    private int rowsAtOnce;
    private int lookedAt;

    Walk(Range range, Page page) {
      this.range = range;
      this.page = page;
      fromId = EventId.first(range.fromMicros());
      firstMonth = EventPartition.monthOf(range.fromMicros());
      month = EventPartition.monthOf(range.toMicros() - 1);
      toId = EventId.first(range.toMicros());
      if (range.beforeId() != null && range.beforeId().compareTo(toId) < 0) {
        toId = range.beforeId();
      }
      rowsAtOnce = Math.min(range.limit() + 1, ROWS_AT_ONCE_MAX);
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
              new EventPartition(range.enterprise(), range.device(), month),
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
