package qiantang.query.access;

/** What is to be read of a device or of an enterprise. */
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
}
