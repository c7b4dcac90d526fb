package qiantang.store.journal;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;

/**
 * Tells of one kind of trouble at most once a minute, so that what comes with every connection or
 * every retry fills no log; the next line says how many were left out. Any thread.
 */
public final class LimitedLog {
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final Logger logger;
  private final Ticker ticker;

  // Guarded by this.
  private boolean hasTold;
  private long toldNanos;
  private long left;

  /** One kind of trouble; whoever has it tells of it through this one. */
  public LimitedLog(Logger logger, Ticker ticker) {
    this.logger = logger;
    this.ticker = ticker;
  }

  /** Warns, in one line. */
  public void warn(String what, Throwable error) {
    warn(what + ": " + cause(error));
  }

  /** Warns. */
  public void warn(String what) {
    long unsaid = due();
    if (unsaid >= 0) {
      logger.warn("{}{}", what, more(unsaid));
    }
  }

  /** Tells of a bug, with its trace. */
  public void error(String what, Throwable bug) {
    long unsaid = due();
    if (unsaid >= 0) {
      logger.error("{}{}", what, more(unsaid), bug);
    }
  }

  /** Whether the next line comes at once, and has nothing to add. */
  public synchronized boolean isOver() {
    return left == 0 && (!hasTold || ticker.nanos() - toldNanos >= QUIET.toNanos());
  }

  /** How many were left out since the last line; -1 where it is too early for another. */
  private synchronized long due() {
    long now = ticker.nanos();
    if (hasTold && now - toldNanos < QUIET.toNanos()) {
      left++;
      return -1;
    }
    hasTold = true;
    toldNanos = now;
    long unsaid = left;
    left = 0;
    return unsaid;
  }

  private static String more(long unsaid) {
    return unsaid == 0 ? "" : " (and " + unsaid + " like it before)";
  }

  /** What went wrong, without the wrapping that stages put around it. */
  private static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
