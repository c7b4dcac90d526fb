package qiantang.ingest.net.admission;

import qiantang.ingest.quota.Gcra;

/**
 * A rate with what a lull has saved up for the next burst. Time is passed in; not thread-safe.
 *
 * <p>Bucket4j and Guava's RateLimiter were rejected: they ask the clock themselves, lock, and take
 * a hundred bytes; this is four fields.
 */
public final class TokenBucket {
  private static final double SECOND_NANOS = 1e9;

  private final long costNanos;
  private final long burstNanos;
  private long earnedNanos = Gcra.UNUSED;
  private long nowNanos;

  /**
   * A full one.
   *
   * @param burstSeconds what is saved up at most, as seconds of the rate; one token at least
   */
  public TokenBucket(double perSecond, double burstSeconds, long nowNanos) {
    costNanos = (long) (SECOND_NANOS / perSecond);
    burstNanos = Math.max(costNanos, (long) (burstSeconds * SECOND_NANOS));
    this.nowNanos = nowNanos;
  }

  /** Time has passed; a clock that went back counts as one that stood still. */
  public void fill(long timeNanos) {
    nowNanos = Math.max(nowNanos, timeNanos);
  }

  /** Whether there is one to take. */
  public boolean hasOne() {
    return Gcra.waitNanos(Gcra.after(earnedNanos, nowNanos, costNanos), nowNanos, burstNanos) <= 0;
  }

  /** Takes one, which is there. */
  public void take() {
    earnedNanos = Gcra.after(earnedNanos, nowNanos, costNanos);
  }
}
