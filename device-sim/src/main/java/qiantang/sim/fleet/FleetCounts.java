package qiantang.sim.fleet;

/** Messages of one fleet of a scenario, up to one instant; see {@link Figures.Counts}. */
public record FleetCounts(String fleet, long sent, long acked, long refused, long late) {

  /** The counts of two parts together. */
  FleetCounts plus(FleetCounts other) {
    return new FleetCounts(
        fleet, sent + other.sent, acked + other.acked, refused + other.refused, late + other.late);
  }
}
