package qiantang.sim.replay;

import java.time.Duration;

/**
 * When the rows of a file go. Both may be given; then the later time of the two holds. Pure.
 *
 * @param rowsPerSecond at most; 0 for no limit
 * @param speed how many times as fast as the file's own times; 0 for as fast as acknowledgements
 *     come
 */
public record Pace(int rowsPerSecond, double speed) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final double NANOS_PER_MICRO = 1_000;

  /**
   * When a row is due after the first one, in nanoseconds. Rows go in the order of the file: one
   * that is older than the first goes at once.
   *
   * @param number of rows before it
   * @param sinceFirstMicros its time, counted from the first row's
   */
  long dueNanos(long number, long sinceFirstMicros) {
    long byRate = rowsPerSecond > 0 ? number * NANOS_PER_SECOND / rowsPerSecond : 0;
    long bySpeed = speed > 0 ? (long) (sinceFirstMicros * NANOS_PER_MICRO / speed) : 0;
    return Math.max(byRate, bySpeed);
  }

  /** How long a file takes at least. */
  Duration least(long rows, long spanMicros) {
    return Duration.ofNanos(dueNanos(Math.max(0, rows - 1), spanMicros));
  }
}
