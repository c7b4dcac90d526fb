package qiantang.store.fold;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;

/**
 * The layouts of enterprises, read again when they are {@link #FRESH} old. A layout is stored hours
 * before the day it begins with, so whoever has a copy of 10 minutes has it in time; whoever cannot
 * get one as young as that fails, and does not fold. Any thread.
 */
public final class Layouts {
  /** How old a copy may be. */
  static final Duration FRESH = Duration.ofMinutes(10);

  // Read again before the copy is too old, so that an outage of minutes is not noticed.
  private static final Duration READ_AGAIN = Duration.ofMinutes(5);
  private static final int ENTERPRISES_MAX = 200_000;

  // A layout that is seen after its day began loses what was sorted meanwhile. A write that is
  // given
  // up may still come by a hint 3 hours later (max_hint_window); a copy is 10 minutes old at most;
  // the rest is for clocks and for a fold that is on its way.
  private static final int AHEAD_MINUTES = 300;
  private static final int DAY_MINUTES = Layout.DAY_MINUTES;

  private static final Logger logger = LoggerFactory.getLogger(Layouts.class);

  private final FoldTables tables;
  private final Registry registry;
  private final Ticker ticker;
  private final ConcurrentHashMap<EnterpriseId, Copy> copies = new ConcurrentHashMap<>();

  private record Copy(LayoutHistory history, long readNanos) {}

  /** Layouts from these tables; the registry tells how long an enterprise's data is kept. */
  public Layouts(FoldTables tables, Registry registry, Ticker ticker) {
    this.tables = tables;
    this.registry = registry;
    this.ticker = ticker;
  }

  /** All layouts of an enterprise. */
  public CompletionStage<LayoutHistory> of(EnterpriseId enterprise) {
    Copy copy = copies.get(enterprise);
    long ageNanos = copy == null ? Long.MAX_VALUE : ticker.nanos() - copy.readNanos;
    if (copy != null && ageNanos < READ_AGAIN.toNanos()) {
      return CompletableFuture.completedFuture(copy.history);
    }
    CompletionStage<LayoutHistory> read = read(enterprise);
    return copy == null || ageNanos >= FRESH.toNanos()
        ? read
        : read.exceptionally(away -> copy.history);
  }

  /**
   * Stores a better layout where there is one. It holds from the first day that begins 5 hours or
   * more after now, and after whatever may have been sorted and packed: until then it has arrived
   * and every copy is read again.
   *
   * @param reachMinute the largest reach of all starts
   */
  CompletionStage<Void> improve(
      LayoutHistory history, Measured measured, long nowMinute, long reachMinute) {
    long fromDay = Math.ceilDiv(Math.max(nowMinute, reachMinute) + AHEAD_MINUTES, DAY_MINUTES);
    Layout current = history.layouts().getLast();
    Layout proposed = LayoutProposal.of(current, measured, fromDay);
    boolean isPending = current.fromDay() * (double) DAY_MINUTES > nowMinute;
    boolean isSame =
        proposed.groups() == current.groups()
            && proposed.spanMinutes() == current.spanMinutes()
            && proposed.fast().equals(current.fast());
    if (isPending || isSame) {
      return CompletableFuture.completedFuture(null);
    }
    EnterpriseId enterprise = history.enterprise();
    return tables
        .insertLayout(enterprise, proposed)
        .thenRun(
            () -> {
              copies.remove(enterprise);
              logger.info(
                  "enterprise {} has {} groups of {} minutes and {} fast devices from day {} on",
                  enterprise,
                  proposed.groups(),
                  proposed.spanMinutes(),
                  proposed.fast().size(),
                  fromDay);
            });
  }

  private CompletionStage<LayoutHistory> read(EnterpriseId enterprise) {
    long sentNanos = ticker.nanos();
    return tables
        .readLayouts(enterprise)
        .thenCombine(
            registry.enterprise(enterprise),
            (layouts, found) -> {
              // A stranger's data, as of a device let in without credentials, is kept shortest.
              Retention retention = found.map(Enterprise::retention).orElse(Retention.DAYS_30);
              LayoutHistory history = new LayoutHistory(enterprise, retention, layouts);
              if (copies.size() >= ENTERPRISES_MAX) {
                copies.clear();
              }
              copies.put(enterprise, new Copy(history, sentNanos));
              return history;
            });
  }
}
