package qiantang.store.fold;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Packing;

/**
 * The steps of one enterprise that a limit allows, in order. Spans in which it was silent are not
 * looked at, and where it turns out to have been silent, whole hours are. One thread at a time.
 */
final class PackerPass {
  /** Groups under way at once: each holds up to {@link GroupStep#SLICE_BYTES_MAX}. */
  private static final int GROUPS_AT_ONCE = 2;

  private static final int HOUR_MINUTES = 60;

  /** When the next day's layout is looked for: 18:00, an hour before it must be stored. */
  private static final int LAYOUT_MINUTE = 18 * HOUR_MINUTES;

  /** What was measured for less says nothing of a day. */
  private static final int MEASURED_MINUTES_MIN = 2 * HOUR_MINUTES;

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final ActiveMinutes active;
  private final BlockKeeping keeping;
  private final Load load;
  private final Function<Measured, CompletionStage<Void>> improve;
  private final long sliceBytesMax;
  private final long limitMinute;

  // Steps run up to here: a span takes what arrives until 2 minutes after its end.
  private final long endMinute;

  private long position;
  private long written;
  // The first rollup that is not known to be stored, of those that may hold anything.
  private long rollup;
  private boolean silent;
  private boolean reconsidered;

  /**
   * A pass.
   *
   * @param keeping is asked what may have expired
   * @param load what is packed is added to it
   * @param improve stores a better layout by what was measured, where there is one
   */
  PackerPass(
      PackerEnvironment environment,
      LayoutHistory layouts,
      ActiveMinutes active,
      Packing packing,
      long limitMinute,
      BlockKeeping keeping,
      Load load,
      Function<Measured, CompletionStage<Void>> improve,
      long sliceBytesMax) {
    this.environment = environment;
    this.layouts = layouts;
    this.active = active;
    this.limitMinute = limitMinute;
    this.keeping = keeping;
    this.load = load;
    this.improve = improve;
    this.sliceBytesMax = sliceBytesMax;
    endMinute = layouts.spanStart(limitMinute - LayoutHistory.LATE_MINUTES);
    long first = active.atOrAfter(Long.MIN_VALUE);
    if (first == ActiveMinutes.NONE) {
      position = endMinute; // of whoever left no trace, nothing is said
    } else {
      Long packed = packing.minute();
      position = layouts.spanStart(packed == null ? first - LayoutHistory.LATE_MINUTES : packed);
    }
    written = position;
    rollup = Rollups.firstIncomplete(position);
  }

  CompletionStage<Void> run() {
    skipSilence();
    if (position >= endMinute) {
      return Turns.each(environment.executor(), this::next);
    }
    return keeping
        .tellGaps(position - LayoutHistory.EARLY_MINUTES, limitMinute)
        .thenComposeAsync(
            nothing -> Turns.each(environment.executor(), this::next), environment.executor());
  }

  /** What is left when all steps have been taken. */
  Unpacked unpacked() {
    long minute = Math.min(active.atOrAfter(position), limitMinute);
    long due = layouts.spanEnd(layouts.spanStart(minute)) + LayoutHistory.LATE_MINUTES;
    return new Unpacked(minute, due);
  }

  /** Up to which minute is known to be packed. */
  long packedMinute() {
    return written;
  }

  private @Nullable CompletionStage<?> next() {
    skipSilence();
    CompletionStage<?> rollup = nextRollup();
    if (rollup != null) {
      return rollup;
    }
    if (position >= endMinute) {
      return position > written ? writePackedMinute() : null;
    }
    if (silent && endMinute - position >= HOUR_MINUTES) {
      silent = false;
      return lookAhead();
    }
    return step();
  }

  /** Goes on to the first span for which something may have arrived. */
  private void skipSilence() {
    while (position < endMinute) {
      long end = layouts.spanEnd(position);
      long arrival = active.atOrAfter(position - LayoutHistory.EARLY_MINUTES);
      if (arrival < end + LayoutHistory.LATE_MINUTES) {
        return;
      }
      position =
          arrival >= limitMinute
              ? endMinute
              : Math.min(endMinute, layouts.spanStart(arrival - LayoutHistory.LATE_MINUTES));
    }
  }

