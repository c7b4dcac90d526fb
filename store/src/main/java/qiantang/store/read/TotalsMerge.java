package qiantang.store.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;
import qiantang.store.summary.Summary;
import qiantang.store.summary.Total;

/** Adds up what devices, and groups of them, tell of intervals. Any thread. */
final class TotalsMerge {
  private final TotalsRequest request;

  // All guarded by this.
  private final SortedMap<String, SortedMap<Integer, Total>> byMetric = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private long newestArrivalMicros;
  private int damaged;
  private long size;

  TotalsMerge(TotalsRequest request) {
    this.request = request;
  }

  /** Adds the samples of one device in an interval. */
  void add(String metric, int interval, Summary summary) {
    add(metric, interval, Total.of(summary));
  }

  private synchronized void add(String metric, int interval, Total total) {
    SortedMap<Integer, Total> intervals = byMetric.computeIfAbsent(metric, name -> new TreeMap<>());
    size += intervals.containsKey(interval) ? 0 : request.aggregates().size();
    intervals.merge(interval, total, Total::plus);
  }

  /**
   * Adds an hour of a group.
   *
   * @param hourMicros when it begins; it lies in one interval
   */
  synchronized void add(long hourMicros, long newestMicros, Map<String, Total> byName) {
    byName.forEach((metric, total) -> add(metric, intervalOf(hourMicros), total));
    if (!byName.isEmpty()) {
      sources.add(Source.SUMMARIES);
      newestArrivalMicros = Math.max(newestArrivalMicros, newestMicros);
    }
  }

  /** Adds where the samples of a device come from. */
  synchronized void add(Set<Source> from, long newestMicros, int damagedOfDevice) {
    sources.addAll(from);
    newestArrivalMicros = Math.max(newestArrivalMicros, newestMicros);
    damaged += damagedOfDevice;
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int count) {
    damaged += count;
  }

  int intervalOf(long timeMicros) {
    int found = Arrays.binarySearch(request.cutsMicros(), timeMicros);
    return found >= 0 ? found : -found - 2;
  }

  /** Whether there is more than was asked for. */
  synchronized boolean isTooLarge() {
    return size > request.samplesMax() || byMetric.size() > IntervalMerge.METRICS_MAX;
  }

  /** The answer; the merge is done. */
  synchronized IntervalsAnswer answer() {
    if (isTooLarge()) {
      return new IntervalsAnswer.TooLarge();
    }
    List<IntervalSeries> series = new ArrayList<>();
    byMetric.forEach(
        (metric, intervals) -> {
          for (Aggregate aggregate : request.aggregates()) {
            List<Sample> samples = samples(intervals, aggregate);
            if (!samples.isEmpty()) {
              series.add(new IntervalSeries(metric, aggregate, samples));
            }
          }
        });
    return new IntervalsAnswer.Found(
        series, Completeness.of(null, newestArrivalMicros, sources, damaged));
  }

  private List<Sample> samples(SortedMap<Integer, Total> intervals, Aggregate aggregate) {
    List<Sample> samples = new ArrayList<>(intervals.size());
    intervals.forEach(
        (interval, total) -> {
          Value value = total.of(aggregate);
          if (value != null) {
            samples.add(new Sample(request.cutsMicros()[interval], value));
          }
        });
    return samples;
  }
}
