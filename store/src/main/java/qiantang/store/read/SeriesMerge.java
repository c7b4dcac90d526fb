package qiantang.store.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.Column;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

/**
 * Merges samples of one device from all tiers by identity (metric, event time): the last in the
 * order of arrival wins, equal values included. Holds at most twice the limit and a chunk's column;
 * what lies beyond the limit in event time is left to the next page. Any thread: tiers are read at
 * the same time.
 */
final class SeriesMerge implements Tail.Visitor, Chunks.Visitor {
  private final SeriesRequest request;
  private final LayoutHistory history;
  private final Masks masks;
  private final Set<String> wanted;

  // All guarded by this.
  private final Map<String, MetricMerge> byMetric = new TreeMap<>();
  private final EnumSet<Source> sources = EnumSet.of(Source.JOURNAL);
  private int damaged;
  private int size;
  private long toMicros;

  SeriesMerge(SeriesRequest request, LayoutHistory history, Masks masks) {
    this.request = request;
    this.history = history;
    this.masks = masks;
    wanted = new HashSet<>(request.metrics());
    toMicros = request.toMicros();
  }

  @Override
  public synchronized void entry(FrameKey frame, int index, Entry entry) {
    if (entry instanceof Entry.Readings message) {
      for (Reading reading : message.readings()) {
        if (reading.device().equals(request.device())) {
          add(Rank.of(frame, index), message, reading);
        }
      }
    }
  }

  /** Merges a reading of the device. */
  synchronized void reading(Rank rank, Entry.Readings message, Reading reading) {
    add(rank, message, reading);
  }

  /** Merges what a block says of the device. */
  void block(Rank rank, DeviceColumns columns) {
    add(Source.BLOCKS, rank, columns);
  }

  private void add(Rank rank, Entry.Readings message, Reading reading) {
    long timeMicros = reading.eventTimeMicros();
    if (timeMicros < request.fromMicros() || timeMicros >= toMicros) {
      return;
    }
    long arrivalMicros = Series.Sample.arrivalMicros(message);
    if (masks.hides(request.device(), timeMicros, arrivalMicros / 1000)) {
      return;
    }
    for (MetricValue value : reading.values()) {
      if (wanted.isEmpty() || wanted.contains(value.metric())) {
        add(metric(value.metric()), timeMicros, arrivalMicros, rank, value.value());
      }
    }
    boundSize();
  }

  /** Merges what a block says of the device. */
  void block(Block block) {
    BlockCodec.Decoded decoded =
        wanted.isEmpty()
            ? BlockCodec.decode(block.bytes(), request.device())
            : BlockCodec.decode(block.bytes(), request.device(), wanted);
    switch (decoded) {
      case BlockCodec.Decoded.Members(List<BlockCodec.Member> members) ->
          members.forEach(member -> add(Source.BLOCKS, Rank.of(block.key()), member.columns()));
      case BlockCodec.Decoded.Damaged _ -> damaged(1);
    }
  }

  @Override
  public int chunk(Chunk chunk) {
    ChunkKey key = chunk.key();
    ChunkCodec.Decoded decoded =
        wanted.isEmpty()
            ? ChunkCodec.decode(chunk.bytes())
            : ChunkCodec.decode(chunk.bytes(), wanted);
    return switch (decoded) {
      case ChunkCodec.Decoded.Columns(DeviceColumns columns) ->
          add(
              Source.CHUNKS,
              Rank.ofPacked(history.arrivalEnd(key.span(), key.arrival()), key.digest()),
              columns);
      case ChunkCodec.Decoded.Damaged _ -> {
        damaged(1);
        yield 0;
      }
    };
  }

  private synchronized int add(Source source, Rank rank, DeviceColumns decoded) {
    DeviceColumns columns = masks.visible(request.device(), decoded);
    int added = 0;
    int from = columns.rowAtOrAfter(request.fromMicros());
    for (Column column : columns.columns()) {
      // Where the last column went beyond the limit, less of this one is wanted.
      int end = column.indexAtOrAfter(columns.rowAtOrAfter(toMicros));
      int begin = column.indexAtOrAfter(from);
      MetricMerge metric = metric(column.metric());
      for (int i = begin; i < end; i++) {
        int row = column.row(i);
        long arrivalMicros = columns.arrivalMillis(row) * 1000;
        add(metric, columns.eventTimeMicros(row), arrivalMicros, rank, column.value(i));
      }
      added += Math.max(0, end - begin);
      boundSize();
    }
    if (added > 0) {
      sources.add(source);
    }
    return added;
  }

