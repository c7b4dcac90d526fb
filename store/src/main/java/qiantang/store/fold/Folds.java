package qiantang.store.fold;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.SortPass.Outcome;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * The folds that run in a process: every 10 s its share of lanes is sorted, without a pause where a
 * long one was not sorted to its end, and then its share of enterprises packed, as far as all lanes
 * of all processes are sorted. What fails is tried again in the next pass and does not stop the
 * rest. Any thread.
 */
public final class Folds implements AutoCloseable {
  /** From the end of a pass to the next: a minute closes with a heartbeat, every 5 s. */
  static final Duration PERIOD = Duration.ofSeconds(10);

  // Five times what is usual, and time for an outage that mends itself.
  private static final long UNSORTED_MINUTES_MAX = 10;
  private static final long OVERDUE_MINUTES_MAX = 120;

  private static final long MINUTE_MILLIS = 60_000;

  private static final Logger logger = LoggerFactory.getLogger(Folds.class);

  /** Packs one enterprise. */
  @FunctionalInterface
  public interface Packing {
    /**
     * Takes all steps that this limit allows.
     *
     * @param limitMinute every frame with an earlier label is sorted
     */
    CompletionStage<Unpacked> pack(EnterpriseId enterprise, long limitMinute);
  }

  private final Timers timers;
  private final InstantSource clock;
  private final FoldMeter meter;
  private final Supplier<@Nullable StartId> self;
  private final SortPass sorting;
  private final PackPass packing;
  private final ErasePass erasing;
  private final LimitedLog warnings;
  private final LimitedLog lagging;
  private volatile boolean closed;
  private volatile long unsortedMinute;
  private volatile Unpacked unpacked;
  private volatile @Nullable Share share;

  /**
   * Folds that have not begun.
   *
   * @param executor runs between the database's answers
   * @param self the process's own start, which may be replaced by a newer one; null for a process
   *     without one, which does everything
   */
  public Folds(
      JournalTables journal,
      FoldTables folds,
      Sorter sorter,
      Packing packer,
      Eraser eraser,
      Timers timers,
      Ticker ticker,
      InstantSource clock,
      Executor executor,
      FoldMeter meter,
      Supplier<@Nullable StartId> self) {
    this.timers = timers;
    this.clock = clock;
    this.meter = meter;
    this.self = self;
    sorting = new SortPass(journal, folds, sorter, executor, meter, ticker, () -> closed);
    packing = new PackPass(journal, packer, executor, meter, ticker, clock, () -> closed);
    erasing = new ErasePass(eraser, executor, meter, ticker, () -> closed);
    warnings = new LimitedLog(logger, ticker);
    unsortedMinute = minute();
    unpacked = new Unpacked(minute(), minute());
    lagging = new LimitedLog(logger, ticker);
  }

  /** Begins the first pass. */
  public void begin() {
    pass();
  }

  /** No pass begins any more; what one has under way is left where it is. */
  @Override
  public void close() {
    closed = true;
  }

  /**
   * How many minutes ago the oldest minute was closed, of any lane, that may not be sorted yet; 2
   * at most as long as the sorters keep up.
   */
  public long unsortedMinutes() {
    return Math.max(0, minute() - unsortedMinute);
  }

  /**
   * How old the oldest minute is that may have data and is not packed, of this process's share: 2
   * to 19 where spans are a quarter hour, and a day more where they are a day.
   */
  public long unpackedMinutes() {
    return Math.max(0, minute() - unpacked.minute());
  }

  /** For how many minutes the oldest span that is not packed could have been; some at most. */
  public long overdueMinutes() {
    return Math.max(0, minute() - unpacked.dueMinute());
  }

  /** Whether this process packs an enterprise, as far as it knows. */
  public boolean packs(EnterpriseId enterprise) {
    Share known = share;
    return known != null && known.hasEnterprise(enterprise);
  }

  /** Whether this process does something else that one of them does, which has a name. */
  public boolean has(String thing) {
    Share known = share;
    return known != null && known.has(thing);
  }

  private void pass() {
    if (closed) {
      return;
    }
    long beginMinute = minute();
    var _ =
        Turns.NOTHING
            .thenCompose(nothing -> sorting.run(self.get()))
            .thenCompose(outcome -> pack(outcome, beginMinute).thenApply(nothing -> outcome))
            .whenComplete(
                (outcome, error) -> {
                  if (error != null && !closed) {
                    meter.failedPass();
                    warnings.warn("cannot fold", error);
                  }
                  if (!closed) {
                    warnOfLag();
                  }
                  boolean hasMore = error == null && outcome.hasMore();
                  timers.after(hasMore ? Duration.ZERO : PERIOD, this::pass);
                });
  }

  /** For who looks at no metrics: docker/prometheus/alerts.yml warns from here on too. */
  private void warnOfLag() {
    long unsortedMinutes = unsortedMinutes();
    long overdueMinutes = overdueMinutes();
    if (unsortedMinutes > UNSORTED_MINUTES_MAX || overdueMinutes > OVERDUE_MINUTES_MAX) {
      lagging.warn(
          "folds lag: what was closed %d minutes ago is not sorted, what was due %d minutes ago not"
                  .formatted(unsortedMinutes, overdueMinutes)
              + " packed; after 2 days it expires");
    }
  }

  private CompletionStage<Void> pack(Outcome outcome, long beginMinute) {
    Long unsorted = outcome.unsortedMinute();
    unsortedMinute = unsorted != null ? unsorted : beginMinute;
    erasing.beginIfDue(outcome.share());
    share = outcome.share();
    Long limit = outcome.limitMinute();
    if (limit == null) {
      unpacked = new Unpacked(beginMinute, beginMinute);
      return Turns.NOTHING;
    }
    return packing
        .run(outcome.share(), limit)
        .thenRun(
            () -> {
              Unpacked left = packing.unpacked();
              if (left != null) {
                unpacked = left;
              }
            });
  }

  private long minute() {
    return Math.floorDiv(clock.millis(), MINUTE_MILLIS);
  }
}
