package qiantang.query.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * So much within a window, all of it at once if nothing was used before. One time is kept, at which
 * all that was used is earned again (ITU-T I.371, virtual scheduling). What a request costs is
 * known when it was answered, so a bucket can be overdrawn by what was under way. Any thread; no
 * lock.
 */
final class Bucket {
  // 36 years: only so that no time overflows.
  private static final long OWED_NANOS_MAX = Long.MAX_VALUE / 8;

  private final long windowNanos;
  private final double unitNanos;
  private final long quota;
  private final AtomicLong earnedNanos = new AtomicLong(Long.MIN_VALUE);

  Bucket(long quota, long windowNanos) {
    this.quota = quota;
    this.windowNanos = windowNanos;
    unitNanos = (double) windowNanos / quota;
  }

  /** Uses so much. */
  void use(long units, long nowNanos) {
    long costNanos = (long) Math.min(units * unitNanos, (double) OWED_NANOS_MAX);
    earnedNanos.accumulateAndGet(
        costNanos,
        (earned, cost) -> Math.min(nowNanos + OWED_NANOS_MAX, Math.max(earned, nowNanos) + cost));
  }

  /** How long until one may be used; 0 for now. */
  long waitNanos(long nowNanos) {
    return Math.max(0, owedNanos(nowNanos) + (long) unitNanos - windowNanos);
  }

  /** How much may be used now. */
  long left(long nowNanos) {
    return Math.max(0, Math.min(quota, (long) ((windowNanos - owedNanos(nowNanos)) / unitNanos)));
  }

  /** How long until all of it may be used again. */
  long owedNanos(long nowNanos) {
    return Math.max(earnedNanos.get(), nowNanos) - nowNanos;
  }
}
