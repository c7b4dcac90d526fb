package qiantang.bench;

import java.util.Arrays;

/** The middle of some figures. */
final class Medians {
  private Medians() {}

  /** Of two in the middle their mean; NaN of none. */
  static double of(double[] figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
