package qiantang.store.fold;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;

/**
 * Erases a process's share of what was deleted, beside sorting and packing, which wait for none of
 * it: ten years of an enterprise take hours. One at a time. Any thread.
 */
final class ErasePass {
  /** From the end of a pass to the next: a deletion waits for an hour anyway. */
  static final Duration PERIOD = Duration.ofMinutes(30);

  private static final Logger logger = LoggerFactory.getLogger(ErasePass.class);

  private final Eraser eraser;
  private final Executor executor;
  private final FoldMeter meter;
  private final Ticker ticker;
  private final BooleanSupplier isClosed;
  private final LimitedLog warnings;

  // Guarded by this.
  private boolean isUnderWay;
  private boolean hasRun;
  private long endedNanos;

  ErasePass(
      Eraser eraser, Executor executor, FoldMeter meter, Ticker ticker, BooleanSupplier isClosed) {
    this.eraser = eraser;
    this.executor = executor;
    this.meter = meter;
    this.ticker = ticker;
    this.isClosed = isClosed;
    warnings = new LimitedLog(logger, ticker);
  }

  /** Begins a pass where one is due; returns at once. */
  void beginIfDue(Share share) {
    if (!isTurn()) {
      return;
    }
    var _ =
        Turns.NOTHING
            .thenCompose(nothing -> eraser.enterprises())
            .thenComposeAsync(all -> erase(all, share), executor)
            .whenComplete(
                (nothing, error) -> {
                  if (error != null) {
                    failed("cannot erase what was deleted", error);
                  }
                  end();
                });
  }

  private synchronized boolean isTurn() {
    boolean isTurn = !isUnderWay && (!hasRun || ticker.nanos() - endedNanos >= PERIOD.toNanos());
    isUnderWay |= isTurn;
    return isTurn;
  }

  private synchronized void end() {
    isUnderWay = false;
    hasRun = true;
    endedNanos = ticker.nanos();
  }

  private CompletionStage<Void> erase(List<EnterpriseId> all, Share share) {
    Iterator<EnterpriseId> mine = all.stream().filter(share::hasEnterprise).iterator();
    return Turns.each(
        executor, () -> isClosed.getAsBoolean() || !mine.hasNext() ? null : erase(mine.next()));
  }

  /** One that fails stops no other; the next pass goes on with it. */
  private CompletionStage<?> erase(EnterpriseId enterprise) {
    return Turns.NOTHING
        .thenCompose(nothing -> eraser.erase(enterprise))
        .handle(
            (nothing, error) -> {
              if (error != null) {
                failed("what was deleted of enterprise " + enterprise + " is not erased", error);
              }
              return CompletableFuture.completedFuture(null);
            });
  }

  private void failed(String what, Throwable error) {
    if (!isClosed.getAsBoolean()) {
      meter.failedErasure();
      warnings.warn(what, error);
    }
  }
}
