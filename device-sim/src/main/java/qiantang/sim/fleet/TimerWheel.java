package qiantang.sim.fleet;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Timers as numbers, in 12 bytes each and without an object: a slot is a chain of timers through
 * {@code next}. Three levels of 1,024 slots reach 12 days at a tick of 1 ms; what is due later is
 * put into the farthest slot and looked at again there (Varghese and Lauck, Hashed and hierarchical
 * timing wheels, 1987). Each timer is in at most one slot. One thread; time is passed in.
 */
final class TimerWheel {
  /** No timer is waiting. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int NONE = -1;
  private static final int BITS = 10;
  private static final int UPPER_BITS = 2 * BITS;
  private static final int SLOTS = 1 << BITS;
  private static final int MASK = SLOTS - 1;
  private static final int LEVELS = 3;
  private static final long SPAN = 1L << (BITS * LEVELS);

  private final int[] heads = new int[LEVELS * SLOTS];
  private final int[] next;
  private final long[] dueTick;
  private long now;
  private int waiting;

  /**
   * A wheel without a waiting timer.
   *
   * @param timers numbered 0 to {@code timers} - 1
   * @param now the tick that has passed already
   */
  TimerWheel(int timers, long now) {
    next = new int[timers];
    dueTick = new long[timers];
    Arrays.fill(heads, NONE);
    this.now = now;
  }

  /**
   * Wakes a timer that is not waiting once this tick is reached; one that has passed means next.
   */
  void schedule(int timer, long tick) {
    dueTick[timer] = tick;
    waiting++;
    place(timer, now + 1);
  }

  /** Wakes all that fall due up to this tick, in the order of their ticks. They may schedule. */
  void advance(long tick, IntConsumer wake) {
    while (now < tick) {
      if (waiting == 0) {
        now = tick;
        return;
      }
      now++;
      if ((now & MASK) == 0) {
        cascade();
      }
      for (int timer = take((int) (now & MASK)); timer != NONE; ) {
        int following = next[timer]; // before the timer goes into another chain
        waiting--;
        wake.accept(timer);
        timer = following;
      }
    }
  }

  /** No timer falls due before this tick; where the nearest is far off, a tick to look again. */
  long nextTick() {
    if (waiting == 0) {
      return NEVER;
    }
    long end = (now | MASK) + 1;
    for (long tick = now + 1; tick < end; tick++) {
      if (heads[(int) (tick & MASK)] != NONE) {
        return tick;
      }
    }
    return end;
  }

  private void cascade() {
    // The upper level first: what it gives down may belong into the slot that is next to fall.
    if (((now >> BITS) & MASK) == 0) {
      replace(take(2 * SLOTS + (int) ((now >> UPPER_BITS) & MASK)));
    }
    replace(take(SLOTS + (int) ((now >> BITS) & MASK)));
  }

  private void replace(int first) {
    for (int timer = first; timer != NONE; ) {
      int following = next[timer];
      place(timer, now); // the slot of this very tick falls after the cascade
      timer = following;
    }
  }

  private int take(int slot) {
    int head = heads[slot];
    heads[slot] = NONE;
    return head;
  }

  private void place(int timer, long earliest) {
    long tick = Math.clamp(dueTick[timer], earliest, now + SPAN - 1);
    long ahead = tick - now;
    int slot;
    if (ahead < SLOTS) {
      slot = (int) (tick & MASK);
    } else if (ahead < 1L << UPPER_BITS) {
      slot = SLOTS + (int) ((tick >> BITS) & MASK);
    } else {
      slot = 2 * SLOTS + (int) ((tick >> UPPER_BITS) & MASK);
    }
    next[timer] = heads[slot];
    heads[slot] = timer;
  }
}
