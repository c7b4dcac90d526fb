package qiantang.sim.api;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a system that does not answer is asked again, and who hears of it. One that ends counts
 * for the outage as a whole, however many questions meet it: when nobody was answered for so long,
 * the system is gone and nothing more is asked. Where some questions are answered and others not,
 * each of these has its time once; when one has used it up, later ones are asked once. Any thread.
 */
public final class Patience {
  /** What is over sooner nobody needs to hear of. */
  private static final long TELL_FIRST_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long TELL_EVERY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final double NANOS_PER_SECOND = 1e9;

  private final Duration max;
  private final boolean ends;
  private final Consumer<String> tell;
  private final LongSupplier nanos;

  // Guarded by this.
  private long answeredNanos = Long.MIN_VALUE;

  // Of the outage that lasts, if one does.
  private boolean out;
  private long sinceNanos;
  private boolean told;
  private String outage = "";
  private long toldNanos;

  /** Whether one question had its whole time in vain while others were answered. */
  private boolean spent;

  private @Nullable String gone;

  Patience(Duration max, boolean ends, Consumer<String> tell, LongSupplier nanos) {
    this.max = max;
    this.ends = ends;
    this.tell = tell;
    this.nanos = nanos;
  }

  /**
   * For questions that all must be answered.
   *
   * @param max of an outage
   * @param tell hears a line every few seconds while there is no answer
   */
  public static Patience ofAnOutage(Duration max, Consumer<String> tell) {
    return new Patience(max, true, tell, System::nanoTime);
  }

  /**
   * For questions that come again by themselves, so that the system is never given up.
   *
   * @param max how long each is repeated
   */
  public static Patience ofEachQuestion(Duration max) {
    return new Patience(max, false, _ -> {}, System::nanoTime);
  }

  /** Why nothing is asked any more, or null. */
  public synchronized @Nullable String gone() {
    return gone;
  }

  /** That there is no answer, as it was told last; nothing while there are answers. */
  public synchronized String outage() {
    return outage;
  }

  /** How long it lasts. */
  long maxMillis() {
    return max.toMillis();
  }

  long nowNanos() {
    return nanos.getAsLong();
  }

  synchronized void answered() {
    if (told) {
      tell.accept("the system answers again, after %s".formatted(seconds(nowNanos() - sinceNanos)));
    }
    out = false;
    told = false;
    outage = "";
    answeredNanos = nowNanos();
  }

  /**
   * A question met a system that is away, or that asks to come again later.
   *
   * @param askedNanos when it was asked first
   * @return whether to ask again
   */
  synchronized boolean failed(long askedNanos, String cause) {
    long now = nowNanos();
    if (!out) {
      out = true;
      sinceNanos = Math.max(askedNanos, answeredNanos);
    }
    boolean again = now - askedNanos < max.toNanos() && !spent;
    if (ends && now - sinceNanos >= max.toNanos() && gone == null) {
      gone = "the system did not answer for %s: %s".formatted(seconds(now - sinceNanos), cause);
    } else if (ends && now - askedNanos >= max.toNanos()) {
      spent = true;
    }
    if (gone == null) {
      tell(now, sinceNanos, cause);
    }
    return again && gone == null;
  }

  /**
   * A question has no answer yet.
   *
   * @return whether to wait on
   */
  synchronized boolean waits(long askedNanos, String whom) {
    if (gone == null) {
      // Asked again meanwhile or not: the outage began with the first question that it met.
      long silentSince = Math.max(askedNanos, answeredNanos);
      tell(nowNanos(), out ? sinceNanos : silentSince, whom + " is silent");
    }
    return gone == null;
  }

  private void tell(long now, long begin, String cause) {
    boolean due = told ? now - toldNanos >= TELL_EVERY_NANOS : now - begin >= TELL_FIRST_NANOS;
    if (!due) {
      return;
    }
    if (!out) {
      out = true;
      sinceNanos = begin;
    }
    told = true;
    toldNanos = now;
    String left =
        ends
            ? "asking again for %s".formatted(seconds(max.toNanos() - (now - begin)))
            : "asking on";
    outage =
        "the system has not answered for %s: %s; %s".formatted(seconds(now - begin), cause, left);
    tell.accept(outage);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.0f s", Math.max(0, nanos) / NANOS_PER_SECOND);
  }
}
