package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/** Clock, ticker and timers that stand until they are told to move. Any thread. */
final class VirtualTime implements InstantSource, Ticker, Timers {
  private record Timer(long dueNanos, long order, Runnable task) {}

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          Comparator.comparingLong(Timer::dueNanos).thenComparingLong(Timer::order));
  private final Instant begin;
  private long elapsedNanos;
  private long order;

  VirtualTime(Instant begin) {
    this.begin = begin;
  }

  @Override
  public synchronized Instant instant() {
    return begin.plusNanos(elapsedNanos);
  }

  @Override
  public synchronized long nanos() {
    return elapsedNanos;
  }

  @Override
  public synchronized void after(Duration delay, Runnable task) {
    timers.add(new Timer(elapsedNanos + delay.toNanos(), order++, task));
  }

  /** Jumps ahead, then runs all that is due. */
  void advance(Duration by) {
    synchronized (this) {
      elapsedNanos += by.toNanos();
    }
    for (@Nullable Runnable task = due(); task != null; task = due()) {
      task.run();
    }
  }

  private synchronized @Nullable Runnable due() {
    Timer first = timers.peek();
    return first == null || first.dueNanos > elapsedNanos ? null : timers.remove().task;
  }
}