  private CompletionStage<Void> step() {
    long span = position;
    AtomicBoolean hasBlocks = new AtomicBoolean();
    AtomicBoolean hasRows = new AtomicBoolean();
    Iterator<Integer> groups = IntStream.range(0, layouts.at(span).groupCount()).iterator();
    RegisterStep registers = new RegisterStep(environment, layouts, span);
    return registers
        .run()
        // Each step's own: what arrived since a deletion is packed by one that knows it.
        .thenCompose(nothing -> Masks.of(environment.tables(), layouts.enterprise()))
        .thenCompose(masks -> environment.beginnings().with(layouts.enterprise(), masks))
        .thenComposeAsync(
            masks ->
                Turns.each(
                    GROUPS_AT_ONCE,
                    environment.executor(),
                    () ->
                        groups.hasNext()
                            ? step(span, groups.next(), masks, hasBlocks, hasRows)
                            : null),
            environment.executor())
        .thenComposeAsync(
            nothing -> {
              position = layouts.spanEnd(span);
              silent = !hasBlocks.get() && !registers.hasRecords();
              return Turns.each(environment.executor(), this::nextRollup);
            },
            environment.executor())
        .thenComposeAsync(
            nothing ->
                hasRows.get() || registers.hasRows()
                    ? writePackedMinute()
                    : CompletableFuture.completedFuture(null),
            environment.executor())
        .thenCompose(nothing -> reconsider(span));
  }

  private CompletionStage<Void> step(
      long span, int group, Masks masks, AtomicBoolean hasBlocks, AtomicBoolean hasRows) {
    GroupStep step = new GroupStep(environment, layouts, masks, span, group, load, sliceBytesMax);
    return step.run()
        .thenRun(
            () -> {
              hasBlocks.compareAndSet(false, step.hasBlocks());
              hasRows.compareAndSet(false, step.hasRows());
            });
  }

  /** Once a day, at an hour at which the next day's layout can still be stored in time. */
  private CompletionStage<Void> reconsider(long span) {
    load.step(span, layouts.spanEnd(span));
    boolean isDue = dayOfLayout(span) < dayOfLayout(layouts.spanEnd(span));
    if (!isDue || reconsidered || load.minutes() < MEASURED_MINUTES_MIN) {
      return CompletableFuture.completedFuture(null);
    }
    reconsidered = true; // a pass that lags meets several, and its layouts are old by then
    return improve.apply(load.take());
  }

  private static long dayOfLayout(long minute) {
    return Math.floorDiv(minute - LAYOUT_MINUTE, Layout.DAY_MINUTES);
  }

  /** Makes one of which all is packed; those of silent times are passed. Null: none is left. */
  private @Nullable CompletionStage<?> nextRollup() {
    while (Rollups.completeAt(rollup) <= position) {
      long begin = rollup;
      long arrival = active.atOrAfter(begin - LayoutHistory.EARLY_MINUTES);
      if (arrival < begin + Rollups.PERIOD_MINUTES + Layout.DAY_MINUTES) {
        rollup += Rollups.PERIOD_MINUTES;
        return new RollupStep(environment, layouts, begin).run();
      }
      rollup =
          arrival >= position ? Rollups.firstIncomplete(position) : begin + Rollups.PERIOD_MINUTES;
    }
    return null;
  }

  private CompletionStage<Void> writePackedMinute() {
    long minute = position;
    return environment
        .tables()
        .writePackedMinute(layouts.enterprise(), minute)
        .thenRun(() -> written = minute);
  }

  /**
   * Looks for the next minute in which something arrived, hour by hour: after a silent span there
   * is often a day of them, and a lane that is used again says nothing of the time between.
   */
  private CompletionStage<Void> lookAhead() {
    Search search = new Search(position + LayoutHistory.LATE_MINUTES);
    return Turns.each(environment.executor(), search::next)
        .thenRun(
            () -> {
              long arrival = Math.min(search.found, limitMinute);
              long span = layouts.spanStart(arrival - LayoutHistory.LATE_MINUTES);
              position = Math.clamp(span, position, endMinute);
            });
  }

  /** Reads hours of blocks until there is one. */
  private final class Search {
    private long minute;
    private long found = ActiveMinutes.NONE;

    Search(long fromMinute) {
      minute = fromMinute;
    }

    @Nullable CompletionStage<?> next() {
      minute = active.atOrAfter(minute);
      if (minute >= limitMinute || found != ActiveMinutes.NONE) {
        return null;
      }
      long from = minute;
      long hour = Math.floorDiv(from, HOUR_MINUTES);
      long to = Math.min(limitMinute, (hour + 1) * HOUR_MINUTES);
      minute = to;
      Iterator<Integer> groups =
          IntStream.range(FoldTables.RECORDS_GROUP, layouts.at(from).groupCount()).iterator();
      return Turns.each(
          GROUPS_AT_ONCE,
          environment.executor(),
          () -> groups.hasNext() ? read(groups.next(), hour, from, to) : null);
    }

    private CompletionStage<Void> read(int group, long hour, long from, long to) {
      return environment
          .tables()
          .readBlocks(new BlockPartition(layouts.enterprise(), group, hour), from, to)
          .thenAccept(this::see);
    }

    private synchronized void see(List<Block> blocks) {
      for (Block block : blocks) {
        found = Math.min(found, block.key().minute());
      }
    }
  }
}
