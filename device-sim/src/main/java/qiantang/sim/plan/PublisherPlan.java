package qiantang.sim.plan;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one connection sends: message n is planned at {@code phase + n * period + jitter(n)} after
 * the beginning and holds one reading of each of its devices, with that instant as event time. A
 * direct device is a publisher with one device, itself.
 *
 * @param fleet what it has in common with its like
 * @param index its number in the run
 * @param id of the gateway or device that logs in
 * @param messages how many are planned in all
 */
public record PublisherPlan(
    FleetSpec fleet, int index, String id, long seed, List<DevicePlan> devices, long messages) {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int VALUES_BYTES_GUESS = 200;

  /** A publisher that plans for ever. */
  public static final long ENDLESS = Long.MAX_VALUE;

  static PublisherPlan of(
      FleetSpec fleet, int index, String id, long seed, List<DevicePlan> devices, long endNanos) {
    PublisherPlan endless = new PublisherPlan(fleet, index, id, seed, devices, ENDLESS);
    if (endNanos == ENDLESS) {
      return endless;
    }
    // Jitter only delays, so what is planned before the end is a beginning of the sequence.
    long messages = Math.max(0, endNanos - endless.phaseNanos()) / endless.periodNanos() + 1;
    while (messages > 0 && endless.plannedNanos(messages - 1) >= endNanos) {
      messages--;
    }
    return new PublisherPlan(fleet, index, id, seed, devices, messages);
  }

  public String topic() {
    return fleet.gateway() ? "v1/gateway/telemetry" : "v1/devices/me/telemetry";
  }

  /** When message n should go, after the beginning of the run. */
  public long plannedNanos(long n) {
    long jitterMax = (long) (periodNanos() * fleet.jitter());
    return phaseNanos() + n * periodNanos() + (long) (Mix.unit(seed, n) * jitterMax);
  }

  public long eventTimeMillis(long n, long startMillis) {
    return startMillis + plannedNanos(n) / NANOS_PER_MILLI;
  }

  /** The message with this event time, or -1 if none was planned. */
  public long messageAt(long eventTimeMicros, long startMillis) {
    if (eventTimeMicros % 1_000 != 0) {
      return -1;
    }
    long millis = eventTimeMicros / 1_000;
    long offsetNanos = (millis - startMillis) * NANOS_PER_MILLI - phaseNanos();
    // Event times are cut to milliseconds and jitter delays: it is this beat, one before or after.
    long beat = Math.floorDiv(offsetNanos, periodNanos());
    for (long n = Math.max(0, beat - 1); n <= beat + 1 && n < messages; n++) {
      if (eventTimeMillis(n, startMillis) == millis) {
        return n;
      }
    }
    return -1;
  }

  /** What device number {@code device} of this publisher reports in message n. */
  public List<MetricValue> values(int device, long n) {
    DevicePlan plan = devices.get(device);
    return plan.model().values(new Signal(plan.seed(), n, plannedNanos(n) / 1e9));
  }

  /** The payload of message n: the same bytes at every call, as a resend needs them. */
  public byte[] payload(long n, long startMillis) {
    StringBuilder json = new StringBuilder(VALUES_BYTES_GUESS * devices.size());
    if (!fleet.gateway()) {
      appendReading(json, 0, n, startMillis);
      return json.toString().getBytes(StandardCharsets.UTF_8);
    }
    json.append('{');
    for (int device = 0; device < devices.size(); device++) {
      json.append(device == 0 ? "\"" : ",\"").append(devices.get(device).id()).append("\":[");
      appendReading(json, device, n, startMillis);
      json.append(']');
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private void appendReading(StringBuilder json, int device, long n, long startMillis) {
    json.append("{\"ts\":").append(eventTimeMillis(n, startMillis)).append(",\"values\":{");
    List<String> names = devices.get(device).metrics();
    List<MetricValue> values = values(device, n);
    for (int i = 0; i < names.size(); i++) {
      json.append(i == 0 ? "\"" : ",\"").append(names.get(i)).append("\":");
      values.get(i).appendTo(json);
    }
    json.append("}}");
  }

  private long periodNanos() {
    return fleet.period().toNanos();
  }

  /** Publishers of one period are spread over it, else each second would begin with a burst. */
  private long phaseNanos() {
    return (long) (Mix.unit(~seed, 0) * periodNanos());
  }
}
