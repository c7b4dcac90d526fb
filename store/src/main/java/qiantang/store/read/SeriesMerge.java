package qiantang.store.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.read.Series.Sample;

/**
 * Merges samples of one device from any number of sources by identity (metric, event time): the
 * last in arrival order wins, equal values included. Holds at most twice the limit; what lies
 * beyond the limit in event time is left to the next page.
 */
final class SeriesMerge implements Tail.Visitor {
  private record Candidate(Rank rank, Sample sample) {}

  private final SeriesRequest request;
  private final Set<String> wanted;
  private final Map<String, NavigableMap<Long, Candidate>> byMetric = new TreeMap<>();
  private int size;
  private long toMicros;
  private long freshnessMicros;

  SeriesMerge(SeriesRequest request) {
    this.request = request;
    wanted = new HashSet<>(request.metrics());
    toMicros = request.toMicros();
  }

  @Override
  public void entry(FrameKey frame, int index, Entry entry) {
    Rank rank = Rank.of(frame, index);
    freshnessMicros = Math.max(freshnessMicros, entry.arrivalMicros());
    if (entry instanceof Entry.Readings message) {
      for (Reading reading : message.readings()) {
        if (reading.device().equals(request.device())) {
          add(rank, message.arrivalMicros(), reading);
        }
      }
    }
  }

  private void add(Rank rank, long arrivalMicros, Reading reading) {
    if (reading.eventTimeMicros() < request.fromMicros() || reading.eventTimeMicros() >= toMicros) {
      return;
    }
    for (MetricValue value : reading.values()) {
      if (wanted.isEmpty() || wanted.contains(value.metric())) {
        add(rank, value.metric(), reading.eventTimeMicros(), arrivalMicros, value.value());
      }
    }
    if (size > 2L * request.limit()) {
      cut();
    }
  }

  private void add(
      Rank rank, String metric, long eventTimeMicros, long arrivalMicros, Value value) {
    NavigableMap<Long, Candidate> samples =
        byMetric.computeIfAbsent(metric, name -> new TreeMap<>());
    Candidate before = samples.get(eventTimeMicros);
    // Not greater: of two in one message the later one wins too.
    if (before == null || before.rank.compareTo(rank) <= 0) {
      Sample sample = new Sample(eventTimeMicros, arrivalMicros, value);
      samples.put(eventTimeMicros, new Candidate(rank, sample));
      size += before == null ? 1 : 0;
    }
  }

  /** The answer; the merge is done. */
  SeriesAnswer answer(int damagedFrames) {
    if (size > request.limit()) {
      cut();
    }
    List<Series> series = new ArrayList<>();
    byMetric.forEach(
        (metric, samples) -> {
          if (!samples.isEmpty()) {
            series.add(
                new Series(metric, samples.values().stream().map(Candidate::sample).toList()));
          }
        });
    @Nullable Long next = toMicros < request.toMicros() ? Long.valueOf(toMicros) : null;
    return new SeriesAnswer(
        series,
        next,
        new Completeness(
            next == null && damagedFrames == 0,
            next == null ? null : "limit",
            freshnessMicros,
            Reader.SOURCES,
            damagedFrames));
  }

  /** Leaves whole instants to the next page until the limit holds, but never the first one. */
  private void cut() {
    long[] times =
        byMetric.values().stream()
            .flatMap(samples -> samples.keySet().stream())
            .mapToLong(Long::longValue)
            .toArray();
    Arrays.sort(times);
    if (times.length <= request.limit()) {
      return;
    }
    long cutMicros = times[request.limit()];
    if (cutMicros == times[0]) {
      int behind = Arrays.binarySearch(times, cutMicros + 1);
      int first = behind >= 0 ? firstOf(times, behind) : -behind - 1;
      if (first == times.length) {
        return;
      }
      cutMicros = times[first];
    }
    toMicros = cutMicros;
    size = 0;
    for (NavigableMap<Long, Candidate> samples : byMetric.values()) {
      samples.tailMap(cutMicros, true).clear();
      size += samples.size();
    }
  }

  private static int firstOf(long[] sorted, int index) {
    int first = index;
    while (first > 0 && sorted[first - 1] == sorted[index]) {
      first--;
    }
    return first;
  }
}
