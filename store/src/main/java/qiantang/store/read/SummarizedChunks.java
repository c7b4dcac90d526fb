package qiantang.store.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.codec.SummaryCodec.Decoded;
import qiantang.store.codec.SummaryCodec.Summaries;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;

/**
 * The chunks of one device in order of event time, span by span: as summaries where they tell
 * enough, and only else as columns. Any thread.
 */
final class SummarizedChunks {
  private static final long MINUTES_AT_ONCE_MAX = ChunkRange.AT_ONCE * (long) Layout.DAY_MINUTES;

  // Before anything is known: a day, which may have a thousand metrics.
  private static final long FIRST_MINUTES = Layout.DAY_MINUTES;

  private static final long BYTES_AT_ONCE = 8 << 20;

  // What a chunk may have, before any was seen.
  private static final long FIRST_ROW_BYTES = 64 << 10;

  private static final long MINUTE_MICROS = 60_000_000L;

  private final FoldTables folds;
  private final Chunks chunks;
  private final Executor executor;

  /** A span by its summaries, or (null) spans of which the columns are to be read. */
  private record Stretch(ChunkRange range, int rows, @Nullable List<Summaries> summaries) {
    boolean goesOnWith(Stretch next) {
      return summaries == null
          && next.summaries == null
          && range.partition().equals(next.range.partition());
    }

    Stretch with(Stretch next) {
      ChunkRange both = new ChunkRange(range.partition(), range.fromSpan(), next.range.toSpan());
      return new Stretch(both, rows + next.rows, null);
    }
  }

  /** The chunks tell between which event times there are any. */
  SummarizedChunks(FoldTables folds, Chunks chunks, Executor executor) {
    this.folds = folds;
    this.chunks = chunks;
    this.executor = executor;
  }

  /** Merges all spans that reach into these event times. */
  CompletionStage<Void> visit(
      LayoutHistory history, DeviceId device, long fromMicros, long toMicros, IntervalMerge merge) {
    long from = Math.max(fromMicros, chunks.oldestMicros(history));
    long to = Math.min(toMicros, chunks.newestMicros());
    return from < to
        ? new Walk(history, device, history.spanOf(from), to, merge).run()
        : CompletableFuture.completedFuture(null);
  }

  /** One walk. Each step reads the summaries of some partitions, then the columns it takes. */
  private final class Walk {
    private final LayoutHistory history;
    private final DeviceId device;
    private final long toMicros;
    private final IntervalMerge merge;
    private long span;
    private long minutesAtOnce = FIRST_MINUTES;
    private long rowBytes = FIRST_ROW_BYTES;

    Walk(
        LayoutHistory history, DeviceId device, long fromSpan, long toMicros, IntervalMerge merge) {
      this.history = history;
      this.device = device;
      this.toMicros = toMicros;
      this.merge = merge;
      span = fromSpan;
    }

    CompletionStage<Void> run() {
      long endMicros = Math.min(toMicros, merge.wantedToMicros());
      if (span * MINUTE_MICROS >= endMicros) {
        return CompletableFuture.completedFuture(null);
      }
      long before = span;
      long endMinute = Math.floorDiv(endMicros - 1, MINUTE_MICROS) + 1;
      long end = Math.min(endMinute, history.spanStart(span + minutesAtOnce));
      List<CompletionStage<List<Summarized>>> reads = new ArrayList<>();
      for (ChunkRange range :
          ChunkRange.of(history, device, span, Math.max(end, history.spanEnd(span)))) {
        reads.add(folds.readSummaries(range.partition(), device, range.fromSpan(), range.toSpan()));
        span = range.toSpan();
      }
      return Batches.all(reads)
          .thenComposeAsync(
              partitions -> {
                long bytes = 1;
                List<Stretch> stretches = new ArrayList<>();
                for (List<Summarized> rows : partitions) {
                  bytes += rows.stream().mapToLong(row -> row.summary().length).sum();
                  addStretches(rows, stretches);
                }
                minutesAtOnce =
                    Math.min(MINUTES_AT_ONCE_MAX, (span - before) * BYTES_AT_ONCE / bytes);
                return take(stretches).thenComposeAsync(nothing -> run(), executor);
              },
              executor);
    }

