package qiantang.store.read;

import java.util.List;
import qiantang.store.model.Entry;
import qiantang.store.model.Value;

/**
 * One metric of one device over time.
 *
 * @param samples in order of event time, one per time
 */
public record Series(String metric, List<Sample> samples) {
  /**
   * One value.
   *
   * @param eventTimeMicros when it happened
   * @param arrivalMicros when the node took it, in whole milliseconds: as folds keep it
   */
  public record Sample(long eventTimeMicros, long arrivalMicros, Value value) {
    /** The arrival time of what a message said: the same before a fold as behind it. */
    static long arrivalMicros(Entry.Readings message) {
      return Math.floorDiv(message.arrivalMicros(), 1000L) * 1000;
    }
  }
}
