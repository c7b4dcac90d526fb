package qiantang.sim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A distribution in milliseconds, as it is printed.
 *
 * @param curve by percentile, finer towards 100 %
 */
public record Latency(
    long count, double p50, double p99, double p999, double max, List<Point> curve) {
  private static final double MICROS_PER_MILLI = 1_000;

  /** Points from 0 to 50 %, from 50 to 75 %, from 75 to 87.5 % and so on: about 100 in all. */
  private static final int POINTS_PER_HALF = 5;

  /** So many percent were at most so many milliseconds. */
  public record Point(double percent, double millis) {}

  /**
   * Takes the figures out of a histogram.
   *
   * @param micros in microseconds
   */
  public static Latency of(Histogram micros) {
    List<Point> curve = new ArrayList<>();
    for (HistogramIterationValue value : micros.percentiles(POINTS_PER_HALF)) {
      double millis = value.getValueIteratedTo() / MICROS_PER_MILLI;
      curve.add(new Point(value.getPercentileLevelIteratedTo(), millis));
    }
    return new Latency(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99.9) / MICROS_PER_MILLI,
        micros.getMaxValue() / MICROS_PER_MILLI,
        List.copyOf(curve));
  }

  String text() {
    if (count == 0) {
      return "none";
    }
    return String.format(
        Locale.ROOT, "p50 %.2f  p99 %.2f  p99.9 %.2f  max %.2f ms", p50, p99, p999, max);
  }
}
