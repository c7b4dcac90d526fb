package qiantang.ingest.quota;

import qiantang.store.registry.Quota;
import qiantang.store.registry.Quotas;

/**
 * One quota with its value, ready to be reckoned with.
 *
 * @param value of its unit in its period; {@link #NONE} for no limit
 */
public record Limit(Quota quota, long value) {
  /** The value of what is not limited. */
  public static final long NONE = Long.MAX_VALUE;

  private static final long SECOND_NANOS = 1_000_000_000L;

  /** What of the quotas holds. */
  static Limit of(Quota quota, Quotas quotas) {
    return new Limit(quota, quotas.of(quota));
  }

  /** Whether nothing is limited. */
  public boolean isNone() {
    return value == NONE;
  }

  /** What so many units cost of the rate. */
  public long costNanos(long units) {
    return isNone() ? 0 : (long) ((double) quota.period().toNanos() * units / value);
  }

  /** What may be saved up, as the time in which it is earned. */
  public long burstNanos() {
    return quota.burst().toNanos();
  }

  /** What a client is told that was refused, and when to come again. */
  public String refusal(long waitNanos) {
    return text() + " is used up: come again in " + seconds(waitNanos) + " s, " + remedy();
  }

  /** What a client is told that is slowed. */
  public String slowing() {
    return "slowed, nothing is refused: " + text() + " is used up; send less, " + remedy();
  }

  /** What a client is told that sent something too large. */
  public String excess(long units) {
    return units + " where " + text() + " holds: send less, " + remedy();
  }

  private String text() {
    return "quota " + quota.word() + " of " + value;
  }

  private static String remedy() {
    return "or have the operator raise it";
  }

  private static long seconds(long nanos) {
    return Math.max(1, Math.ceilDiv(nanos, SECOND_NANOS));
  }
}