    private void addStretches(List<Summarized> rows, List<Stretch> into) {
      for (int from = 0; from < rows.size(); ) {
        long ofSpan = rows.get(from).key().span();
        int to = from + 1;
        while (to < rows.size() && rows.get(to).key().span() == ofSpan) {
          to++;
        }
        Stretch next = stretch(rows.subList(from, to));
        int last = into.size() - 1;
        if (last >= 0 && into.get(last).goesOnWith(next) && isLittle(into.get(last), next)) {
          into.set(last, into.get(last).with(next));
        } else {
          into.add(next);
        }
        from = to;
      }
    }

    private boolean isLittle(Stretch a, Stretch b) {
      return (a.rows + b.rows) * rowBytes <= BYTES_AT_ONCE;
    }

    private Stretch stretch(List<Summarized> ofSpan) {
      ChunkKey key = ofSpan.getFirst().key();
      ChunkRange range = new ChunkRange(key.partition(), key.span(), key.span() + 1);
      List<Summaries> summaries = new ArrayList<>(ofSpan.size());
      for (Summarized row : ofSpan) {
        Decoded decoded =
            merge.wanted().isEmpty()
                ? SummaryCodec.decode(row.summary())
                : SummaryCodec.decode(row.summary(), merge.wanted());
        // Damaged ones hide nothing: the columns have all that they would have told.
        if (!(decoded instanceof Decoded.Found(Summaries found))) {
          return new Stretch(range, ofSpan.size(), null);
        }
        summaries.add(found);
      }
      boolean enough = merge.isEnough(summaries);
      return new Stretch(range, ofSpan.size(), enough ? summaries : null);
    }

    /** Hands out stretches in order; columns of as many as memory is meant for are read at once. */
    private CompletionStage<Void> take(List<Stretch> stretches) {
      int end = 0;
      long bytes = 0;
      List<CompletionStage<List<Chunk>>> reads = new ArrayList<>();
      for (; end < stretches.size() && reads.size() < ChunkRange.AT_ONCE; end++) {
        Stretch stretch = stretches.get(end);
        if (stretch.summaries == null) {
          bytes += stretch.rows * rowBytes;
          if (bytes > BYTES_AT_ONCE && !reads.isEmpty()) {
            break;
          }
          ChunkRange range = stretch.range;
          reads.add(folds.readChunks(range.partition(), device, range.fromSpan(), range.toSpan()));
        }
      }
      List<Stretch> now = stretches.subList(0, end);
      if (reads.isEmpty()) {
        handOut(now, List.of());
        return CompletableFuture.completedFuture(null);
      }
      List<Stretch> rest = stretches.subList(end, stretches.size());
      return Batches.all(reads)
          .thenComposeAsync(
              columns -> {
                handOut(now, columns);
                return take(rest);
              },
              executor);
    }

    private void handOut(List<Stretch> stretches, List<List<Chunk>> columns) {
      Iterator<List<Chunk>> read = columns.iterator();
      for (Stretch stretch : stretches) {
        if (stretch.summaries != null) {
          merge.summaries(stretch.summaries);
        } else {
          handOut(read.next());
        }
      }
    }

    private void handOut(List<Chunk> rows) {
      long bytes = 0;
      List<Chunk> ofSpan = new ArrayList<>();
      for (Chunk chunk : rows) {
        bytes += chunk.bytes().length;
        if (!ofSpan.isEmpty() && ofSpan.getFirst().key().span() != chunk.key().span()) {
          merge.chunks(ofSpan);
          ofSpan = new ArrayList<>();
        }
        ofSpan.add(chunk);
      }
      if (!ofSpan.isEmpty()) {
        merge.chunks(ofSpan);
        rowBytes = 1 + bytes / rows.size();
      }
    }
  }
}
