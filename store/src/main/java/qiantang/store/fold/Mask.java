package qiantang.store.fold;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/**
 * A deletion on request: what all readers and folds hide from then on. It has no first event time:
 * so of a metric whose newest value is hidden, none that arrived by then is left to be shown.
 *
 * @param id sorts by {@code madeMillis}
 * @param device whose data; null for all of the enterprise's
 * @param beforeMicros hides event times before this one; {@link #ALL_TIMES} for all
 * @param madeMillis when it was asked for, by the clock of the node that was asked: hides what
 *     arrived until then, this millisecond included
 */
public record Mask(
    EnterpriseId enterprise,
    String id,
    @Nullable DeviceId device,
    long beforeMicros,
    long madeMillis) {
  /** Before this every event time lies. */
  public static final long ALL_TIMES = Long.MAX_VALUE;

  /** Everything that it hides is gone from disk after this, where folds keep up. */
  public static final Duration GONE_AFTER = Duration.ofDays(4);

  // No event time lies more than minutes ahead of its arrival by the clock of one node.
  private static final long AHEAD_MICROS = Duration.ofDays(1).toSeconds() * 1_000_000;

  // Rows are kept by their event time, which may lie ahead, from when they were folded: up to two
  // weeks after they arrived.
  private static final Duration MARGIN = Duration.ofDays(30);

  /** A mask; the id is made of the time and of something that no other has. */
  public static Mask of(
      EnterpriseId enterprise,
      @Nullable DeviceId device,
      long beforeMicros,
      long madeMillis,
      long random) {
    String id = "%012x-%016x".formatted(Math.max(0, madeMillis), random);
    return new Mask(enterprise, id, device, beforeMicros, madeMillis);
  }

  /** For how long it must be there: longer than whatever it hides. */
  public static Duration kept(Retention retention) {
    Duration data = retention.duration();
    return (data.compareTo(RecordTables.EVENTS_KEPT) > 0 ? data : RecordTables.EVENTS_KEPT)
        .plus(MARGIN);
  }

  /** Whether it hides all that another one hides. */
  public boolean covers(Mask other) {
    return (device == null || device.equals(other.device))
        && beforeMicros >= other.beforeMicros
        && madeMillis >= other.madeMillis;
  }

  /** From this event time on it hides nothing. */
  public long endMicros() {
    return Math.min(beforeMicros, madeMillis * 1000 + AHEAD_MICROS);
  }

  /** Whether it hides a sample of its device. */
  boolean hides(long eventTimeMicros, long arrivalMillis) {
    return arrivalMillis <= madeMillis && eventTimeMicros < endMicros();
  }

  /** Behind the arrival times of the records that it hides: these happen when they arrive. */
  long recordsEndMicros() {
    return Math.min(beforeMicros, (madeMillis + 1) * 1000);
  }
}
