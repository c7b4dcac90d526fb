package qiantang.store.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.StartId;

/**
 * Says every 5 s, by a transaction, that this start lives and how far its lanes are; learns so
 * whether it was sealed. A node acknowledges only while its last successful heartbeat is younger
 * than 20 s: a process that slept while another node sealed it can then never acknowledge again.
 */
final class Heartbeat {
  static final Duration PERIOD = Duration.ofSeconds(5);
  static final Duration FRESH = Duration.ofSeconds(20);
  private static final Duration RETRY = Duration.ofMillis(500);

  private static final Logger logger = LoggerFactory.getLogger(Heartbeat.class);

  private final JournalTables tables;
  private final StartId start;
  private final String node;
  private final boolean folds;
  private final long beginMinute;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Timers timers;
  private final JournalMeter meter;
  private final Supplier<List<LanePosition>> positions;
  private final Consumer<List<LanePosition>> announced;
  private final Runnable onSealed;

  // Guarded by this.
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private long beat = 1;
  private long freshUntilNanos;
  private long freshFromMillis;
  private long freshUntilMillis;
  private boolean isSilent;
  private long silentSinceNanos;
  private boolean beating = true; // until the start's row is inserted there is nothing to beat on
  private long timer;
  private boolean sealed;
  private boolean closed;
  private Duration clockSkew = Duration.ZERO;

  Heartbeat(
      JournalTables tables,
      StartId start,
      String node,
      boolean folds,
      long beginMinute,
      InstantSource clock,
      Ticker ticker,
      Timers timers,
      JournalMeter meter,
      Supplier<List<LanePosition>> positions,
      Consumer<List<LanePosition>> announced,
      Runnable onSealed) {
    this.tables = tables;
    this.start = start;
    this.node = node;
    this.folds = folds;
    this.beginMinute = beginMinute;
    this.clock = clock;
    this.ticker = ticker;
    this.timers = timers;
    this.meter = meter;
    this.positions = positions;
    this.announced = announced;
    this.onSealed = onSealed;
    freshUntilNanos = ticker.nanos();
    freshFromMillis = clock.millis();
    freshUntilMillis = freshFromMillis;
  }

  /** The first heartbeat has been inserted with the start's row; the next ones follow. */
  void begin(long sentNanos, long sentMillis) {
    succeeded(sentNanos, sentMillis);
    beatAfter(PERIOD);
  }

  /** The first heartbeat has been inserted but does not count; the next one follows at once. */
  void beginAnew() {
    synchronized (this) {
      beating = false;
    }
    beatNow();
  }

  /**
   * Runs the task now if the last heartbeat is fresh, else when one has succeeded; never if sealed.
   */
  void whenFresh(Runnable task) {
    boolean fresh;
    synchronized (this) {
      if (sealed || closed) {
        return;
      }
      fresh = isFresh();
      if (!fresh) {
        waiting.add(task);
      }
    }
    if (fresh) {
      task.run();
    } else {
      beatNow();
    }
  }

  /**
   * By both clocks: a machine that was suspended wakes with its ticker where it stood, but its wall
   * clock gone on. A wall clock that somebody sets costs one early heartbeat; set back, it would
   * else hide as long a sleep.
   */
  synchronized boolean isFresh() {
    long millis = clock.millis();
    return !sealed
        && ticker.nanos() - freshUntilNanos < 0
        && millis >= freshFromMillis
        && millis < freshUntilMillis;
  }

  /** Since the first heartbeat that was sent after the last success; zero where none was. */
  synchronized Duration silence() {
    return isSilent ? Duration.ofNanos(ticker.nanos() - silentSinceNanos) : Duration.ZERO;
  }

  /** Our wall clock minus the database's. */
  synchronized Duration clockSkew() {
    return clockSkew;
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
  }

  /**
   * One heartbeat at a time: a slow one delays the next, so that beats cannot overtake each other.
   */
  private void beatNow() {
    long number;
    synchronized (this) {
      if (beating || sealed || closed) {
        return;
      }
      beating = true;
      number = ++beat;
      if (!isSilent) {
        isSilent = true;
        silentSinceNanos = ticker.nanos();
      }
    }
    // Outside our lock: the positions are under the lanes' locks.
    Start row = new Start(start, node, beginMinute, number, 0, false, folds, positions.get());
    long sentNanos = ticker.nanos();
    long sentMillis = clock.millis();
    tables
        .beat(row)
        .whenComplete(
            (applied, error) -> {
              if (error != null) {
                failed(error);
              } else if (applied) {
                announced.accept(row.lanes());
                succeeded(sentNanos, sentMillis);
                compareClocks();
                beatAfter(PERIOD);
              } else {
                foundSealed();
              }
            });
  }

  private void succeeded(long sentNanos, long sentMillis) {
    List<Runnable> ready;
    synchronized (this) {
      beating = false;
      isSilent = false;
      // Counted from when it was sent: whoever seals us starts counting no earlier.
      freshUntilNanos = sentNanos + FRESH.toNanos();
      freshFromMillis = sentMillis;
      freshUntilMillis = sentMillis + FRESH.toMillis();
      if (!isFresh()) {
        return; // took longer than it is good for: only the next one counts
      }
      ready = new ArrayList<>(waiting);
      waiting.clear();
    }
    ready.forEach(Runnable::run);
  }

  private void failed(Throwable error) {
    synchronized (this) {
      beating = false;
    }
    meter.missedBeat("cannot write the heartbeat of start " + start, error);
    beatAfter(RETRY);
  }

  /**
   * One timer counts at a time: a heartbeat out of turn moves it, it does not begin a second row.
   */
  private void beatAfter(Duration delay) {
    long number;
    synchronized (this) {
      number = ++timer;
    }
    timers.after(
        delay,
        () -> {
          if (isLatest(number)) {
            beatNow();
          }
        });
  }

  private synchronized boolean isLatest(long number) {
    return number == timer;
  }

  private void foundSealed() {
    synchronized (this) {
      beating = false;
      sealed = true;
      waiting.clear();
      if (closed) {
        return; // the program ends, or has begun anew already
      }
    }
    logger.error("start {} was sealed by another node; it acknowledges nothing more", start);
    onSealed.run();
  }

  private void compareClocks() {
    Instant before = clock.instant();
    tables
        .databaseTime()
        .whenComplete(
            (databaseTime, error) -> {
              if (error != null) {
                return; // the next heartbeat asks again; the heartbeat itself tells of an outage
              }
              // The database looked at its clock between our two looks: take the middle.
              Instant middle = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
              synchronized (this) {
                clockSkew = Duration.between(databaseTime, middle);
              }
            });
  }
}
