package qiantang.ingest.net.admission;

/**
 * A rate with what a lull has saved up for the next burst. Time is passed in; not thread-safe.
 *
 * <p>Bucket4j and Guava's RateLimiter were rejected: they ask the clock themselves, lock, and take
 * a hundred bytes; this is three fields.
 */
public final class TokenBucket {
  private final double perSecond;
  private final double most;
  private double tokens;
  private long filledNanos;

  /**
   * A full one.
   *
   * @param burstSeconds what is saved up at most, as seconds of the rate; one token at least
   */
  public TokenBucket(double perSecond, double burstSeconds, long nowNanos) {
    this.perSecond = perSecond;
    most = Math.max(1, perSecond * burstSeconds);
    tokens = most;
    filledNanos = nowNanos;
  }

  /** Time has passed; a clock that went back counts as one that stood still. */
  public void fill(long nowNanos) {
    double earned = Math.max(0, nowNanos - filledNanos) * 1e-9 * perSecond;
    tokens = Math.min(most, tokens + earned);
    filledNanos = nowNanos;
  }

  /** Whether there is one to take. */
  public boolean hasOne() {
    // Sums of doubles: ten times a tenth of a token is one.
    return tokens >= 1 - 1e-9;
  }

  /** Takes one, which is there. */
  public void take() {
    tokens--;
  }
}
