package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static qiantang.store.read.Folded.DEVICE;
import static qiantang.store.read.Folded.ENTERPRISE;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.harness.Stages;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Around;
import qiantang.store.summary.Interval;
import qiantang.store.summary.IntervalText;
import qiantang.store.summary.Intervals;
import qiantang.store.summary.Reckoning;
import qiantang.store.summary.Sample;
import qiantang.store.summary.Summary;

/** Questions about intervals, and the answers that all samples give. */
final class IntervalQuestions {
  private IntervalQuestions() {}

  static IntervalsRequest request(
      List<String> metrics, long from, long to, long[] cuts, List<Aggregate> aggregates) {
    return new IntervalsRequest(ENTERPRISE, DEVICE, metrics, from, to, cuts, aggregates, 1_000_000);
  }

  static long[] cuts(String interval, long from, long to) {
    Interval parsed = IntervalText.parse(interval);
    assertNotNull(parsed);
    long[] cuts = new Intervals(parsed, ZoneId.of("Asia/Shanghai")).cut(from, to, 11_000);
    assertNotNull(cuts);
    return cuts;
  }

  static long[] columns(long from, long to, int points) {
    TreeSet<Long> cuts = new TreeSet<>();
    for (int i = 0; i <= points; i++) {
      cuts.add(from + (to - from) * i / points);
    }
    return cuts.stream().mapToLong(Long::longValue).toArray();
  }

  static IntervalsAnswer.Found found(Reader reader, IntervalsRequest request) {
    return assertInstanceOf(IntervalsAnswer.Found.class, Stages.done(reader.intervals(request)));
  }

  static SeriesAnswer raw(Reader reader, IntervalsRequest request) {
    return Stages.done(
        reader.series(
            new SeriesRequest(
                ENTERPRISE,
                request.device(),
                request.metrics(),
                request.fromMicros(),
                request.toMicros(),
                1_000_000)));
  }

  /** From all samples, one interval at a time. */
  static List<IntervalSeries> expected(Reader reader, IntervalsRequest request) {
    List<IntervalSeries> expected = new ArrayList<>();
    for (Series series : raw(reader, request).series()) {
      List<Sample> samples =
          series.samples().stream()
              .map(sample -> new Sample(sample.eventTimeMicros(), sample.value()))
              .toList();
      expected.addAll(expected(series.metric(), samples, request));
    }
    return expected;
  }

  private static List<IntervalSeries> expected(
      String metric, List<Sample> samples, IntervalsRequest request) {
    List<Aggregate> aggregates = request.aggregates();
    TreeMap<Long, Sample> kept = new TreeMap<>();
    List<List<Sample>> values = new ArrayList<>();
    aggregates.forEach(aggregate -> values.add(new ArrayList<>()));
    long[] cuts = request.cutsMicros();
    for (int i = 0; i < cuts.length - 1; i++) {
      List<Sample> interval = within(samples, cuts[i], cuts[i + 1]);
      if (interval.isEmpty()) {
        continue;
      }
      Summary summary = Reckoning.summary(interval);
      keepExtremes(summary, kept);
      Around around = around(samples, summary, cuts[i], cuts[i + 1]);
      for (int a = 0; a < aggregates.size(); a++) {
        @Nullable Value value = aggregates.get(a).of(summary, around);
        if (value != null) {
          values.get(a).add(new Sample(cuts[i], value));
        }
      }
    }
    if (aggregates.isEmpty()) {
      return List.of(new IntervalSeries(metric, null, List.copyOf(kept.values())));
    }
    List<IntervalSeries> series = new ArrayList<>();
    for (int a = 0; a < aggregates.size(); a++) {
      if (!values.get(a).isEmpty()) {
        series.add(new IntervalSeries(metric, aggregates.get(a), values.get(a)));
      }
    }
    return series;
  }

  private static List<Sample> within(List<Sample> samples, long from, long to) {
    return samples.stream()
        .filter(sample -> sample.timeMicros() >= from && sample.timeMicros() < to)
        .toList();
  }

  private static void keepExtremes(Summary summary, Map<Long, Sample> kept) {
    kept.put(summary.first().timeMicros(), summary.first());
    kept.put(summary.last().timeMicros(), summary.last());
    if (summary.numbers() != null) {
      kept.put(summary.numbers().min().timeMicros(), summary.numbers().min());
      kept.put(summary.numbers().max().timeMicros(), summary.numbers().max());
    }
  }

  private static Around around(List<Sample> samples, Summary summary, long begin, long end) {
    List<Sample> earlier = within(samples, Long.MIN_VALUE, begin);
    boolean isLast = within(samples, end, Long.MAX_VALUE).isEmpty();
    return new Around(
        earlier.isEmpty() ? null : earlier.getLast().value(),
        begin,
        isLast ? summary.last().timeMicros() : end);
  }
}
