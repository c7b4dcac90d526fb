package qiantang.store.read;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import qiantang.store.model.Entry;
import qiantang.store.model.Value;

/**
 * One metric of one device over time.
 *
 * @param samples in order of event time, one per time
 */
public record Series(String metric, List<Sample> samples) {
  /** Those of later times behind earlier ones, by metric; in order of name. */
  public static List<Series> followed(List<Series> earlier, List<Series> later) {
    SortedMap<String, List<Sample>> byMetric = new TreeMap<>();
    for (Series one : Stream.concat(earlier.stream(), later.stream()).toList()) {
      byMetric.computeIfAbsent(one.metric, metric -> new ArrayList<>()).addAll(one.samples);
    }
    return byMetric.entrySet().stream()
        .map(each -> new Series(each.getKey(), each.getValue()))
        .toList();
  }

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
