package qiantang.sim;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long to wait for connections: as long as more of them log in. A machine that starts many
 * processes is slow, and a hundred thousand logins take what the server lets in. One thread.
 */
final class Arrivals {
  /** A worker's JVM on a busy machine takes half of that before its first login. */
  static final Duration NOBODY_MAX = Duration.ofSeconds(60);

  private final long all;
  private final LongSupplier nanos;
  private long most;
  private long lastNanos;

  /**
   * Nobody is there yet.
   *
   * @param all who is waited for
   * @param nanos a clock, of which differences count
   */
  Arrivals(long all, LongSupplier nanos) {
    this.all = all;
    this.nanos = nanos;
    this.lastNanos = nanos.getAsLong();
  }

  /** Whether all are there, or nobody more has come for {@link #NOBODY_MAX}. */
  boolean over(long there) {
    long now = nanos.getAsLong();
    if (there > most) {
      most = there;
      lastNanos = now;
    }
    return there >= all || now - lastNanos > NOBODY_MAX.toNanos();
  }
}
