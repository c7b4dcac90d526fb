package qiantang.ingest.payload;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * The event times that are accepted (I10): a wrong clock must never choose a partition.
 *
 * @param nowMicros when the message arrived
 * @param earliestMicros as far back as the enterprise's data is kept
 * @param arrivals of the node
 */
public record EventTimes(long nowMicros, long earliestMicros, Arrivals arrivals) {
  /** How far ahead of ours a device's clock may be: what NTP-less controllers drift in a month. */
  public static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  /** Around a message that arrives now. */
  public static EventTimes around(long nowMicros, Duration retention, Arrivals arrivals) {
    return new EventTimes(nowMicros, nowMicros - micros(retention), arrivals);
  }

  /** The time of a reading of a device that came without one. */
  public long arrivalMicros(DeviceId device) {
    return arrivals.of(device, nowMicros);
  }

  private static long micros(Duration duration) {
    return duration.toSeconds() * 1_000_000L;
  }

  /** What is wrong with an event time, measured, or null. */
  public @Nullable String fault(long micros) {
    if (micros >= earliestMicros && micros <= nowMicros + micros(AHEAD_MAX)) {
      return null;
    }
    String skew =
        micros > nowMicros
            ? text(micros - nowMicros) + " ahead of this node's clock; at most 5 min are accepted"
            : text(nowMicros - micros)
                + " behind this node's clock; at most "
                + text(nowMicros - earliestMicros)
                + " are accepted";
    return "event time " + instant(micros) + " is " + skew + hint(micros);
  }

  /** Whether the number makes sense in another unit than the milliseconds it was read as. */
  private String hint(long micros) {
    if (fits(micros * 1000)) {
      return "; it looks like seconds: send milliseconds";
    }
    if (fits(micros / 1000)) {
      return "; it looks like microseconds: send milliseconds, with a fraction if need be";
    }
    return fits(micros / 1_000_000) ? "; it looks like nanoseconds: send milliseconds" : "";
  }

  private boolean fits(long micros) {
    return micros >= earliestMicros && micros <= nowMicros + micros(AHEAD_MAX);
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  private static String text(long micros) {
    long seconds = micros / 1_000_000L;
    if (seconds >= 2 * 86_400) {
      return seconds / 86_400 + " days";
    }
    return seconds >= 600 ? seconds / 60 + " min" : seconds + " s";
  }
}
