package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockPartition;

/**
 * The steps of one enterprise that a limit allows, in order. Spans in which it was silent are not
 * looked at, and where it turns out to have been silent, whole hours are. One thread at a time.
 */
final class PackerPass {
  /** Groups under way at once: each holds up to {@link GroupStep#SLICE_BYTES_MAX}. */
  private static final int GROUPS_AT_ONCE = 2;

  private static final int HOUR_MINUTES = 60;

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final ActiveMinutes active;
  private final long sliceBytesMax;
  private final long limitMinute;

  // Steps run up to here: a span takes what arrives until 2 minutes after its end.
  private final long endMinute;

  private long position;
  private long written;
  private boolean silent;

  PackerPass(
      PackerEnvironment environment,
      LayoutHistory layouts,
      ActiveMinutes active,
      Optional<Long> packedMinute,
      long limitMinute,
      long sliceBytesMax) {
    this.environment = environment;
    this.layouts = layouts;
    this.active = active;
    this.limitMinute = limitMinute;
    this.sliceBytesMax = sliceBytesMax;
    endMinute = layouts.spanStart(limitMinute - LayoutHistory.LATE_MINUTES);
    long first = active.atOrAfter(Long.MIN_VALUE);
    if (first == ActiveMinutes.NONE) {
      position = endMinute; // of whoever left no trace, nothing is said
    } else {
      position = layouts.spanStart(packedMinute.orElse(first - LayoutHistory.LATE_MINUTES));
    }
    written = position;
  }

  CompletionStage<Void> run() {
    return Turns.each(environment.executor(), this::next);
  }

  private @Nullable CompletionStage<?> next() {
    skipSilence();
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
    int groups = layouts.at(span).groupCount();
    List<GroupStep> steps = new ArrayList<>();
    Iterator<Integer> remaining = IntStream.range(0, groups).iterator();
    return Turns.each(
            GROUPS_AT_ONCE,
            environment.executor(),
            () -> {
              if (!remaining.hasNext()) {
                return null;
              }
              GroupStep step =
                  new GroupStep(environment, layouts, span, remaining.next(), sliceBytesMax);
              steps.add(step);
              return step.run();
            })
        .thenComposeAsync(
            nothing -> {
              position = layouts.spanEnd(span);
              silent = steps.stream().noneMatch(GroupStep::hasBlocks);
              return steps.stream().anyMatch(GroupStep::hasRows)
                  ? writePackedMinute()
                  : CompletableFuture.completedFuture(null);
            },
            environment.executor());
  }

  private CompletionStage<Void> writePackedMinute() {
    written = position;
    return environment.tables().writePackedMinute(layouts.enterprise(), position);
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
      Iterator<Integer> groups = IntStream.range(0, layouts.at(from).groupCount()).iterator();
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
