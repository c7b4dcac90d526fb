package qiantang.store.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnSummaries;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.SummaryCodec.Summaries;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.summary.Around;
import qiantang.store.summary.Summary;

/**
 * Merges chunks, as columns or by their summaries, with what no chunk has yet into intervals. A
 * summary counts only where nothing else lies within its times; of all else the last in the order
 * of arrival wins, as everywhere. Chunks come span by span in order of event time. One thread at a
 * time.
 */
final class IntervalMerge implements Chunks.Visitor {
  /** Most metrics told apart: as many as a request may name. Each takes a KiB and its intervals. */
  static final int METRICS_MAX = 1000;

  // Reads of chunks are bounded by bytes; how many samples are wanted bounds nothing here.
  private static final long SAMPLES_AT_ONCE = 1 << 30;

  private static final long MINUTE_MICROS = 60_000_000L;

  private final IntervalsRequest request;
  private final LayoutHistory history;
  private final @Nullable Sink sink;
  private final Masks masks;
  private final Set<String> wanted;
  private final SortedMap<String, MetricIntervals> byMetric = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private final List<Chunk> span = new ArrayList<>();
  private Map<String, Recent> recents = Map.of();
  private long fromMicros;
  private long toMicros;
  private int damaged;
  private long newestArrivalMicros;

  /** What no chunk has of one metric, and how much of it was taken. */
  private static final class Recent {
    final MetricMerge samples;
    int next;

    Recent(MetricMerge samples) {
      this.samples = samples;
    }

    /** Index of the first sample that is not before this time. */
    int atOrAfter(long timeMicros) {
      int low = next;
      int high = samples.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (samples.timeMicros(middle) < timeMicros) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    boolean isWithin(long firstMicros, long lastMicros) {
      int index = atOrAfter(firstMicros);
      return index < samples.size() && samples.timeMicros(index) <= lastMicros;
    }
  }

  /** A part of a chunk and its place in the order of arrival. */
  private record Ranked(Rank rank, DeviceColumns columns) {}

  /** The values {@code [from, to)} of a column. */
  private record Stretch(
      Rank rank, DeviceColumns columns, Column column, long[] timesMicros, int from, int to) {
    long firstMicros() {
      return timesMicros[from];
    }

    long lastMicros() {
      return timesMicros[to - 1];
    }
  }

  /** Takes an interval of a metric, as soon as all of it is known, and what follows it. */
  @FunctionalInterface
  interface Sink {
    void interval(String metric, int interval, Summary summary, Around around);
  }

  IntervalMerge(IntervalsRequest request, LayoutHistory history, Masks masks) {
    this(request, history, masks, null);
  }

  /**
   * A merge that makes no answer.
   *
   * @param sink is handed every interval instead
   */
  IntervalMerge(IntervalsRequest request, LayoutHistory history, Masks masks, @Nullable Sink sink) {
    this.request = request;
    this.history = history;
    this.sink = sink;
    this.masks = masks;
    wanted = new HashSet<>(request.metrics());
  }

  /** Names wanted, empty for all. */
  Set<String> wanted() {
    return wanted;
  }

  /**
   * Begins with the event times from here on, as far as it is known what no chunk has of them.
   *
   * @param noChunkYet that, with what is wanted cut off where there was no room for more
   */
  void begin(long fromMicros, SeriesMerge noChunkYet) {
    recents = new HashMap<>();
    for (Map.Entry<String, MetricMerge> metric : noChunkYet.settled().entrySet()) {
      MetricMerge samples = metric.getValue();
      recents.put(metric.getKey(), new Recent(samples));
      newestArrivalMicros = Math.max(newestArrivalMicros, samples.newestArrivalMicros());
    }
    this.fromMicros = fromMicros;
    toMicros = noChunkYet.wantedToMicros();
    sources.addAll(noChunkYet.sources());
  }

  /** Behind the last event time of those that were begun. */
  long toMicros() {
    return toMicros;
  }

  /** Counts what could not be decoded. */
  void damaged(int count) {
    damaged += count;
  }

  @Override
  public long wantedToMicros() {
    return isTooLarge() ? Long.MIN_VALUE : toMicros;
  }

  @Override
  public long wantedSamples() {
    return SAMPLES_AT_ONCE;
  }

  /** Whether there is more than was asked for. */
  boolean isTooLarge() {
    long size = 0;
    for (MetricIntervals metric : byMetric.values()) {
      size += metric.size();
    }
    return size > request.samplesMax() || byMetric.size() > METRICS_MAX;
  }

  private MetricIntervals metric(String name) {
    return byMetric.computeIfAbsent(name, key -> new MetricIntervals(request, name, sink));
  }

