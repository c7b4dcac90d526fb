package qiantang.store.journal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.StartId;

/**
 * Seals starts whose heartbeat stands still, so that readers and folds know their end. Every node
 * watches all others; who notices first does it. Any thread.
 */
public final class StartWatch implements AutoCloseable {
  // A start without a heartbeat for this long is sealed by whoever notices (DESIGN: 60 s).
  private static final Duration DEAD = Duration.ofSeconds(60);
  private static final Duration PERIOD = Duration.ofSeconds(15);

  private static final Logger logger = LoggerFactory.getLogger(StartWatch.class);

  private final JournalTables tables;
  private final @Nullable StartId self;
  private final Ticker ticker;
  private final Timers timers;
  private final LimitedLog trouble;

  // Guarded by itself: last heartbeat seen of each other start, and when it was first seen.
  private final Map<StartId, Seen> seen = new HashMap<>();
  private volatile boolean closed;

  private record Seen(long beat, long sinceNanos) {}

  /**
   * A watch that has not begun.
   *
   * @param self the start that is not watched: one's own; null for none
   */
  public StartWatch(JournalTables tables, @Nullable StartId self, Ticker ticker, Timers timers) {
    this.tables = tables;
    this.self = self;
    this.ticker = ticker;
    this.timers = timers;
    trouble = new LimitedLog(logger, ticker);
  }

  /** Looks for the first time after 15 s, and again 15 s after each answer. */
  public void begin() {
    timers.after(PERIOD, this::look);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void look() {
    if (closed) {
      return;
    }
    var _ =
        tables
            .readStarts()
            .whenComplete(
                (starts, error) -> {
                  if (error == null) {
                    look(starts);
                  }
                  begin();
                });
  }

  private void look(List<Start> starts) {
    List<Start> alive =
        starts.stream().filter(start -> !start.sealed() && !start.id().equals(self)).toList();
    Set<StartId> ids = alive.stream().map(Start::id).collect(Collectors.toSet());
    synchronized (seen) {
      seen.keySet().retainAll(ids);
    }
    alive.stream().filter(this::isDead).forEach(this::seal);
  }

  private boolean isDead(Start start) {
    long now = ticker.nanos();
    synchronized (seen) {
      Seen before = seen.get(start.id());
      if (before == null || before.beat() != start.beat()) {
        seen.put(start.id(), new Seen(start.beat(), now));
        return false;
      }
      if (now - before.sinceNanos() < DEAD.toNanos()) {
        return false;
      }
      // Should the seal fail, it is tried again when the heartbeat has stood as long once more.
      seen.remove(start.id());
      return true;
    }
  }

  private void seal(Start dead) {
    var _ =
        tables
            .seal(dead.id(), dead.beat())
            .whenComplete(
                (isSealed, error) -> {
                  if (error != null) {
                    trouble.warn("cannot seal start " + dead.id(), error);
                  } else if (isSealed) {
                    logger.info(
                        "sealed start {} of {}: no heartbeat for {} s",
                        dead.id(),
                        dead.node(),
                        DEAD.toSeconds());
                  }
                });
  }
}
