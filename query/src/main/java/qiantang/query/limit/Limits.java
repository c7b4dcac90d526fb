package qiantang.query.limit;

import java.time.Duration;

/**
 * How much one token may use, of a node; what {@link #WINDOW} allows may be used at once.
 *
 * @param requests within a window
 * @param points values of samples within a window
 * @param bytes of answers within a window
 * @param workMillis of heavy reads within a window
 * @param atOnce requests under way
 * @param shares how many tokens' worth all of an enterprise together may use
 * @param attempts tokens and links that open nothing, of an address within a window
 */
public record Limits(
    long requests,
    long points,
    long bytes,
    long workMillis,
    int atOnce,
    int shares,
    long attempts) {
  /** Long enough for what comes in bursts, short enough to wait for. */
  public static final Duration WINDOW = Duration.ofSeconds(60);

  /** The largest answer has so many points: with less, one of them would block for minutes. */
  public static final long POINTS_LEAST = 1_000_000;

  /** The most that a header's integer can say (RFC 9651, section 3.3.1). */
  static final long MOST = 999_999_999_999_999L;

  /**
   * What neither the console nor an audit of the simulator meets: a node tells about a million
   * points a second, in 30 MB, and lets 8 heavy reads of a token through at once; the work of 10 is
   * for those that wait in line. A browser has 6 connections, the simulator 8.
   */
  public static final Limits USUAL = new Limits(60_000, 60_000_000, 4L << 30, 600_000, 100, 4, 120);

  /** No limits, for load tests. */
  public static final Limits OFF = new Limits(MOST, MOST, MOST, MOST, Integer.MAX_VALUE, 1, MOST);

  /** The same with others for a token's windows. */
  public Limits within(long requests, long points, long bytes, long workMillis) {
    return new Limits(requests, points, bytes, workMillis, atOnce, shares, attempts);
  }

  /** Within a window, or at once. */
  long of(Policy policy) {
    return switch (policy) {
      case REQUESTS -> requests;
      case POINTS -> points;
      case BYTES -> bytes;
      case WORK -> workMillis;
      case AT_ONCE -> atOnce;
      case ATTEMPTS -> attempts;
    };
  }

  /** What all tokens of an enterprise have together. */
  Limits ofAll() {
    return new Limits(
        shared(requests),
        shared(points),
        shared(bytes),
        shared(workMillis),
        (int) Math.min(Integer.MAX_VALUE, (long) atOnce * shares),
        1,
        attempts);
  }

  private long shared(long one) {
    return Math.min(MOST, Math.multiplyExact(one, (long) shares));
  }
}
