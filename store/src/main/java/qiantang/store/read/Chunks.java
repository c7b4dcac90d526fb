package qiantang.store.read;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;

/**
 * The chunks of one device in order of event time, as far as they are asked for. How much time is
 * read at once follows from how much was found in the time before, so that neither ten years of a
 * device that is mostly off take a read each day, nor an hour of one at 1 kHz the memory of a year.
 * Any thread.
 */
final class Chunks {
  private static final long MINUTES_AT_ONCE_MAX = ChunkRange.AT_ONCE * (long) Layout.DAY_MINUTES;

  // A month of 10 metrics at 0.1 Hz is 5 MB.
  private static final long BYTES_AT_ONCE = 8 << 20;

  // Before anything is known: 7 MB of a device at 1 kHz.
  private static final long FIRST_MINUTES = 60;

  // A day more than retention says, for clocks that differ.
  private static final Duration MARGIN = Duration.ofDays(1);

  private static final long MINUTE_MICROS = 60_000_000L;

  private final FoldTables folds;
  private final InstantSource clock;
  private final Executor executor;

  /** What a step has brought so far: bytes, and samples that were wanted. */
  private record Taken(long bytes, long samples) {
    static final Taken NOTHING = new Taken(0, 0);
  }

  /** Takes chunks and says how much more is wanted. */
  interface Visitor {
    /** One part; says how many samples in it were wanted. */
    int chunk(Chunk chunk);

    /** From which event time on nothing is wanted any more. */
    long wantedToMicros();

    /** How many samples more are wanted. */
    long wantedSamples();
  }

  /** The clock tells which event times cannot be there: too old, or still to come. */
  Chunks(FoldTables folds, InstantSource clock, Executor executor) {
    this.folds = folds;
    this.clock = clock;
    this.executor = executor;
  }

  /** Visits the parts of all spans that reach into these event times. */
  CompletionStage<Void> visit(
      LayoutHistory history, DeviceId device, long fromMicros, long toMicros, Visitor visitor) {
    long from = Math.max(fromMicros, oldestMicros(history));
    long to = Math.min(toMicros, newestMicros());
    return from < to
        ? new Walk(history, device, history.spanOf(from), to, visitor).run()
        : CompletableFuture.completedFuture(null);
  }

  /** The same question about no time of which there is nothing any more, or nothing yet. */
  TotalsRequest bounded(TotalsRequest request, LayoutHistory history) {
    long from = Math.max(request.fromMicros(), oldestMicros(history));
    long to = Math.min(request.toMicros(), newestMicros());
    return new TotalsRequest(
        request.enterprise(),
        request.metrics(),
        from,
        Math.max(from, to),
        request.cutsMicros(),
        request.aggregates(),
        request.samplesMax());
  }

  /** The same question about no time of which there is nothing any more, or nothing yet. */
  SetsRequest bounded(SetsRequest request, LayoutHistory history) {
    long from = Math.max(request.fromMicros(), oldestMicros(history));
    long to = Math.min(request.toMicros(), newestMicros());
    return request.within(from, Math.max(from, to));
  }

  /** Before this event time there are no chunks any more. */
  long oldestMicros(LayoutHistory history) {
    return micros(clock.instant().minus(history.retention().duration()).minus(MARGIN));
  }

  /** From this event time on there are no chunks yet. */
  long newestMicros() {
    return micros(clock.instant().plus(MARGIN));
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  /** One walk; each step reads some spans of some partitions, all at once. */
  private final class Walk {
    private final LayoutHistory history;
    private final DeviceId device;
    private final long toMicros;
    private final Visitor visitor;
    private long span;
    private long minutesAtOnce = FIRST_MINUTES;

    Walk(LayoutHistory history, DeviceId device, long fromSpan, long toMicros, Visitor visitor) {
      this.history = history;
      this.device = device;
      this.toMicros = toMicros;
      this.visitor = visitor;
      span = fromSpan;
    }

    CompletionStage<Void> run() {
      long endMicros = Math.min(toMicros, visitor.wantedToMicros());
      if (span * MINUTE_MICROS >= endMicros) {
        return CompletableFuture.completedFuture(null);
      }
      long before = span;
      CompletionStage<Taken> all = CompletableFuture.completedFuture(Taken.NOTHING);
      List<CompletionStage<List<Chunk>>> reads = new ArrayList<>();
      for (ChunkRange range : step(Math.floorDiv(endMicros - 1, MINUTE_MICROS) + 1)) {
        reads.add(folds.readChunks(range.partition(), device, range.fromSpan(), range.toSpan()));
        span = range.toSpan();
      }
      // In order, and each as soon as it is there: the database reads on while it is decoded.
      for (CompletionStage<List<Chunk>> read : reads) {
        all = all.thenCombineAsync(read, this::take, executor);
      }
      return all.thenCompose(
          taken -> {
            minutesAtOnce = minutesOfNextStep(span - before, taken.bytes(), taken.samples());
            return run();
          });
    }

    private Taken take(Taken before, List<Chunk> chunks) {
      long bytes = before.bytes();
      long samples = before.samples();
      for (Chunk chunk : chunks) {
        bytes += chunk.bytes().length;
        samples += visitor.chunk(chunk);
      }
      return new Taken(bytes, samples);
    }

    /** By what the last step brought; a quarter more, so that there is seldom one for the rest. */
    private long minutesOfNextStep(long minutes, long bytes, long samples) {
      long wanted = visitor.wantedSamples();
      long byBytes = minutes * BYTES_AT_ONCE / Math.max(1, bytes);
      long bySamples = minutes * (wanted + wanted / 4) / Math.max(1, samples);
      return Math.min(MINUTES_AT_ONCE_MAX, samples == 0 ? byBytes : Math.min(byBytes, bySamples));
    }

    private List<ChunkRange> step(long endMinute) {
      long enough = history.spanStart(span + minutesAtOnce);
      long end = Math.min(endMinute, Math.max(history.spanEnd(span), enough));
      return ChunkRange.of(history, device, span, end);
    }
  }
}
