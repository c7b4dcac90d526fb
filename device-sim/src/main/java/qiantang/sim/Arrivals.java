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

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long TELL_SECONDS_FIRST = 2;
  private static final long TELL_SECONDS = 5;

  private final long all;
  private final LongSupplier nanos;
  private long most;
  private long there;
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

  /**
   * Who lacks and how long they are waited for, every few seconds anew; nothing while all goes
   * well.
   */
  String text() {
    long quietSeconds = (nanos.getAsLong() - lastNanos) / NANOS_PER_SECOND;
    if (there >= all || quietSeconds < TELL_SECONDS_FIRST) {
      return "";
    }
    long told = Math.max(TELL_SECONDS_FIRST, quietSeconds / TELL_SECONDS * TELL_SECONDS);
    return "%d of %d connected, nobody more for %d s; trying for %d s more, then %s"
        .formatted(
            there,
            all,
            told,
            Math.max(0, NOBODY_MAX.toSeconds() - told),
            there == 0 ? "this run gives up" : "it begins without the others");
  }

  /** Whether all are there, or nobody more has come for {@link #NOBODY_MAX}. */
  boolean over(long nowThere) {
    there = nowThere;
    long now = nanos.getAsLong();
    if (there > most) {
      most = there;
      lastNanos = now;
    }
    return there >= all || now - lastNanos > NOBODY_MAX.toNanos();
  }
}
