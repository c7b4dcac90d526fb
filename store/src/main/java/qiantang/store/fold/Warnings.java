package qiantang.store.fold;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import qiantang.store.journal.Ticker;

/** Warns of one kind of trouble at most once a minute, so that no log is filled. Any thread. */
final class Warnings {
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final Logger logger;
  private final Ticker ticker;

  // Guarded by this.
  private boolean hasWarned;
  private long warnedNanos;
  private long left;

  Warnings(Logger logger, Ticker ticker) {
    this.logger = logger;
    this.ticker = ticker;
  }

  void warn(String what, Throwable error) {
    warn(what + ": " + cause(error));
  }

  void warn(String what) {
    long unsaid;
    synchronized (this) {
      long now = ticker.nanos();
      if (hasWarned && now - warnedNanos < QUIET.toNanos()) {
        left++;
        return;
      }
      hasWarned = true;
      warnedNanos = now;
      unsaid = left;
      left = 0;
    }
    String more = unsaid == 0 ? "" : " (and " + unsaid + " warnings like it before)";
    logger.warn("{}{}", what, more);
  }

  /** What went wrong, without the wrapping that stages put around it. */
  private static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
