package qiantang.ingest.quota;

/**
 * The generic cell rate algorithm (ITU-T I.371, virtual scheduling): of a rate with a burst it
 * keeps one time, the one at which all that was sent would be earned. Functions, so that whoever
 * has a rate keeps one long for it, and no more.
 *
 * <p>Bucket4j and Guava's RateLimiter were rejected: an object of a hundred bytes and a look at the
 * clock for each rate of each device.
 */
public final class Gcra {
  /** The time of who has not sent anything yet, by any ticker. */
  public static final long UNUSED = Long.MIN_VALUE;

  private Gcra() {}

  /** The time after something was sent that costs so many nanoseconds of the rate. */
  public static long after(long earnedNanos, long nowNanos, long costNanos) {
    return Math.max(earnedNanos, nowNanos) + costNanos;
  }

  /** How long to wait until the time is within the burst again; 0 or less: it is. */
  public static long waitNanos(long earnedNanos, long nowNanos, long burstNanos) {
    return earnedNanos - nowNanos - burstNanos;
  }
}
