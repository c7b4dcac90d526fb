package qiantang.sim.netem;

import java.time.Duration;
import qiantang.sim.plan.Mix;

/**
 * What the network does. Everything about one connection follows from (seed, its number).
 *
 * @param latency added to each direction
 * @param jitter by which the latency of a piece is more at most; what was sent later never
 *     overtakes
 * @param bytesPerSecond of each connection and direction; 0 for no limit
 * @param blackhole share of connections, 0 to 1; the three shares together are at most 1
 * @param halfOpen share of connections, at some moment {@code within} so long
 * @param reset share of connections, likewise
 * @param within how long after its beginning a connection meets its fate at the latest
 * @param resetsPerSecond of all open connections together, beside the share
 */
public record Impairment(
    long seed,
    Duration latency,
    Duration jitter,
    long bytesPerSecond,
    double blackhole,
    double halfOpen,
    double reset,
    Duration within,
    double resetsPerSecond) {
  public static final Impairment NONE =
      new Impairment(0, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, Duration.ZERO, 0);

  // What is drawn of a connection; the jitter of its pieces comes after these.
  private static final long FATE = 0;
  private static final long MOMENT = 1;
  private static final long PIECES = 2;

  /** Refuses shares of more than everything. */
  public Impairment {
    double shares = blackhole + halfOpen + reset;
    if (blackhole < 0 || halfOpen < 0 || reset < 0 || shares > 1) {
      throw new IllegalArgumentException(
          "shares of connections are 0 to 1 and together at most 1, not " + shares);
    }
  }

  /** Only delay and bandwidth. */
  public static Impairment slow(long seed, Duration latency, Duration jitter, long bytesPerSecond) {
    return new Impairment(seed, latency, jitter, bytesPerSecond, 0, 0, 0, Duration.ZERO, 0);
  }

  /** What befalls the connection with this number, 0 for the first that came. */
  public Fate fate(long connection) {
    double draw = Mix.unit(seedOf(connection), FATE);
    Duration moment =
        Duration.ofNanos((long) (Mix.unit(seedOf(connection), MOMENT) * within.toNanos()));
    if (draw < blackhole) {
      return new Fate.Blackhole();
    }
    if (draw < blackhole + halfOpen) {
      return new Fate.HalfOpen(moment);
    }
    if (draw < blackhole + halfOpen + reset) {
      return new Fate.Reset(moment);
    }
    return new Fate.Unharmed();
  }

  /**
   * How long a piece of bytes is under way, its wait for the band aside.
   *
   * @param toServer the direction
   * @param piece its number in that direction
   */
  long delayNanos(long connection, boolean toServer, long piece) {
    double draw = Mix.unit(seedOf(connection), PIECES + 2 * piece + (toServer ? 0 : 1));
    return latency.toNanos() + (long) (draw * jitter.toNanos());
  }

  /** How long the band is busy with so many bytes. */
  long bandNanos(int bytes) {
    return bytesPerSecond == 0 ? 0 : (long) (bytes * 1e9 / bytesPerSecond);
  }

  private long seedOf(long connection) {
    return Mix.bits(seed, connection);
  }
}
