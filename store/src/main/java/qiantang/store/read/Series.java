package qiantang.store.read;

import java.util.List;
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
   * @param arrivalMicros when the node took it
   */
  public record Sample(long eventTimeMicros, long arrivalMicros, Value value) {}
}
