package qiantang.store.simulation;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/** The true time of a world, and what will happen in it. One thread. */
final class VirtualTime {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  static final long MINUTE = 60 * SECOND;
  static final long HOUR = 60 * MINUTE;

  // A world takes some thousands; one that runs in a circle must end.
  private static final long EVENTS_MAX = 2_000_000;

  private record Event(long dueNanos, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return dueNanos != other.dueNanos
          ? Long.compare(dueNanos, other.dueNanos)
          : Long.compare(order, other.order);
    }
  }

  private final Instant begin;
  private final PriorityQueue<Event> events = new PriorityQueue<>(256);
  private final ArrayDeque<Runnable> now = new ArrayDeque<>();
  private long nanos;
  private long order;
  private long timersLateNanos;

  VirtualTime(Instant begin) {
    this.begin = begin;
  }

  /** Since the world began. */
  long nanos() {
    return nanos;
  }

  /** What a perfect clock shows. */
  Instant instant() {
    return begin.plusNanos(nanos);
  }

  /** What a perfect clock shows, microseconds since 1970 UTC. */
  long micros() {
    return begin.getEpochSecond() * 1_000_000 + nanos / 1000;
  }

  /** The minute it shows. */
  long minute() {
    return Math.floorDiv(micros(), 60_000_000L);
  }

  /** How many events there were and will be: two runs of one seed have as many. */
  long events() {
    return order;
  }

  /** Runs the task once after the delay; of two at the same moment the one that came first. */
  void after(long delayNanos, Runnable task) {
    events.add(new Event(nanos + delayNanos, count(), task));
  }

  /** Runs the task now, behind what else is to run now. */
  void soon(Runnable task) {
    count();
    now.add(task);
  }

  private long count() {
    if (order == EVENTS_MAX) {
      throw new AssertionError("a world that does not come to rest");
    }
    return order++;
  }

  /** Lets time pass and runs every event at its moment. */
  void advance(long byNanos) {
    long end = nanos + byNanos;
    runNow();
    while (!events.isEmpty() && events.peek().dueNanos <= end) {
      Event event = events.remove();
      nanos = event.dueNanos;
      event.task.run();
      runNow();
    }
    nanos = end;
  }

  private void runNow() {
    while (!now.isEmpty()) {
      now.remove().run();
    }
  }

  /**
   * The same, while timers are late by up to so much: a heartbeat costs what a message costs, and
   * an hour of quiet has 720 of each node.
   */
  void advanceSluggishly(long byNanos, long lateNanos) {
    timersLateNanos = lateNanos;
    advance(byNanos);
    timersLateNanos = 0;
  }

  /** How late timers are that are set now. */
  long timersLateNanos() {
    return timersLateNanos;
  }
}
