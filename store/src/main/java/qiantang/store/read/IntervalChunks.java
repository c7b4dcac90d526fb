package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.RollupCodec;
import qiantang.store.codec.RollupCodec.Hour;
import qiantang.store.codec.SummaryCodec.Summaries;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.fold.Rollups;
import qiantang.store.model.DeviceId;

/**
 * The chunks of one device in order of event time, as intervals need them: hours by rollups where
 * intervals are that long and rollups tell enough, spans by summaries, and all else as columns. Any
 * thread.
 */
final class IntervalChunks {
  private static final long MINUTE_MICROS = 60_000_000L;

  private final FoldTables folds;
  private final Chunks chunks;
  private final SummarizedChunks summarized;
  private final Executor executor;

  IntervalChunks(FoldTables folds, Chunks chunks, SummarizedChunks summarized, Executor executor) {
    this.folds = folds;
    this.chunks = chunks;
    this.summarized = summarized;
    this.executor = executor;
  }

  /**
   * Merges all that reaches into these event times.
   *
   * @param areRolledUp whether there may be rollups of them
   */
  CompletionStage<Void> visit(
      LayoutHistory history,
      IntervalsRequest request,
      long fromMicros,
      long toMicros,
      boolean areRolledUp,
      IntervalMerge merge) {
    return visit(
        history, request, fromMicros, toMicros, areRolledUp ? folds::readRollups : null, merge);
  }

  /** Reads the rollups of a device of one partition, as {@link FoldTables#readRollups}. */
  @FunctionalInterface
  interface ReadRollups {
    CompletionStage<List<Rollup>> read(
        RollupPartition partition, DeviceId device, long fromBegin, long toBegin);
  }

  /** Whether intervals are so long that rollups tell something of them. */
  static boolean areRolledUp(IntervalsRequest request) {
    return intervalMinutes(request) >= Rollups.HOUR_MINUTES;
  }

  /**
   * The same.
   *
   * @param readRollups reads them; null where there are none
   */
  CompletionStage<Void> visit(
      LayoutHistory history,
      IntervalsRequest request,
      long fromMicros,
      long toMicros,
      @Nullable ReadRollups readRollups,
      IntervalMerge merge) {
    DeviceId device = request.device();
    long intervalMinutes = intervalMinutes(request);
    if (readRollups != null && areRolledUp(request)) {
      long from = Math.max(fromMicros, chunks.oldestMicros(history));
      long to = Math.min(toMicros, chunks.newestMicros());
      return from < to
          ? new Walk(history, device, from, to, readRollups, merge).run()
          : CompletableFuture.completedFuture(null);
    }
    // Where an interval is shorter than a span, no summary tells all of some spans.
    boolean hasWholeSpans =
        intervalMinutes >= spanMinutes(history, request.fromMicros())
            || intervalMinutes >= spanMinutes(history, request.toMicros());
    return hasWholeSpans
        ? summarized.visit(history, device, fromMicros, toMicros, merge)
        : chunks.visit(history, device, fromMicros, toMicros, merge);
  }

  /** How long intervals are on average, rounded down. */
  private static long intervalMinutes(IntervalsRequest request) {
    long[] cuts = request.cutsMicros();
    return (cuts[cuts.length - 1] - cuts[0]) / (cuts.length - 1) / MINUTE_MICROS;
  }

  private static int spanMinutes(LayoutHistory history, long timeMicros) {
    return history.at(Math.floorDiv(timeMicros, MINUTE_MICROS)).spanMinutes();
  }

  /** Event times that follow each other: told by rollups, or (null) by chunks. */
  private record Stretch(long fromMicros, long toMicros, @Nullable List<Summaries> hours) {}

  /** One walk; each step reads the rollups of one partition, then the chunks that it needs. */
  private final class Walk {
    private final LayoutHistory history;
    private final DeviceId device;
    private final long toMicros;
    private final ReadRollups readRollups;
    private final IntervalMerge merge;
    private long nextMicros;