  private MetricMerge metric(String name) {
    return byMetric.computeIfAbsent(name, key -> new MetricMerge());
  }

  private void add(
      MetricMerge metric, long timeMicros, long arrivalMicros, Rank rank, Value value) {
    size += metric.add(timeMicros, arrivalMicros, rank, value) ? 1 : 0;
  }

  private void boundSize() {
    if (size > 2L * request.limit()) {
      cut();
    }
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int frames) {
    damaged += frames;
  }

  @Override
  public synchronized long wantedToMicros() {
    if (size > request.limit()) {
      cut();
    }
    return toMicros;
  }

  /** How many samples are in memory, those that others will supersede included. */
  synchronized int held() {
    return size;
  }

  @Override
  public synchronized long wantedSamples() {
    return Math.max(1, request.limit() - size);
  }

  /** The answer; the merge is done. */
  synchronized SeriesAnswer answer() {
    cut();
    List<Series> series = new ArrayList<>();
    long freshnessMicros = 0;
    for (Map.Entry<String, MetricMerge> metric : byMetric.entrySet()) {
      MetricMerge merge = metric.getValue();
      if (merge.size() > 0) {
        series.add(new Series(metric.getKey(), merge.samples()));
        freshnessMicros = Math.max(freshnessMicros, merge.newestArrivalMicros());
      }
    }
    @Nullable Long next = toMicros < request.toMicros() ? Long.valueOf(toMicros) : null;
    return new SeriesAnswer(
        series,
        next,
        Completeness.of(next == null ? null : "limit", freshnessMicros, sources, damaged));
  }

  /** The same of some event times only; the merge is done. */
  synchronized SeriesMerge within(long fromMicros, long untilMicros) {
    SeriesMerge within =
        new SeriesMerge(
            new SeriesRequest(
                request.enterprise(),
                request.device(),
                request.metrics(),
                fromMicros,
                untilMicros,
                request.limit()),
            history,
            masks);
    within.sources.addAll(sources);
    byMetric.forEach(
        (name, samples) -> {
          for (int i = 0; i < samples.size(); i++) {
            long micros = samples.timeMicros(i);
            if (micros >= fromMicros && micros < untilMicros) {
              within.add(
                  within.metric(name),
                  micros,
                  samples.arrivalMicros(i),
                  samples.rank(i),
                  samples.value(i));
            }
          }
        });
    return within;
  }

  /** The samples themselves, settled and within the limit; the merge is done. */
  synchronized Map<String, MetricMerge> settled() {
    cut();
    return byMetric;
  }

  /** What they come from; the merge is done. */
  synchronized EnumSet<Source> sources() {
    return sources;
  }

  /** How much could not be decoded; the merge is done. */
  synchronized int damaged() {
    return damaged;
  }

  /** Leaves whole instants to the next page until the limit holds, but never the first one. */
  private void cut() {
    size = 0;
    for (MetricMerge metric : byMetric.values()) {
      metric.settle();
      size += metric.size();
    }
    if (size <= request.limit()) {
      return;
    }
    long[] times = new long[size];
    int end = 0;
    for (MetricMerge metric : byMetric.values()) {
      end = metric.copyTimes(times, end);
    }
    Arrays.sort(times);
    long cutMicros = times[request.limit()];
    if (cutMicros == times[0]) {
      int behind = request.limit();
      while (behind < times.length && times[behind] == cutMicros) {
        behind++;
      }
      if (behind == times.length) {
        return;
      }
      cutMicros = times[behind];
    }
    toMicros = cutMicros;
    size = 0;
    for (MetricMerge metric : byMetric.values()) {
      metric.cut(cutMicros);
      size += metric.size();
    }
  }
}
