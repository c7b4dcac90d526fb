package qiantang.sim.report;

import java.util.Arrays;

/** The last values of a figure as a row of bars; the tallest is the largest of them. One thread. */
final class Sparkline {
  private static final int VALUES = 24;
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private final double[] values = new double[VALUES];
  private int count;

  void add(double value) {
    if (count == VALUES) {
      System.arraycopy(values, 1, values, 0, VALUES - 1);
      count--;
    }
    values[count++] = value;
  }

  String text() {
    double max = Arrays.stream(values, 0, count).filter(v -> !Double.isNaN(v)).max().orElse(0);
    StringBuilder bars = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if (Double.isNaN(values[i])) {
        bars.append(' ');
      } else {
        int height = max > 0 ? (int) Math.round(values[i] / max * (BARS.length() - 1)) : 0;
        bars.append(BARS.charAt(height));
      }
    }
    return bars.toString();
  }
}
