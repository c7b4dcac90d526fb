package qiantang.sim.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A distribution in milliseconds, as it is printed. */
public record Latency(long count, double p50, double p99, double p999, double max) {
  private static final double MICROS_PER_MILLI = 1_000;

  /**
   * Takes the figures out of a histogram.
   *
   * @param micros in microseconds
   */
  public static Latency of(Histogram micros) {
    return new Latency(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99.9) / MICROS_PER_MILLI,
        micros.getMaxValue() / MICROS_PER_MILLI);
  }

  String text() {
    return String.format(
        Locale.ROOT, "p50 %.2f  p99 %.2f  p99.9 %.2f  max %.2f ms", p50, p99, p999, max);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("count", count);
    json.put("p50Millis", p50);
    json.put("p99Millis", p99);
    json.put("p999Millis", p999);
    json.put("maxMillis", max);
    return json;
  }
}