  /** Whether the summaries of a span's rows tell all that is wanted of them. */
  boolean isEnough(List<Summaries> ofSpan) {
    long beforeMicros = Long.MIN_VALUE;
    List<Summaries> inOrder = new ArrayList<>(ofSpan);
    inOrder.sort(Comparator.comparingLong(Summaries::firstMicros));
    for (Summaries summaries : inOrder) {
      if (summaries.byMetric().isEmpty() && summaries.inColumns().isEmpty()) {
        continue; // of other metrics
      }
      if (isHidden(summaries)) {
        continue;
      }
      long first = summaries.firstMicros();
      long last = summaries.lastMicros();
      boolean isEnough =
          summaries.inColumns().isEmpty()
              && !masks.touches(request.device(), first)
              && first > beforeMicros
              && first >= fromMicros
              && last < toMicros
              && intervalOf(first) == intervalOf(last)
              && recents.values().stream().noneMatch(recent -> recent.isWithin(first, last));
      if (!isEnough) {
        return false;
      }
      beforeMicros = last;
    }
    return true;
  }

  private boolean isHidden(Summaries summaries) {
    return masks.hidesAll(
        request.device(), summaries.lastMicros(), summaries.newestArrivalMillis());
  }

  private int intervalOf(long timeMicros) {
    int found = Arrays.binarySearch(request.cutsMicros(), timeMicros);
    return found >= 0 ? found : -found - 2;
  }

  /** Merges a span of which summaries are enough. */
  void summaries(List<Summaries> ofSpan) {
    if (isTooLarge()) {
      return;
    }
    List<Summaries> inOrder = new ArrayList<>(ofSpan);
    inOrder.removeIf(this::isHidden);
    inOrder.sort(Comparator.comparingLong(Summaries::firstMicros));
    for (Summaries summaries : inOrder) {
      for (Map.Entry<String, Summary> summary : summaries.byMetric().entrySet()) {
        String metric = summary.getKey();
        takeRecent(metric, summary.getValue().first().timeMicros());
        metric(metric).add(summary.getValue());
        sources.add(Source.SUMMARIES);
        newestArrivalMicros = Math.max(newestArrivalMicros, summaries.newestArrivalMillis() * 1000);
      }
    }
  }

  /** Takes what no chunk has of a metric before this time. */
  private void takeRecent(String metric, long untilMicros) {
    Recent recent = recents.get(metric);
    if (recent != null) {
      int end = recent.atOrAfter(untilMicros);
      MetricIntervals intervals = metric(metric);
      for (; recent.next < end; recent.next++) {
        intervals.add(recent.samples.timeMicros(recent.next), recent.samples.value(recent.next));
      }
    }
  }

  @Override
  public int chunk(Chunk chunk) {
    if (!span.isEmpty() && span.getFirst().key().span() != chunk.key().span()) {
      endSpan();
    }
    span.add(chunk);
    return 0; // not known yet
  }

  private void endSpan() {
    if (!span.isEmpty()) {
      chunks(span);
      span.clear();
    }
  }

  /** Merges the columns of a span. */
  void chunks(List<Chunk> ofSpan) {
    if (isTooLarge()) {
      return;
    }
    // Parts of a run that knew a mask may lie beside others of one that did not, and overlap.
    boolean isTouched =
        masks.touches(request.device(), ofSpan.getFirst().key().span() * MINUTE_MICROS);
    if (!isTouched && arePartsOfOne(ofSpan)) {
      // They follow each other in time: a span at 1 kHz has 60 of them.
      for (Chunk part : ofSpan) {
        merge(decoded(List.of(part)));
      }
    } else {
      merge(decoded(ofSpan));
    }
  }

  private static boolean arePartsOfOne(List<Chunk> ofSpan) {
    for (int i = 0; i < ofSpan.size(); i++) {
      ChunkKey key = ofSpan.get(i).key();
      if (key.arrival() != ofSpan.getFirst().key().arrival() || key.part() != i) {
        return false;
      }
    }
    return true;
  }

  private List<Ranked> decoded(List<Chunk> chunks) {
    List<Ranked> decoded = new ArrayList<>(chunks.size());
    for (Chunk chunk : chunks) {
      ChunkKey key = chunk.key();
      ChunkCodec.Decoded found =
          wanted.isEmpty()
              ? ChunkCodec.decode(chunk.bytes())
              : ChunkCodec.decode(chunk.bytes(), wanted);
      switch (found) {
        case ChunkCodec.Decoded.Columns(DeviceColumns columns) ->
            decoded.add(
                new Ranked(
                    Rank.ofPacked(history.arrivalEnd(key.span(), key.arrival()), key.digest()),
                    masks.visible(key.device(), columns)));
        case ChunkCodec.Decoded.Damaged _ -> damaged(1);
      }
    }
    return decoded;
  }

