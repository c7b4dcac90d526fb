package qiantang.store.access;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * An enterprise lets another party read a part of its data, for a purpose, for a time.
 *
 * @param enterprise who grants
 * @param id unique within the enterprise
 * @param metrics at most {@link #METRICS_MAX}; none for all
 * @param leastSeconds 0 for samples as they are; else only aggregates of intervals this long or
 *     longer
 * @param purpose for people
 * @param from from when on, inclusive
 * @param until until when, exclusive
 * @param createdBy the token that made it, for people
 * @param revoked when it was taken back, null if it was not
 */
public record Grant(
    EnterpriseId enterprise,
    String id,
    Party grantee,
    Subtree subtree,
    Set<String> metrics,
    long leastSeconds,
    String purpose,
    Instant from,
    Instant until,
    Instant created,
    String createdBy,
    @Nullable Instant revoked) {
  /** As many names as an answer's list of metrics takes. */
  public static final int METRICS_MAX = 1000;

  /** Grants of one enterprise that are not over: a list that a person can look through. */
  public static final int LIVE_MAX = 1000;

  /** The longest: what should hold longer is granted anew, by somebody who still knows why. */
  public static final Duration DURATION_MAX = Duration.ofDays(3653);

  public Grant {
    metrics = Set.copyOf(metrics);
    from = from.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    until = until.truncatedTo(ChronoUnit.MILLIS);
    created = created.truncatedTo(ChronoUnit.MILLIS);
    revoked = revoked == null ? null : revoked.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Where it is in its life. */
  public enum State {
    /** Its time has not come. */
    WAITING("waiting"),
    /** It holds. */
    LIVE("live"),
    /** Its time is over. */
    OVER("over"),
    /** It was taken back. */
    REVOKED("revoked");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }
  }

  /** Where it is at this moment. */
  public State stateAt(Instant now) {
    if (revoked != null) {
      return State.REVOKED;
    }
    if (!now.isBefore(until)) {
      return State.OVER;
    }
    return now.isBefore(from) ? State.WAITING : State.LIVE;
  }

  /** Whether it gives samples as they are. */
  public boolean isRaw() {
    return leastSeconds == 0;
  }

  /** Whether a metric is in it. */
  public boolean hasMetric(String metric) {
    return metrics.isEmpty() || metrics.contains(metric);
  }

  /** The same, taken back. */
  public Grant revoked(Instant now) {
    return new Grant(
        enterprise,
        id,
        grantee,
        subtree,
        metrics,
        leastSeconds,
        purpose,
        from,
        until,
        created,
        createdBy,
        now);
  }
}
