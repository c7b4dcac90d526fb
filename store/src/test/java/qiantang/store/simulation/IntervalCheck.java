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
import qiantang.store.read.TotalsRequest;
import qiantang.store.simulation.Track.Said;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** Whether counts, first, last, smallest and largest values of intervals are right. */
final class IntervalCheck {
  /** What is asked for and checked. */
  static final List<Aggregate> AGGREGATES =
      List.of(Aggregate.COUNT, Aggregate.FIRST, Aggregate.LAST, Aggregate.MIN, Aggregate.MAX);

  /** What is asked for and checked of all devices together. */
  static final List<Aggregate> OF_SEVERAL = List.of(Aggregate.COUNT, Aggregate.MIN, Aggregate.MAX);

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
    Set<Integer> doubtful = new HashSet<>();
    Map<Key, Value> expected =
        expected(
            judge.tracksOf(request.enterprise(), request.device()),
            request.cutsMicros(),
            began,
            doubtful);
    String who = reader + " intervals of " + request.device() + " of " + request.enterprise();
    compare(who, request.cutsMicros(), expected, doubtful, false, answer);
  }

  /** The same of all devices together. */
  void totals(String reader, TotalsRequest request, long began, IntervalsAnswer answer) {
    judge.check();
    Set<Integer> doubtful = new HashSet<>();
    Map<Key, Value> expected =
        expected(judge.tracksOf(request.enterprise()), request.cutsMicros(), began, doubtful);
    expected.keySet().removeIf(key -> !OF_SEVERAL.contains(key.aggregate));
    String who = reader + " totals of " + request.enterprise();
    compare(who, request.cutsMicros(), expected, doubtful, true, answer);
  }

  private void compare(
      String who,
      long[] cutsMicros,
      Map<Key, Value> expected,
      Set<Integer> doubtful,
      boolean ofAnyType,
      IntervalsAnswer answer) {
    if (!(answer instanceof IntervalsAnswer.Found found)) {
      judge.violate(who + " are too large");
      return;
    }
    for (IntervalSeries series : found.series()) {
      for (Sample sample : series.samples()) {
        int interval = Arrays.binarySearch(cutsMicros, sample.timeMicros());
        Aggregate aggregate = series.aggregate();
        if (interval < 0 || aggregate == null) {
          judge.violate(who + " are not those asked for: " + sample);
        } else if (!doubtful.contains(interval)) {
          Value value = expected.remove(new Key(series.metric(), aggregate, interval));
          if (!sample.value().equals(value) && !(ofAnyType && isSame(sample.value(), value))) {
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

  /** Of numbers that are worth the same in two types, one may stand for the other. */
  private static boolean isSame(Value found, @Nullable Value expected) {
    return expected != null
        && isNumber(found)
        && isNumber(expected)
        && number(found) == number(expected);
  }

  private static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real;
  }

  /** What is to be told of these, of all times within the cuts, but of doubtful intervals. */
  private Map<Key, Value> expected(
      List<Track> tracks, long[] cutsMicros, long began, Set<Integer> doubtful) {
    Map<String, NavigableMap<Long, List<Value>>> byMetric = new HashMap<>();
    for (Track track : tracks) {
      long micros = track.identity.eventTimeMicros();
      if (micros < cutsMicros[0] || micros >= cutsMicros[cutsMicros.length - 1]) {
        continue;
      }
      @Nullable Said floor = track.floor(began);
      boolean isTouched = judge.deletions().isTouched(track);
      if (isTouched && judge.deletions().areAllHidden(track, began)) {
        continue;
      }
      if (isTouched || !track.isSettled(floor)) {
        doubtful.add(intervalOf(cutsMicros, micros));
      } else if (floor != null) {
        byMetric
            .computeIfAbsent(track.identity.metric(), metric -> new TreeMap<>())
            .computeIfAbsent(micros, time -> new ArrayList<>())
            .add(floor.value());
      }
    }
    Map<Key, Value> expected = new HashMap<>();
    byMetric.forEach(
        (metric, values) -> {
          Map<Integer, List<Value>> byInterval = new TreeMap<>();
          values.forEach(
              (micros, at) ->
                  byInterval
                      .computeIfAbsent(intervalOf(cutsMicros, micros), key -> new ArrayList<>())
                      .addAll(at));
          byInterval.keySet().removeAll(doubtful);
          byInterval.forEach((interval, inOrder) -> expect(expected, metric, interval, inOrder));
        });
    return expected;
  }

  private static int intervalOf(long[] cutsMicros, long micros) {
    int found = Arrays.binarySearch(cutsMicros, micros);
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
