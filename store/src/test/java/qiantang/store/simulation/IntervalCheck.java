package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.IntervalsRequest;
import qiantang.store.simulation.Track.Said;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** Whether counts, first, last, smallest and largest values of intervals are right. */
final class IntervalCheck {
  /** What is asked for and checked. */
  static final List<Aggregate> AGGREGATES =
      List.of(Aggregate.COUNT, Aggregate.FIRST, Aggregate.LAST, Aggregate.MIN, Aggregate.MAX);

  private final Judge judge;

  private record Key(String metric, Aggregate aggregate, int interval) {}

  IntervalCheck(Judge judge) {
    this.judge = judge;
  }

  /**
   * An answer to what was asked at this moment. Intervals in which there is something that was not
   * acknowledged have more than one right answer and are left out.
   */
  void intervals(String reader, IntervalsRequest request, long began, IntervalsAnswer answer) {
    judge.check();
    String who = reader + " intervals of " + request.device() + " of " + request.enterprise();
    if (!(answer instanceof IntervalsAnswer.Found found)) {
      judge.violate(who + " are too large");
      return;
    }
    Set<Integer> doubtful = new HashSet<>();
    Map<Key, Value> expected = expected(request, began, doubtful);
    for (IntervalSeries series : found.series()) {
      for (Sample sample : series.samples()) {
        int interval = Arrays.binarySearch(request.cutsMicros(), sample.timeMicros());
        Aggregate aggregate = series.aggregate();
        if (interval < 0 || aggregate == null) {
          judge.violate(who + " are not those asked for: " + sample);
        } else if (!doubtful.contains(interval)) {
          Value value = expected.remove(new Key(series.metric(), aggregate, interval));
          if (!sample.value().equals(value)) {
            judge.violate(
                "%s: %s of %s from %d us is %s and not %s"
                    .formatted(
                        who, aggregate, series.metric(), sample.timeMicros(), sample, value));
          }
        }
      }
    }
    if (!expected.isEmpty()) {
      judge.violate(who + " miss " + expected);
    }
  }

  private Map<Key, Value> expected(IntervalsRequest request, long began, Set<Integer> doubtful) {
    Map<String, NavigableMap<Long, Value>> byMetric = new HashMap<>();
    for (Track track : judge.tracksOf(request.enterprise(), request.device())) {
      long micros = track.identity.eventTimeMicros();
      if (micros < request.fromMicros() || micros >= request.toMicros()) {
        continue;
      }
      @Nullable Said floor = track.floor(began);
      boolean isTouched = judge.deletions().isTouched(track);
      if (isTouched && judge.deletions().areAllHidden(track, began)) {
        continue;
      }
      if (isTouched || !track.isSettled(floor)) {
        doubtful.add(intervalOf(request, micros));
      } else if (floor != null) {
        byMetric
            .computeIfAbsent(track.identity.metric(), metric -> new TreeMap<>())
            .put(micros, floor.value());
      }
    }
    Map<Key, Value> expected = new HashMap<>();
    byMetric.forEach(
        (metric, values) -> {
          Map<Integer, List<Value>> byInterval = new TreeMap<>();
          values.forEach(
              (micros, value) ->
                  byInterval
                      .computeIfAbsent(intervalOf(request, micros), key -> new ArrayList<>())
                      .add(value));
          byInterval.keySet().removeAll(doubtful);
          byInterval.forEach((interval, inOrder) -> expect(expected, metric, interval, inOrder));
        });
    return expected;
  }

  private static int intervalOf(IntervalsRequest request, long micros) {
    int found = Arrays.binarySearch(request.cutsMicros(), micros);
    return found >= 0 ? found : -found - 2;
  }

  private static void expect(
      Map<Key, Value> expected, String metric, int interval, List<Value> inOrder) {
    expected.put(new Key(metric, Aggregate.COUNT, interval), new Value.Int(inOrder.size()));
    expected.put(new Key(metric, Aggregate.FIRST, interval), inOrder.getFirst());
    expected.put(new Key(metric, Aggregate.LAST, interval), inOrder.getLast());
    List<Value> numbers =
        inOrder.stream()
            .filter(value -> !(value instanceof Value.Text))
            .sorted(Comparator.comparingDouble(IntervalCheck::number))
            .toList();
    if (!numbers.isEmpty()) {
      expected.put(new Key(metric, Aggregate.MIN, interval), numbers.getFirst());
      expected.put(new Key(metric, Aggregate.MAX, interval), numbers.getLast());
    }
  }

  private static double number(Value value) {
    return value instanceof Value.Int(long whole) ? whole : ((Value.Real) value).value();
  }
}
