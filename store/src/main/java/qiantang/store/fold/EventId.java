package qiantang.store.fold;

import java.util.UUID;
import qiantang.store.model.FrameKey;
import qiantang.store.model.StartId;

/**
 * The name of a record in answers and among events: the same wherever the record is read from. Ids
 * sort by arrival time, then by place in the journal, which makes them unique.
 */
public final class EventId {
  private static final int TIME_CHARS = 16;
  private static final int START_FROM = TIME_CHARS + 1; // behind a hyphen
  private static final int START_CHARS = 36;

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

  /** The start of whose lane the record is. */
  public static StartId startOf(String id) {
    return new StartId(UUID.fromString(id.substring(START_FROM, START_FROM + START_CHARS)));
  }

  /** When the record arrived. */
  public static long micros(String id) {
    return Long.parseLong(id.substring(0, TIME_CHARS), 16);
  }

  /** Behind the ids of all that arrived before this time, and before all others. */
  public static String first(long arrivalMicros) {
    return String.format("%016x", Math.max(0, arrivalMicros));
  }
}
