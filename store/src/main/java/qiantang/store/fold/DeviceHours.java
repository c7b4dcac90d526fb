package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsMerge;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.RollupCodec.Hour;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.codec.SummaryCodec.Summaries;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.model.DeviceId;
import qiantang.store.summary.Summary;

/**
 * The hours of one device's rollup. Where the summaries of an hour's chunks follow each other they
 * are merged; where they overlap, or there are none, the columns are read, as long as these are
 * few: else the hour is left to readers. One thread at a time.
 */
final class DeviceHours {
  /** Bytes of columns: a quarter of a day at 10 Hz with 10 metrics. */
  private static final long COLUMN_BYTES_MAX = 4 << 20;

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final long begin;
  private final DeviceId device;
  private final List<Summarized> rows;

  /** Chunks' rows with their place in the order of arrival. */
  private record Ranked(long arrivalEnd, long digest, DeviceColumns columns) {
    static final Comparator<Ranked> ARRIVAL =
        Comparator.comparingLong(Ranked::arrivalEnd).thenComparingLong(Ranked::digest);
  }

  /**
   * Hours of a device.
   *
   * @param rows of the chunks that reach into them and that a rollup is to know
   */
  DeviceHours(
      PackerEnvironment environment,
      LayoutHistory layouts,
      long begin,
      DeviceId device,
      List<Summarized> rows) {
    this.environment = environment;
    this.layouts = layouts;
    this.begin = begin;
    this.device = device;
    this.rows = rows;
  }

  /** The hours in order. */
  CompletionStage<List<Hour>> make() {
    List<Hour> hours = new ArrayList<>(Rollups.HOURS);
    int firstUnknown = -1;
    int lastUnknown = -1;
    for (int i = 0; i < Rollups.HOURS; i++) {
      Hour hour = ofSummaries(begin + i * (long) Rollups.HOUR_MINUTES);
      hours.add(hour);
      if (hour instanceof Hour.Unknown) {
        firstUnknown = firstUnknown < 0 ? i : firstUnknown;
        lastUnknown = i;
      }
    }
    return firstUnknown < 0
        ? CompletableFuture.completedFuture(hours)
        : ofColumns(hours, firstUnknown, lastUnknown);
  }

  private Hour ofSummaries(long hour) {
    List<Summaries> found = new ArrayList<>();
    for (Summarized row : rows) {
      long span = row.key().span();
      if (span >= hour + Rollups.HOUR_MINUTES || layouts.spanEnd(span) <= hour) {
        continue;
      }
      boolean isWithin = span >= hour && layouts.spanEnd(span) <= hour + Rollups.HOUR_MINUTES;
      if (!isWithin
          || !(SummaryCodec.decode(row.summary())
              instanceof SummaryCodec.Decoded.Found(Summaries summaries))) {
        return new Hour.Unknown();
      }
      found.add(summaries);
    }
    if (found.isEmpty()) {
      return new Hour.Silent();
    }
    found.sort(Comparator.comparingLong(Summaries::firstMicros));
    for (int i = 1; i < found.size(); i++) {
      if (found.get(i).firstMicros() <= found.get(i - 1).lastMicros()) {
        return new Hour.Unknown();
      }
    }
    return new Hour.Known(Summaries.following(found));
  }

  private CompletionStage<List<Hour>> ofColumns(List<Hour> hours, int first, int last) {
    long fromSpan = layouts.spanStart(begin + first * (long) Rollups.HOUR_MINUTES);
    long toMinute = begin + (last + 1) * (long) Rollups.HOUR_MINUTES;
    List<Long> spans = spans(fromSpan, toMinute);
    List<Ranked> pieces = new ArrayList<>();
    Bytes bytes = new Bytes();
    return Turns.each(
            environment.executor(),
            () ->
                spans.isEmpty() || bytes.count > COLUMN_BYTES_MAX
                    ? null
                    : read(spans.removeFirst(), pieces, bytes))
        .thenApply(
            nothing -> {
              if (bytes.count <= COLUMN_BYTES_MAX && !bytes.isDamaged) {
                fill(hours, pieces);
              }
              return hours;
            });
  }

  /** What was read so far. */
  private static final class Bytes {
    long count;
    boolean isDamaged;
  }

  /** One by one: of one at 1 kHz no more than that is held before it turns out to be much. */
  private List<Long> spans(long fromSpan, long toMinute) {
    return rows.stream()
        .map(row -> row.key().span())
        .filter(span -> span >= fromSpan && span < toMinute)
        .distinct()
        .sorted()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private CompletionStage<Void> read(long span, List<Ranked> pieces, Bytes bytes) {
    return environment
        .tables()
        .readChunks(layouts.chunkPartition(device, span), device, span, span + 1)
        .thenAcceptAsync(
            chunks -> {
              for (Chunk chunk : chunks) {
                ChunkKey key = chunk.key();
                bytes.count += chunk.bytes().length;
                if (key.arrival() >= Rollups.completeAt(begin) || bytes.count > COLUMN_BYTES_MAX) {
                  continue;
                }
                switch (ChunkCodec.decode(chunk.bytes())) {
                  case ChunkCodec.Decoded.Columns(DeviceColumns columns) ->
                      pieces.add(
                          new Ranked(
                              layouts.arrivalEnd(key.span(), key.arrival()),
                              key.digest(),
                              columns));
                  case ChunkCodec.Decoded.Damaged _ -> bytes.isDamaged = true;
                }
              }
            },
            environment.executor());
  }

  private void fill(List<Hour> hours, List<Ranked> pieces) {
    pieces.sort(Ranked.ARRIVAL);
    List<DeviceColumns> inOrder = pieces.stream().map(Ranked::columns).toList();
    for (int i = 0; i < hours.size(); i++) {
      if (hours.get(i) instanceof Hour.Unknown) {
        long hour = begin + i * (long) Rollups.HOUR_MINUTES;
        Hour found = hour(inOrder, hour);
        if (found != null) {
          hours.set(i, found);
        }
      }
    }
  }

  private static @Nullable Hour hour(List<DeviceColumns> inOrder, long hour) {
    long from = LayoutHistory.micros(hour);
    long to = LayoutHistory.micros(hour + Rollups.HOUR_MINUTES);
    DeviceColumns merged = ColumnsMerge.merge(inOrder, from, to);
    if (merged.rows() == 0) {
      return new Hour.Silent();
    }
    if (!Summary.canHold(from) || !Summary.canHold(to)) {
      return null;
    }
    Summaries summaries = SummaryCodec.of(merged);
    return new Hour.Known(
        new Summaries(
            summaries.firstMicros(),
            summaries.lastMicros(),
            summaries.unitMicros(),
            newestArrivalMillis(inOrder, from, to),
            summaries.byMetric(),
            summaries.inColumns()));
  }

  /** Of what was superseded too: so do readers of the columns. */
  private static long newestArrivalMillis(List<DeviceColumns> pieces, long from, long to) {
    long newest = Long.MIN_VALUE;
    for (DeviceColumns piece : pieces) {
      int end = piece.rowAtOrAfter(to);
      for (int row = piece.rowAtOrAfter(from); row < end; row++) {
        newest = Math.max(newest, piece.arrivalMillis(row));
      }
    }
    return newest;
  }
}
