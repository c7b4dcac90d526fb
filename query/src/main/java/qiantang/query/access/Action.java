package qiantang.query.access;

/** What is to be done with a device or an enterprise. */
public sealed interface Action {
  /** That a device is there, where it stands, and how it is. */
  record Look() implements Action {}

  /**
   * Aggregates of whole intervals.
   *
   * @param leastSeconds length of the shortest of them
   */
  record Aggregates(long leastSeconds) implements Action {}

  /** Samples as they are, also thinned ones and the latest. */
  record Samples() implements Action {}

  /** The live stream of samples. */
  record Live() implements Action {}

  /** To look for faults: for the enterprise's people and programs; no grant gives it. */
  record Diagnose() implements Action {}

  /** What concerns the enterprise's own people alone: no grant and no scope gives it. */
  record Own() implements Action {}
}
