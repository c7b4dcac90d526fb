package qiantang.store.fold;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.fold.Folds.Packing;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;

/** Packs a process's share of all enterprises, pass after pass. One pass at a time. */
final class PackPass {
  // One hides the others' round trips; each holds what its blocks of a span are decoded to.
  private static final int ENTERPRISES_AT_ONCE = 2;

  private static final int LOOK_MINUTES = 60;

  // All spans end at a multiple of the shortest, so there is nothing to do in between.
  private static final int STEP_MINUTES = Layout.SPANS_MINUTES.getFirst();

  private static final Logger logger = LoggerFactory.getLogger(PackPass.class);

  private final JournalTables journal;
  private final Packing packing;
  private final Executor executor;
  private final FoldMeter meter;
  private final BooleanSupplier isClosed;
  private final InstantSource clock;
  private final LimitedLog warnings;

  // Up to where, and of what share, all were packed last, but for these.
  private long minute = Long.MIN_VALUE;
  private long lookedMinute = Long.MIN_VALUE;
  private @Nullable Share share;
  private List<EnterpriseId> failed = List.of();
  private @Nullable Unpacked unpacked;

  PackPass(
      JournalTables journal,
      Packing packing,
      Executor executor,
      FoldMeter meter,
      Ticker ticker,
      InstantSource clock,
      BooleanSupplier isClosed) {
    this.journal = journal;
    this.packing = packing;
    this.executor = executor;
    this.meter = meter;
    this.isClosed = isClosed;
    this.clock = clock;
    warnings = new LimitedLog(logger, ticker);
  }

  /**
   * Packs what spans allow it; fails only where it cannot be known whose data there is.
   *
   * @param limitMinute every frame with an earlier label is sorted
   */
  CompletionStage<Void> run(Share nowShare, long limitMinute) {
    long end = endMinute(limitMinute);
    long now = Lag.minute(clock);
    // Where a lane holds all packers for a day there is nothing to pack, but blocks may expire.
    boolean isDue = end < Lag.keepBefore(now) && now >= lookedMinute + LOOK_MINUTES;
    boolean isNew = end > minute || !nowShare.equals(share) || isDue;
    if (!isNew && failed.isEmpty()) {
      return Turns.NOTHING;
    }
    // After the limit is known: whereabouts are committed before what is sorted was acknowledged.
    CompletionStage<List<EnterpriseId>> todo =
        isNew
            ? journal
                .readEnterprises()
                .thenApplyAsync(
                    all -> all.stream().filter(nowShare::hasEnterprise).toList(), executor)
            : CompletableFuture.completedFuture(failed);
    return todo.thenCompose(
            enterprises ->
                Turns.all(ENTERPRISES_AT_ONCE, executor, enterprises, one -> pack(one, limitMinute))
                    .thenAccept(left -> take(enterprises, left, isNew, limitMinute)))
        .thenRun(
            () -> {
              minute = Math.max(end, minute);
              lookedMinute = isNew ? now : lookedMinute;
              share = nowShare;
            });
  }

  private void take(
      List<EnterpriseId> enterprises, List<Optional<Unpacked>> left, boolean isAll, long limit) {
    Unpacked oldest = isAll ? new Unpacked(limit, limit) : unpacked;
    List<EnterpriseId> failures = new ArrayList<>();
    for (int i = 0; i < enterprises.size(); i++) {
      Optional<Unpacked> one = left.get(i);
      if (one.isEmpty()) {
        failures.add(enterprises.get(i));
      } else {
        oldest = oldest == null ? one.get() : oldest.min(one.get());
      }
    }
    failed = List.copyOf(failures);
    unpacked = oldest;
  }

  /** Behind the last span that can be packed. */
  static long endMinute(long limitMinute) {
    long behindLate = limitMinute - LayoutHistory.LATE_MINUTES;
    return Math.floorDiv(behindLate, STEP_MINUTES) * STEP_MINUTES;
  }

  /** What of all enterprises is not packed; null where it is not known, because some failed. */
  @Nullable Unpacked unpacked() {
    return failed.isEmpty() ? unpacked : null;
  }

  /** Completes with nothing if the enterprise could not be packed. */
  private CompletionStage<Optional<Unpacked>> pack(EnterpriseId enterprise, long limitMinute) {
    if (isClosed.getAsBoolean()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return Turns.NOTHING
        .thenCompose(nothing -> packing.pack(enterprise, limitMinute))
        .handle(
            (left, error) -> {
              if (error == null) {
                return Optional.of(left);
              }
              if (!isClosed.getAsBoolean()) {
                meter.failedEnterprise();
                warnings.warn("enterprise " + enterprise + " is not packed", error);
              }
              return Optional.empty();
            });
  }
}
