package qiantang.sim.fleet;

import java.time.Duration;
import qiantang.sim.plan.Mix;

/**
 * How long a publisher waits before it connects again: anything from nothing to a ceiling that
 * doubles with each failure ("full jitter" of the AWS architecture blog, Exponential Backoff And
 * Jitter, 2015), so that a crowd that was cut together does not come back together.
 *
 * @param base the ceiling before the first attempt
 * @param cap no ceiling is above it
 */
public record Backoff(Duration base, Duration cap) {

  /** Of a fleet that was not told otherwise: a broken connection is back before anybody looks. */
  public static final Backoff PROMPT = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  /** Doubling more often leaves any cap behind. */
  private static final int DOUBLINGS_MAX = 20;

  /**
   * The wait before an attempt: the same for the same arguments.
   *
   * @param failures attempts that failed since the connection was last there
   */
  Duration draw(long seed, int failures) {
    long ceilingMillis =
        Math.min(cap.toMillis(), base.toMillis() << Math.min(failures, DOUBLINGS_MAX));
    return Duration.ofMillis(1 + (long) (Mix.unit(seed, -1 - failures) * ceilingMillis));
  }
}
