package qiantang.sim.plan;

import java.time.Duration;

/**
 * What real devices do to time. All of it is decided by (seed, publisher, n), so that an auditor
 * computes it again.
 *
 * @param late readings that come long after they were measured
 * @param outOfOrder share of messages that tell of an instant before the one told last, 0 to 0.25
 * @param duplicates share of messages that say again what the message before said, 0 to 0.5
 * @param clockSkew how wrong the devices' clocks are
 * @param backlog if positive, all readings are of that long a time before the run, evenly over it,
 *     as a gateway sends that was offline; must be a whole multiple of the run's duration
 */
public record Disorder(
    Late late, double outOfOrder, double duplicates, ClockSkew clockSkew, Duration backlog) {

  /** A share of the messages tells of an instant so long ago. */
  public record Late(double share, Duration delay) {}

  /**
   * Wrong clocks.
   *
   * @param normal standard deviation of the constant offsets of the publishers' clocks
   * @param jump what happens to a share of the clocks during the run
   */
  public record ClockSkew(Duration normal, Jump jump) {}

  /** From {@code at} on, counted from the beginning of the run, clocks go ahead by {@code by}. */
  public record Jump(double share, Duration at, Duration by) {}

  /** Each device tells at once, once, in order and by a right clock. */
  public static final Disorder NONE =
      new Disorder(
          new Late(0, Duration.ZERO),
          0,
          0,
          new ClockSkew(Duration.ZERO, new Jump(0, Duration.ZERO, Duration.ZERO)),
          Duration.ZERO);

  /** Whether event times are told apart by class, see {@link EventTimes}. */
  boolean none() {
    return equals(NONE);
  }
}
