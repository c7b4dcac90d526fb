package qiantang.sim.plan;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Faults.MalformedKind;

/**
 * The messages of a publisher as ThingsBoard's JSON: {@code {"ts":..,"values":{..}}} of a device,
 * {@code {"name":[{..}],..}} of a gateway.
 */
record ThingsBoardPlan(PublisherPlan plan, long startMillis) {
  private static final int VALUES_BYTES_GUESS = 200;

  byte[] payload(long n) {
    @Nullable MalformedKind kind = plan.broken(n);
    StringBuilder json = new StringBuilder(VALUES_BYTES_GUESS * plan.devices().size());
    if (plan.fleet().gateway()) {
      json.append('{');
      for (int device = 0; device < plan.devices().size(); device++) {
        String name = plan.devices().get(device).name();
        json.append(device == 0 ? "\"" : ",\"").append(name).append("\":[");
        appendReading(json, device, n, kind);
        json.append(']');
      }
      json.append('}');
    } else {
      appendReading(json, 0, n, kind);
    }
    // All of it is ASCII, but for the byte that is to be no UTF-8.
    byte[] payload = json.toString().getBytes(StandardCharsets.ISO_8859_1);
    return kind == MalformedKind.TRUNCATED ? Breakage.truncated(payload) : payload;
  }

  private void appendReading(StringBuilder json, int device, long n, @Nullable MalformedKind kind) {
    json.append("{\"ts\":").append(plan.eventTimeMillis(n, startMillis)).append(",\"values\":{");
    List<String> names = plan.devices().get(device).metrics();
    List<MetricValue> values = plan.values(device, n);
    boolean sound = kind == null;
    for (int i = 0; i < names.size(); i++) {
      json.append(i == 0 ? "\"" : ",\"").append(names.get(i)).append("\":");
      MetricValue value = values.get(i);
      if (sound || !appendBroken(json, value, kind)) {
        value.appendTo(json);
      } else {
        sound = true; // one fault is enough, and what comes after it looks well
      }
    }
    json.append("}}");
  }

  /** Appends something else than the value where it can be broken in this way. */
  private static boolean appendBroken(
      StringBuilder json, MetricValue value, @Nullable MalformedKind kind) {
    boolean number = value instanceof MetricValue.Decimal || value instanceof MetricValue.Whole;
    if (kind == MalformedKind.NAN && number) {
      json.append("NaN");
      return true;
    }
    if (kind == MalformedKind.DEEP_JSON && number) {
      json.append("[".repeat(Breakage.DEPTH)).append("]".repeat(Breakage.DEPTH));
      return true;
    }
    if (kind == MalformedKind.BAD_UTF8 && value instanceof MetricValue.Text) {
      json.append('"').append(Breakage.NOT_UTF8).append('"');
      return true;
    }
    return false;
  }
}
