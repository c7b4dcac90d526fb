package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * One coarse timer wheel per event loop instead of a scheduled task per channel: moving a deadline
 * costs nothing, because whoever comes due looks at his own clock and may schedule himself again.
 * Event loop only.
 */
final class TimerWheel {
  /** How often the wheel is advanced, and how late a deadline is noticed at most. */
  static final long TICK_NANOS = 250_000_000L;

  // 128 s around; a later deadline comes up once a turn, looks, and goes back.
  private static final int SLOTS = 512;

  /** Somebody with a deadline, linked into a slot, so that leaving takes no search. */
  static final class Timer {
    private final Due due;
    private @Nullable Timer previous;
    private @Nullable Timer next;

    Timer(Due due) {
      this.due = due;
    }
  }

  /** What happens at a deadline. */
  @FunctionalInterface
  interface Due {
    /** The deadline has come, or the wheel cannot look as far ahead as it is. */
    void due(long nowNanos);
  }

  private final Timer[] slots = new Timer[SLOTS];
  private long tick;

  TimerWheel(long nowNanos) {
    tick = nowNanos / TICK_NANOS;
    for (int i = 0; i < SLOTS; i++) {
      Timer head = new Timer(now -> {});
      head.previous = head;
      head.next = head;
      slots[i] = head;
    }
  }

  /** Sets or moves a deadline. */
  void schedule(Timer timer, long deadlineNanos) {
    cancel(timer);
    long at = Math.floorDiv(deadlineNanos, TICK_NANOS) + 1;
    long slot = Math.clamp(at, tick + 1, tick + SLOTS - 1);
    link(timer, slots[(int) Math.floorMod(slot, (long) SLOTS)]);
  }

  /** Forgets a deadline, if there is one. */
  void cancel(Timer timer) {
    Timer previous = timer.previous;
    Timer next = timer.next;
    if (previous != null && next != null) {
      previous.next = next;
      next.previous = previous;
      timer.previous = null;
      timer.next = null;
    }
  }

  /** Runs all that came due up to now. */
  void advance(long nowNanos) {
    long end = Math.floorDiv(nowNanos, TICK_NANOS);
    if (end - tick > SLOTS) {
      tick = end - SLOTS; // after a long pause each slot is looked at once
    }
    while (tick < end) {
      tick++;
      run(slots[(int) Math.floorMod(tick, (long) SLOTS)], nowNanos);
    }
  }

  private void run(Timer head, long nowNanos) {
    // Who is scheduled meanwhile lands in a later slot, so this one empties.
    for (Timer timer = head.next; timer != null && timer != head; timer = head.next) {
      cancel(timer);
      timer.due.due(nowNanos);
    }
  }

  private static void link(Timer timer, Timer head) {
    Timer last = head.previous;
    if (last == null) {
      throw new AssertionError("BUG: a slot without a ring");
    }
    timer.previous = last;
    timer.next = head;
    last.next = timer;
    head.previous = timer;
  }
}
