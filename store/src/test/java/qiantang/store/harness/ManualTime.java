package qiantang.store.harness;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/** Wall clock, ticker, timers and executor of a test; time passes when the test says so. */
public final class ManualTime implements InstantSource, Ticker, Timers, Executor {
  /** Not at a minute's begin, so that a step of a minute is no accident. */
  public static final Instant BEGIN = Instant.parse("2026-01-15T08:00:30Z");

  // The ticker overflows 10 s into every test: only differences of it may be compared.
  private static final long TICKER_BEGIN = Long.MAX_VALUE - 10_000_000_000L;

  private record Timer(long dueNanos, long order, Runnable task) {}

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          Comparator.comparingLong(Timer::dueNanos).thenComparingLong(Timer::order));
  private long elapsedNanos;
  private long order;
  private Duration wallStep = Duration.ZERO;

  /** Time that stands at {@link #BEGIN}. */
  public ManualTime() {}

  @Override
  public Instant instant() {
    return BEGIN.plusNanos(elapsedNanos).plus(wallStep);
  }

  /** The wall clock, as records have it. */
  public long micros() {
    return instant().toEpochMilli() * 1000;
  }

  /** The wall clock's minute, as lanes label it. */
  public long minute() {
    return Math.floorDiv(instant().toEpochMilli(), 60_000L);
  }

  @Override
  public long nanos() {
    return TICKER_BEGIN + elapsedNanos;
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timers.add(new Timer(elapsedNanos + delay.toNanos(), order++, task));
  }

  @Override
  public void execute(Runnable task) {
    after(Duration.ZERO, task);
  }

  /** Moves the wall clock alone, as NTP or an operator does. */
  public void stepWallClock(Duration by) {
    wallStep = wallStep.plus(by);
  }

  /** Runs what is due now and what that makes due, until nothing is. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /** Lets time pass and runs every timer at its moment, in order. */
  public void advance(Duration by) {
    long end = elapsedNanos + by.toNanos();
    while (!timers.isEmpty() && timers.element().dueNanos <= end) {
      Timer timer = timers.remove();
      elapsedNanos = Math.max(elapsedNanos, timer.dueNanos);
      timer.task.run();
    }
    elapsedNanos = end;
  }
}
