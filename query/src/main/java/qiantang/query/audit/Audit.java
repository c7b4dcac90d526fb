package qiantang.query.audit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Act;
import qiantang.store.access.AuditTables;
import qiantang.store.journal.Ticker;

/** Writes down who did what. Blocks where it says so: virtual threads only. */
public final class Audit {
  /** How often minutes that are over are looked for. */
  public static final Duration SWEEP = Duration.ofSeconds(5);

  // A program that ends waits for its last counts.
  private static final Duration LAST_WORDS_MAX = Duration.ofSeconds(2);

  // Another one's devices that are read in a minute; who reads more has a line for each read.
  private static final int READS_APART = 20_000;

  // Anybody can make these up; what is more is one line of all others together.
  private static final int NOTES_APART = 2_000;

  private static final Logger logger = LoggerFactory.getLogger(Audit.class);

  private final AuditLog log;
  private final StoreWait store;
  private final Repeated reads;
  private final Repeated notes;

  /** An audit into these tables; names of chains are 16 hexadecimal digits that no other has. */
  public Audit(
      AuditTables tables,
      StoreWait store,
      InstantSource clock,
      Ticker ticker,
      Supplier<String> chainNames) {
    log = new AuditLog(tables, clock, chainNames);
    this.store = store;
    reads = new Repeated(ticker, READS_APART);
    notes = new Repeated(ticker, NOTES_APART);
  }

  /** Writes a line and waits until it is stored. */
  public void write(Act act) {
    store.await(log.write(act).thenApply(nothing -> act));
  }

  /**
   * The same for what is done over and over: the first of a minute is a line, and all others of it
   * wait until that one is stored. So nothing is told of which a node that dies leaves no line.
   *
   * @param acts whose lines go together
   */
  public void writeOnce(List<Act> acts) {
    CompletableFuture<?>[] stored = acts.stream().map(this::once).toArray(CompletableFuture[]::new);
    store.await(CompletableFuture.allOf(stored).thenApply(nothing -> acts));
  }

  private CompletableFuture<@Nullable Void> once(Act act) {
    Repeated.Counted counted = reads.count(act);
    if (counted.isFirst()) {
      var _ =
          log.write(act)
              .whenComplete(
                  (nothing, error) -> {
                    if (error == null) {
                      counted.stored().complete(null);
                    } else {
                      reads.forget(act);
                      counted.stored().completeExceptionally(error);
                    }
                  });
    }
    return counted.stored();
  }

  /** The same without waiting, for what gave nothing away. Any thread. */
  public void note(Act act) {
    Act told = notes.isBeyond(act) ? act.ofOthers() : act;
    if (notes.count(told).isFirst()) {
      var _ = log.write(told);
    }
  }

  /** Writes what was counted in minutes that are over. Any thread. */
  public void sweep() {
    reads.takeOver(false).forEach(act -> log.write(act));
    notes.takeOver(false).forEach(act -> log.write(act));
  }

  /** Writes what was counted, for the last time. Blocks for two seconds at most. */
  public void end() {
    List<CompletableFuture<@Nullable Void>> last = new ArrayList<>();
    for (Repeated each : List.of(reads, notes)) {
      for (Act act : each.takeOver(true)) {
        last.add(log.write(act).toCompletableFuture());
      }
    }
    try {
      CompletableFuture.allOf(last.toArray(CompletableFuture[]::new))
          .get(LAST_WORDS_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      logger.warn("cannot write the audit's last counts: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