    Walk(
        LayoutHistory history,
        DeviceId device,
        long fromMicros,
        long toMicros,
        ReadRollups readRollups,
        IntervalMerge merge) {
      this.readRollups = readRollups;
      this.history = history;
      this.device = device;
      this.toMicros = toMicros;
      this.merge = merge;
      nextMicros = fromMicros;
    }

    CompletionStage<Void> run() {
      long endMicros = Math.min(toMicros, merge.wantedToMicros());
      if (nextMicros >= endMicros) {
        return CompletableFuture.completedFuture(null);
      }
      long begin = Rollups.begin(Math.floorDiv(nextMicros, MINUTE_MICROS));
      RollupPartition partition = Rollups.partition(history, device, begin);
      long end = begin;
      while (end * MINUTE_MICROS < endMicros
          && Rollups.partition(history, device, end).equals(partition)) {
        end += Rollups.PERIOD_MINUTES;
      }
      long fromMicros = nextMicros;
      nextMicros = Math.min(endMicros, end * MINUTE_MICROS);
      return readRollups
          .read(partition, device, begin, end)
          .thenComposeAsync(
              rollups -> take(stretches(hours(rollups), fromMicros, nextMicros).iterator()),
              executor)
          .thenComposeAsync(nothing -> run(), executor);
    }

    /** Hours of which rollups know all, by their first minute. */
    private Map<Long, Hour> hours(List<Rollup> rollups) {
      Map<Long, Hour> hours = new HashMap<>();
      for (Rollup rollup : Rollups.whole(rollups)) {
        // Damaged ones hide nothing: the chunks have all that they would have told.
        if (RollupCodec.decode(rollup.bytes(), merge.wanted())
            instanceof RollupCodec.Decoded.Found(List<Hour> found)) {
          for (int i = 0; i < found.size(); i++) {
            hours.put(rollup.begin() + i * (long) Rollups.HOUR_MINUTES, found.get(i));
          }
        }
      }
      return hours;
    }

    private List<Stretch> stretches(Map<Long, Hour> hours, long fromMicros, long endMicros) {
      List<Stretch> stretches = new ArrayList<>();
      for (long from = fromMicros; from < endMicros; ) {
        // What is told by a rollup is no span's that is longer than an hour, in part.
        long minute = Math.floorDiv(from, MINUTE_MICROS);
        int unit = Math.max(Rollups.HOUR_MINUTES, history.at(minute).spanMinutes());
        long begin = Math.floorDiv(minute, unit) * unit;
        long end = Math.min(endMicros, (begin + unit) * MINUTE_MICROS);
        List<Summaries> told = told(hours, begin, unit);
        Stretch last = stretches.isEmpty() ? null : stretches.getLast();
        if (told == null && last != null && last.hours == null) {
          stretches.set(stretches.size() - 1, new Stretch(last.fromMicros, end, null));
        } else {
          stretches.add(new Stretch(from, end, told));
        }
        from = end;
      }
      return stretches;
    }

    /** What rollups tell of these minutes; null where that is not enough. */
    private @Nullable List<Summaries> told(Map<Long, Hour> hours, long begin, int minutes) {
      List<Summaries> told = new ArrayList<>();
      for (long hour = begin; hour < begin + minutes; hour += Rollups.HOUR_MINUTES) {
        switch (hours.getOrDefault(hour, new Hour.Unknown())) {
          case Hour.Unknown() -> {
            return null;
          }
          case Hour.Silent() -> {}
          case Hour.Known(Summaries summaries) -> told.add(summaries);
        }
      }
      return merge.isEnough(told) ? told : null;
    }

    private CompletionStage<Void> take(Iterator<Stretch> stretches) {
      while (stretches.hasNext()) {
        Stretch stretch = stretches.next();
        if (stretch.hours == null) {
          return summarized
              .visit(history, device, stretch.fromMicros, stretch.toMicros, merge)
              .thenComposeAsync(nothing -> take(stretches), executor);
        }
        merge.summaries(stretch.hours);
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
