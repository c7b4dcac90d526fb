package qiantang.sim.plan;

/**
 * Overall equipment effectiveness of an interval: how much of what a machine could have made it
 * made well. The three factors are those of ISO 22400-2 (availability, effectiveness, quality
 * ratio).
 *
 * @param times the interval by states
 * @param parts made in it, good and scrap
 * @param idealPartsPerHour what the machine makes when nothing slows it
 */
public record Oee(StateTimes times, long parts, long good, long idealPartsPerHour) {
  private static final double MILLIS_PER_HOUR = 3_600_000;

  /** The share of the planned time in which it ran; 0 if it was off all the time. */
  public double availability() {
    return ratio(times.run(), (double) times.planned());
  }

  /** Parts made against parts that the running time had room for; 0 if it never ran. */
  public double performance() {
    return ratio(parts, room(times.run()));
  }

  /** The share of the parts that is good; 0 if there are none. */
  public double quality() {
    return ratio(good, (double) parts);
  }

  /** Their product. */
  public double value() {
    return ratio(good, room(times.planned()));
  }

  /** Parts that so much running time has room for. */
  private double room(long millis) {
    return (double) millis * idealPartsPerHour / MILLIS_PER_HOUR;
  }

  private static double ratio(long part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
