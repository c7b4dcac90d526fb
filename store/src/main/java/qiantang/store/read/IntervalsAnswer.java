package qiantang.store.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** What is told of intervals. */
public sealed interface IntervalsAnswer {
  /**
   * All of it.
   *
   * @param series in order of metric name, then as they were asked for, none empty
   */
  record Found(List<IntervalSeries> series, Completeness completeness) implements IntervalsAnswer {}

  /** It has more samples than were asked for at most, or more metrics than are told apart. */
  record TooLarge() implements IntervalsAnswer {}

  /**
   * One metric of one device over time.
   *
   * @param aggregate what the values are; null where samples were thinned
   * @param samples in order of time: the begin of each interval that has samples and its value, or
   *     samples as they were sent
   */
  record IntervalSeries(String metric, @Nullable Aggregate aggregate, List<Sample> samples) {}
}
