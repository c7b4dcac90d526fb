package qiantang.store.fold;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.model.StartId;

/** Sorts a process's share of all lanes, pass after pass. One pass at a time. */
final class SortPass {
  // Each is one small partition; a cluster has 50 live starts and as many unfinished ones at worst.
  private static final int STARTS_AT_ONCE = 16;

  // One hides the other's round trips; each holds a lane-minute of frames and a decoded piece.
  private static final int LANES_AT_ONCE = 2;

  // And an hour for clocks that differ.
  private static final Duration FRAMES_KEPT = JournalTables.FRAMES_KEPT_MAX.plusHours(1);

  private static final Logger logger = LoggerFactory.getLogger(SortPass.class);

  private final JournalTables journal;
  private final FoldTables folds;
  private final Sorter sorter;
  private final Executor executor;
  private final FoldMeter meter;
  private final BooleanSupplier isClosed;
  private final LimitedLog warnings;
  private final FrameKeeping keeping;

  // Starts whose lanes need not be looked at any more; never more than the table has.
  private final Set<StartId> finished = new HashSet<>();

  /**
   * What a pass came to.
   *
   * @param limitMinute every frame with an earlier label, of whatever start, is sorted; null where
   *     nothing has ever been written
   * @param unsortedMinute the oldest closed minute that is not sorted; null where all are
   * @param hasMore whether the next pass has something to go on with at once
   */
  record Outcome(
      Share share, @Nullable Long limitMinute, @Nullable Long unsortedMinute, boolean hasMore) {}

  SortPass(
      JournalTables journal,
      FoldTables folds,
      Sorter sorter,
      Executor executor,
      FoldMeter meter,
      Ticker ticker,
      BooleanSupplier isClosed) {
    this.journal = journal;
    this.folds = folds;
    this.sorter = sorter;
    this.executor = executor;
    this.meter = meter;
    this.isClosed = isClosed;
    warnings = new LimitedLog(logger, ticker);
    keeping = new FrameKeeping(journal, sorter.clock, executor, meter);
  }

  /** Sorts all that can be; fails only where it cannot be known what that is. */
  CompletionStage<Outcome> run(@Nullable StartId self) {
    // Starts before cursors: see LaneFront.limitMinute.
    return journal.readStarts().thenCompose(starts -> run(self, starts));
  }

  private CompletionStage<Outcome> run(@Nullable StartId self, List<Start> starts) {
    List<Start> folding =
        starts.stream().filter(start -> !start.sealed() && start.folds()).toList();
    Share share = new Share(self, ids(folding));
    finished.retainAll(ids(starts));
    List<Start> open = starts.stream().filter(start -> !finished.contains(start.id())).toList();
    keeping.retain(ids(open));
    return Turns.all(STARTS_AT_ONCE, executor, open, this::fronts)
        .thenCompose(
            fronts -> {
              List<LaneFront> lanes = new ArrayList<>();
              fronts.forEach(lanes::addAll);
              // Live ones first: a sealed lane may have hours to be sorted.
              lanes.sort(Comparator.comparing(front -> front.start().sealed()));
              AtomicBoolean hasMore = new AtomicBoolean();
              return Turns.all(LANES_AT_ONCE, executor, lanes, front -> sort(share, front, hasMore))
                  .thenApply(sorted -> outcome(share, starts, sorted, hasMore.get()));
            });
  }

  private static Set<StartId> ids(List<Start> starts) {
    return starts.stream().map(Start::id).collect(Collectors.toUnmodifiableSet());
  }

  private CompletionStage<List<LaneFront>> fronts(Start start) {
    return folds
        .readLaneCursors(start.id())
        .thenApply(
            cursors -> {
              Map<Integer, LaneCursor> byLane = new HashMap<>();
              cursors.forEach(cursor -> byLane.put(cursor.lane(), cursor));
              List<LaneFront> fronts = new ArrayList<>();
              for (int lane = 0; lane < start.lanes().size(); lane++) {
                fronts.add(new LaneFront(start, lane, byLane.get(lane)));
              }
              return fronts;
            });
  }

  private CompletionStage<LaneFront> sort(Share share, LaneFront front, AtomicBoolean hasMore) {
    if (isClosed.getAsBoolean()
        || front.isSorted()
        || !share.hasLane(front.start(), front.lane())) {
      return CompletableFuture.completedFuture(front);
    }
    return sorter
        .sort(front.start(), front.lane(), front.cursor())
        .thenApply(
            cursor -> {
              LaneFront sorted = new LaneFront(front.start(), front.lane(), cursor);
              hasMore.compareAndSet(false, !sorted.isSorted());
              return sorted;
            })
        .exceptionally(
            error -> {
              if (!isClosed.getAsBoolean()) {
                meter.failedLane();
                warnings.warn("a lane is not sorted", error);
              }
              return front;
            })
        .thenCompose(this::keep);
  }

  /** Sees to it that nothing expires before it is sorted. */
  private CompletionStage<LaneFront> keep(LaneFront front) {
    return keeping
        .keep(front)
        .thenApply(nothing -> front)
        .exceptionally(
            error -> {
              if (!isClosed.getAsBoolean()) {
                warnings.warn("frames of a lane that is not sorted may expire", error);
              }
              return front;
            });
  }

  private Outcome outcome(
      Share share, List<Start> starts, List<LaneFront> sorted, boolean hasMore) {
    Map<StartId, List<LaneFront>> byStart =
        sorted.stream().collect(Collectors.groupingBy(front -> front.start().id()));
    long newestBeatMicros = starts.stream().mapToLong(Start::beatMicros).max().orElse(0);
    long limit = starts.stream().mapToLong(Start::reach).max().orElse(0);
    @Nullable Long unsorted = null;
    for (Start start : starts) {
      List<LaneFront> lanes = byStart.getOrDefault(start.id(), List.of());
      if (start.sealed() && lanes.stream().allMatch(LaneFront::isFinished)) {
        finished.add(start.id());
      } else if (start.sealed() && isExpired(start, newestBeatMicros)) {
        logger.error(
            "start {} ended more than {} days ago: what is not sorted is lost",
            start.id(),
            FRAMES_KEPT.toDays());
        finished.add(start.id());
      } else {
        for (LaneFront lane : lanes) {
          limit = Math.min(limit, lane.limitMinute());
          if (!lane.isSorted() && (unsorted == null || lane.minute() < unsorted)) {
            unsorted = lane.minute();
          }
        }
      }
    }
    return new Outcome(share, starts.isEmpty() ? null : limit, unsorted, hasMore);
  }

  /** By the database's clock: no frame of it is left, so nothing is to be waited for. */
  private static boolean isExpired(Start start, long newestBeatMicros) {
    return newestBeatMicros - start.beatMicros() > FRAMES_KEPT.toNanos() / 1000;
  }
}
