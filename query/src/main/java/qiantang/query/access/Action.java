package qiantang.query.access;

/** What is to be done with a device or an enterprise. */
public sealed interface Action {
  /** That a device is there, where it stands, and how it is. */
  record Look() implements Action {}

  /**
   * Aggregates of whole intervals.
   *
   * @param leastSeconds length of the shortest of them, rounded down
   * @param grid where they begin and end
   */
  record Aggregates(long leastSeconds, Grid grid) implements Action {
    private static final long SECOND_MICROS = 1_000_000;

    /** Whether a grant of aggregates of this least length lets them. */
    boolean areLetBy(long grantedSeconds) {
      return leastSeconds >= grantedSeconds && grid.isLetBy(grantedSeconds);
    }

    /** Those of these intervals: their begins, and the end of the last. */
    public static Aggregates of(long[] cutsMicros) {
      long leastMicros = Long.MAX_VALUE;
      for (int i = 1; i < cutsMicros.length; i++) {
        leastMicros = Math.min(leastMicros, cutsMicros[i] - cutsMicros[i - 1]);
      }
      return new Aggregates(leastMicros / SECOND_MICROS, Grid.of(cutsMicros));
    }
  }

  /** Samples as they are, also thinned ones and the latest. */
  record Samples() implements Action {}

  /** The live stream of samples. */
  record Live() implements Action {}

  /** To look for faults: for the enterprise's people and programs; no grant gives it. */
  record Diagnose() implements Action {}

  /** What concerns the enterprise's own people alone: no grant and no scope gives it. */
  record Own() implements Action {}
}
