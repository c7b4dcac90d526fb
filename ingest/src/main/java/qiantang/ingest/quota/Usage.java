package qiantang.ingest.quota;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import qiantang.store.registry.Quota;

/**
 * How much of its rates an owner has used: an enterprise, or a device whose connections may be on
 * several event loops. Any thread.
 */
public final class Usage {
  /** What is counted. */
  enum Of {
    /** Messages. */
    MESSAGES(0),
    /** Bytes of their payloads. */
    BYTES(1),
    /** Connects. */
    CONNECTS(2),
    /** Devices that were not known before. */
    NEW_DEVICES(3);

    private final int at;

    Of(int at) {
      this.at = at;
    }
  }

  /**
   * The longest that anybody waits with a next message: clients ping every minute, and do not wait
   * longer for an answer; and what a flood has used up is not paid for hours. An enterprise with
   * more connections than half a minute's worth of its rate gets one message of each in that time.
   */
  static final Duration WAIT_MAX = Duration.ofSeconds(30);

  private static final int KINDS = Of.values().length;
  private static final VarHandle TIMES = MethodHandles.arrayElementVarHandle(long[].class);

  // By Gcra. An array and no AtomicLongs: 72 bytes a device in place of 128.
  private final long[] times = new long[KINDS];

  // Connections of a device; guarded by the map that holds it.
  private int sharers;

  Usage() {
    Arrays.fill(times, Gcra.UNUSED);
  }

  /** Takes so many units, within the rate or not; how long to wait with the next, 0 or less: go. */
  long take(Of what, Limit limit, int units, long nowNanos) {
    long before;
    long after;
    do {
      before = time(what);
      after = Gcra.after(before, nowNanos, limit.costNanos(units));
      if (limit.quota().kind()
          == Quota.Kind.SLOWS) { // what refuses may be given back, so it adds up
        after = Math.min(after, nowNanos + limit.burstNanos() + WAIT_MAX.toNanos());
      }
    } while (!TIMES.compareAndSet(times, what.at, before, after));
    return Gcra.waitNanos(after, nowNanos, limit.burstNanos());
  }

  /** Takes one, where it is within the burst; else nothing, and how long to wait. */
  long tryTake(Of what, Limit limit, long nowNanos) {
    while (true) {
      long before = time(what);
      long after = Gcra.after(before, nowNanos, limit.costNanos(1));
      long wait = Gcra.waitNanos(after, nowNanos, limit.burstNanos());
      if (wait > 0) {
        return wait;
      }
      if (TIMES.compareAndSet(times, what.at, before, after)) {
        return 0;
      }
    }
  }

  /** How long until there is one to take; 0 or less for now. */
  long waitNanos(Of what, Limit limit, long nowNanos) {
    long after = Gcra.after(time(what), nowNanos, limit.costNanos(1));
    return Gcra.waitNanos(after, nowNanos, limit.burstNanos());
  }

  /** Gives back one that was taken. */
  void give(Of what, Limit limit) {
    var _ = (long) TIMES.getAndAdd(times, what.at, -limit.costNanos(1));
  }

  /** As if nothing had been used. */
  void forget(Of what) {
    TIMES.setVolatile(times, what.at, Gcra.UNUSED);
  }

  private long time(Of what) {
    return (long) TIMES.getVolatile(times, what.at);
  }

  /** One more connection of the device. */
  Usage shared() {
    sharers++;
    return this;
  }

  /** One less; whether it was the last. */
  boolean left() {
    return --sharers == 0;
  }
}
