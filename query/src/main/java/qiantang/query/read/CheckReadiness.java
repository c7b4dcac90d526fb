package qiantang.query.read;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;
import qiantang.store.registry.Registry;

/** Whether the store answers: one row of the registry, and the database's clock. */
public final class CheckReadiness {
  private static final Logger logger = LoggerFactory.getLogger(CheckReadiness.class);

  // Nobody needs a token to ask, so asking more often must not reach the store.
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final Registry registry;
  private final JournalTables tables;
  private final StoreWait store;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable List<Check> kept;
  private long keptSinceNanos;

  /**
   * One thing that was looked at.
   *
   * @param detail what is wrong and what to do, empty where nothing is
   */
  public record Check(String name, boolean isUp, String detail) {}

  /** Checks these; the wait's bound is how long the store may take. */
  public CheckReadiness(Registry registry, JournalTables tables, StoreWait store, Ticker ticker) {
    this.registry = registry;
    this.tables = tables;
    this.store = store;
    this.ticker = ticker;
  }

  /** The checks, at most a second old. One caller at a time asks, the others take its answer. */
  public List<Check> run() {
    lock.lock();
    try {
      if (kept == null || ticker.nanos() - keptSinceNanos >= KEPT.toNanos()) {
        kept =
            List.of(
                check("registry", () -> registry.enterprises(null, 1)),
                check("journal", tables::databaseTime));
        keptSinceNanos = ticker.nanos();
      }
      return kept;
    } finally {
      lock.unlock();
    }
  }

  private Check check(String name, Supplier<? extends CompletionStage<?>> read) {
    try {
      store.await(read.get());
      return new Check(name, true, "");
    } catch (StoreUnavailable e) {
      logger.warn("not ready, {}: {}: {}", name, e.getMessage(), String.valueOf(e.getCause()));
      return new Check(name, false, e.getMessage() + ": see whether Cassandra runs");
    }
  }
}
