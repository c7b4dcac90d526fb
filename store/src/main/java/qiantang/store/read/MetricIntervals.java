package qiantang.store.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnSummaries;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Around;
import qiantang.store.summary.Numbers;
import qiantang.store.summary.Sample;
import qiantang.store.summary.Summarizer;
import qiantang.store.summary.Summary;

/**
 * The intervals of one metric. Takes its samples in order of time, one at a time, as columns or as
 * summaries, and keeps only what is to be told of each interval. Not thread-safe.
 */
final class MetricIntervals {
  private final String metric;
  private final IntervalMerge.@Nullable Sink sink;
  private final long[] cutsMicros;
  private final List<Aggregate> aggregates;
  private final Summarizer summarizer = new Summarizer();
  private final List<List<Sample>> told = new ArrayList<>();
  private int interval = -1;
  private int size;

  // The interval before the one at hand: how long its last value holds depends on what follows.
  private @Nullable Summary waiting;
  private int waitingInterval;
  private @Nullable Value before;

  /**
   * Nothing yet.
   *
   * @param sink is handed every interval, and nothing is kept of it; null to keep what is asked for
   */
  MetricIntervals(IntervalsRequest request, String metric, IntervalMerge.@Nullable Sink sink) {
    this.metric = metric;
    this.sink = sink;
    cutsMicros = request.cutsMicros();
    aggregates = request.aggregates();
    for (int i = 0; i < Math.max(1, aggregates.size()); i++) {
      told.add(new ArrayList<>());
    }
  }

  /** Adds one sample. */
  void add(long timeMicros, Value value) {
    goTo(timeMicros);
    summarizer.add(timeMicros, value);
  }

  /** Adds samples that all lie in one interval. */
  void add(Summary summary) {
    goTo(summary.first().timeMicros());
    summarizer.add(summary);
  }

  /**
   * Adds the values {@code [from, to)} of a column.
   *
   * @param timesMicros of each value of the column
   */
  void add(long[] timesMicros, Column column, int from, int to) {
    for (int begin = from; begin < to; ) {
      goTo(timesMicros[begin]);
      int found = Arrays.binarySearch(timesMicros, begin, to, cutsMicros[interval + 1]);
      int end = found >= 0 ? found : -found - 1;
      ColumnSummaries.add(timesMicros, column, begin, end, summarizer);
      begin = end;
    }
  }

  private void goTo(long timeMicros) {
    if (interval < 0 || timeMicros >= cutsMicros[interval + 1]) {
      complete();
      int found = Arrays.binarySearch(cutsMicros, timeMicros);
      interval = found >= 0 ? found : -found - 2;
    }
  }

  /** No more comes of the interval at hand. */
  private void complete() {
    Summary summary = summarizer.take();
    if (summary == null) {
      return;
    }
    if (sink == null && aggregates.isEmpty()) {
      tellSamples(summary);
      return;
    }
    Value held = null;
    if (waiting != null) {
      held = waiting.last().value();
      tell(waiting, cutsMicros[waitingInterval + 1]);
    }
    waiting = summary;
    waitingInterval = interval;
    before = held;
  }

  private void tell(Summary summary, long heldUntilMicros) {
    long beginMicros = cutsMicros[waitingInterval];
    Around around = new Around(before, beginMicros, heldUntilMicros);
    if (sink != null) {
      sink.interval(metric, waitingInterval, summary, around);
      return;
    }
    for (int i = 0; i < aggregates.size(); i++) {
      Value value = aggregates.get(i).of(summary, around);
      if (value != null) {
        told.get(i).add(new Sample(beginMicros, value));
        size++;
      }
    }
  }

  private void tellSamples(Summary summary) {
    List<Sample> samples = new ArrayList<>(4);
    samples.add(summary.first());
    samples.add(summary.last());
    Numbers numbers = summary.numbers();
    if (numbers != null) {
      samples.add(numbers.min());
      samples.add(numbers.max());
    }
    samples.sort(Comparator.comparingLong(Sample::timeMicros));
    List<Sample> into = told.getFirst();
    long lastMicros = Long.MIN_VALUE;
    for (Sample sample : samples) {
      if (sample.timeMicros() > lastMicros) {
        lastMicros = sample.timeMicros();
        into.add(sample);
        size++;
      }
    }
  }

  /** How many samples the series have so far. */
  int size() {
    return size;
  }

  /** Tells the last interval; nothing can be added behind that. */
  void end() {
    complete();
    if (waiting != null) {
      tell(waiting, waiting.last().timeMicros());
      waiting = null;
    }
  }

  /** The series that have samples; nothing can be added behind that. */
  List<IntervalSeries> series() {
    end();
    List<IntervalSeries> series = new ArrayList<>();
    for (int i = 0; i < told.size(); i++) {
      if (!told.get(i).isEmpty()) {
        Aggregate aggregate = aggregates.isEmpty() ? null : aggregates.get(i);
        series.add(new IntervalSeries(metric, aggregate, told.get(i)));
      }
    }
    return series;
  }
}
