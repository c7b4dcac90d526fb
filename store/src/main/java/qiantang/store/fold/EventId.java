package qiantang.store.fold;

import qiantang.store.model.FrameKey;

/**
 * The name of a record in answers and among events: the same wherever the record is read from. Ids
 * sort by arrival time, then by place in the journal, which makes them unique.
 */
public final class EventId {
  private EventId() {}

  /**
   * The id of a record.
   *
   * @param index its place in the frame
   */
  public static String of(FrameKey frame, int index, long arrivalMicros) {
    return String.format(
        "%016x-%s-%02x-%012x-%06x",
        arrivalMicros,
        frame.partition().start(),
        frame.partition().lane(),
        frame.sequence(),
        index);
  }

  /** Behind the ids of all that arrived before this time, and before all others. */
  public static String first(long arrivalMicros) {
    return String.format("%016x", Math.max(0, arrivalMicros));
  }
}