  private void merge(List<Ranked> pieces) {
    Set<String> metrics = new TreeSet<>();
    pieces.forEach(piece -> metrics.addAll(piece.columns.metrics()));
    for (String metric : metrics) {
      List<Stretch> stretches = stretches(metric, pieces);
      if (!stretches.isEmpty()) {
        sources.add(Source.CHUNKS);
        merge(metric, stretches);
      }
    }
    pieces.forEach(piece -> seeArrivals(piece.columns));
  }

  private List<Stretch> stretches(String metric, List<Ranked> pieces) {
    List<Stretch> stretches = new ArrayList<>(pieces.size());
    for (Ranked piece : pieces) {
      DeviceColumns columns = piece.columns;
      Column column = columns.column(metric);
      if (column != null) {
        int from = column.indexAtOrAfter(columns.rowAtOrAfter(fromMicros));
        int to = column.indexAtOrAfter(columns.rowAtOrAfter(toMicros));
        if (from < to) {
          long[] times = ColumnSummaries.timesMicros(columns, column);
          stretches.add(new Stretch(piece.rank, columns, column, times, from, to));
        }
      }
    }
    stretches.sort(Comparator.comparingLong(Stretch::firstMicros));
    return stretches;
  }

  private void merge(String metric, List<Stretch> stretches) {
    @Nullable Recent recent = recents.get(metric);
    if (areAlone(stretches, recent)) {
      for (Stretch stretch : stretches) {
        takeRecent(metric, stretch.firstMicros());
        metric(metric).add(stretch.timesMicros, stretch.column, stretch.from, stretch.to);
      }
      return;
    }
    takeRecent(metric, stretches.getFirst().firstMicros());
    MetricMerge merge = new MetricMerge();
    long lastMicros = Long.MIN_VALUE;
    for (Stretch stretch : stretches) {
      lastMicros = Math.max(lastMicros, stretch.lastMicros());
      for (int i = stretch.from; i < stretch.to; i++) {
        merge.add(stretch.timesMicros[i], 0, stretch.rank, stretch.column.value(i));
      }
    }
    if (recent != null) {
      MetricMerge samples = recent.samples;
      for (; recent.next < samples.size(); recent.next++) {
        int i = recent.next;
        if (samples.timeMicros(i) > lastMicros) {
          break;
        }
        merge.add(samples.timeMicros(i), 0, samples.rank(i), samples.value(i));
      }
    }
    merge.settle();
    MetricIntervals intervals = metric(metric);
    for (int i = 0; i < merge.size(); i++) {
      intervals.add(merge.timeMicros(i), merge.value(i));
    }
  }

  /** Whether none of the stretches, which are in order, overlaps with anything. */
  private static boolean areAlone(List<Stretch> stretches, @Nullable Recent recent) {
    long beforeMicros = Long.MIN_VALUE;
    for (Stretch stretch : stretches) {
      if (stretch.firstMicros() <= beforeMicros
          || (recent != null && recent.isWithin(stretch.firstMicros(), stretch.lastMicros()))) {
        return false;
      }
      beforeMicros = stretch.lastMicros();
    }
    return true;
  }

  private void seeArrivals(DeviceColumns columns) {
    int to = columns.rowAtOrAfter(toMicros);
    for (int row = columns.rowAtOrAfter(fromMicros); row < to; row++) {
      newestArrivalMicros = Math.max(newestArrivalMicros, columns.arrivalMillis(row) * 1000);
    }
  }

  /** No more chunks come of the times that were begun. */
  void end() {
    endSpan();
    for (String metric : recents.keySet()) {
      takeRecent(metric, toMicros);
    }
  }

  /** Hands out the last intervals, and where all that was merged comes from; the merge is done. */
  void complete(Origins into) {
    byMetric.values().forEach(MetricIntervals::end);
    into.add(sources, newestArrivalMicros, damaged);
  }

  /** Hears where the samples of a device come from. */
  @FunctionalInterface
  interface Origins {
    void add(Set<Source> from, long newestMicros, int damagedOfDevice);
  }

  /** The answer; the merge is done. */
  IntervalsAnswer answer() {
    List<IntervalSeries> series = new ArrayList<>();
    byMetric.forEach((metric, intervals) -> series.addAll(intervals.series()));
    return isTooLarge()
        ? new IntervalsAnswer.TooLarge()
        : new IntervalsAnswer.Found(
            series, Completeness.of(null, newestArrivalMicros, sources, damaged));
  }
}
