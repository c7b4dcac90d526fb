package qiantang.query.read;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceId;
import qiantang.store.trace.TraceRecord;
import qiantang.store.trace.TraceTables;

/** What a live trace has told since it was last asked. Blocks: virtual threads only. */
public final class ReadTrace {
  /** Requests that wait for something to happen; more are answered with what there is. */
  static final int WAITING_MAX = 64;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(400);

  /** What comes after a trace is over: nodes hear of it within seconds, and write on. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private static final int ROWS_AT_ONCE = 1000;

  private final TraceTables tables;
  private final StoreWait store;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Semaphore waiting = new Semaphore(WAITING_MAX);

  /**
   * What is asked.
   *
   * @param patience for how long, where there is nothing new
   */
  public record Wanted(TracePosition from, int limit, Duration patience) {}

  /**
   * What there is.
   *
   * @param next where to go on; null where nothing more can come
   */
  public record Found(Trace trace, List<TraceRecord> records, @Nullable TracePosition next) {}

  /** Reads from these tables. */
  public ReadTrace(TraceTables tables, StoreWait store, InstantSource clock, Ticker ticker) {
    this.tables = tables;
    this.store = store;
    this.clock = clock;
    this.ticker = ticker;
  }

  /** A page, empty where there is no such trace. */
  public Optional<Found> run(Leave leave, String id, Wanted wanted) {
    Optional<Found> found = look(leave.enterprise(), id, wanted);
    if (found.isEmpty() || !isToWait(found.get(), wanted) || !waiting.tryAcquire()) {
      return found;
    }
    try {
      long endNanos = ticker.nanos() + wanted.patience.toNanos();
      while (found.isPresent()
          && isToWait(found.get(), wanted)
          && ticker.nanos() < endNanos
          && pause()) {
        found = look(leave.enterprise(), id, wanted);
      }
      return found;
    } finally {
      waiting.release();
    }
  }

  private static boolean isToWait(Found found, Wanted wanted) {
    return found.records.isEmpty()
        && found.next != null
        && !found.trace.isStopped()
        && wanted.patience.isPositive();
  }

  /** False where the program is stopping. */
  private static boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Optional<Found> look(EnterpriseId enterprise, String id, Wanted wanted) {
    // First: what it told before it was over is seen then.
    Instant now = clock.instant();
    return store
        .await(tables.trace(enterprise, id))
        .map(trace -> read(trace, now, wanted.from, wanted.limit));
  }

  private Found read(Trace trace, Instant now, TracePosition from, int limit) {
    List<TraceRecord> fresh = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    String at = from.fromId();
    boolean isAll = false;
    while (!isAll && fresh.size() < limit) {
      List<TraceRecord> rows =
          store.await(tables.records(trace.enterprise(), trace.id(), at, ROWS_AT_ONCE));
      int looked = 0;
      for (TraceRecord row : rows) {
        if (fresh.size() == limit) {
          break;
        }
        looked++;
        seen.add(TraceId.node(row.id()));
        if (from.isNew(row)) {
          fresh.add(row);
        }
      }
      isAll = looked == rows.size() && rows.size() < ROWS_AT_ONCE;
      at = rows.isEmpty() ? at : rows.getLast().id() + "~"; // behind it
    }
    TracePosition next = from.behind(fresh, isAll ? seen : null);
    boolean isOver = fresh.isEmpty() && isOver(trace, now);
    return new Found(trace, fresh, isOver ? null : next);
  }

  /** One that was stopped may tell until its time would have been over: nobody noted when. */
  private static boolean isOver(Trace trace, Instant now) {
    return now.isAfter(trace.until().plus(LAST_WORDS));
  }
}
