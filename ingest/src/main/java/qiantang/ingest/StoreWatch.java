package qiantang.ingest;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/**
 * Asks the store something once a second, so that an outage is known before a message or a
 * heartbeat (every 5 s) meets it. One question at a time. Any thread.
 */
final class StoreWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final Supplier<? extends CompletionStage<?>> question;
  private final Ticker ticker;
  private final Timers timers;

  // Guarded by this.
  private boolean isSilent;
  private boolean hasFailed;
  private long silentSinceNanos;
  private boolean closed;

  /** A watch that asks this question, which costs the store next to nothing. */
  StoreWatch(Supplier<? extends CompletionStage<?>> question, Ticker ticker, Timers timers) {
    this.question = question;
    this.ticker = ticker;
    this.timers = timers;
  }

  /** Asks now, and again a second after each answer. */
  void ask() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (!isSilent) {
        isSilent = true;
        silentSinceNanos = ticker.nanos();
      }
    }
    var _ =
        question
            .get()
            .whenComplete(
                (answer, error) -> {
                  synchronized (this) {
                    hasFailed = error != null;
                    isSilent = hasFailed;
                  }
                  timers.after(PERIOD, this::ask);
                });
  }

  /** Since the first question that was asked after the last answer; zero where none was. */
  synchronized Duration silence() {
    return isSilent ? Duration.ofNanos(ticker.nanos() - silentSinceNanos) : Duration.ZERO;
  }

  /** Whether the last question that is over had no answer. */
  synchronized boolean hasFailed() {
    return hasFailed;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
