package qiantang.sim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * One direction of a plot: from figures to places between 0 and 1. Pure.
 *
 * @param min the figure at 0
 * @param max the figure at 1
 * @param logarithmic whether equal distances are equal factors
 */
record Axis(double min, double max, boolean logarithmic, List<Tick> ticks) {
  private static final int TICKS_ABOUT = 5;

  /** A decade further down than this is noise of the clock. */
  private static final double LOG_MIN = 0.01;

  /** A figure that is written beside the plot. */
  record Tick(double at, String label) {}

  /** From 0 to a round number that is at least as large as the largest figure. */
  static Axis fromZero(double largest) {
    double step = roundStep(Math.max(largest, 1e-3) / TICKS_ABOUT);
    long steps = Math.max(1, (long) Math.ceil(largest / step - 1e-9));
    List<Tick> ticks = new ArrayList<>();
    for (long i = 0; i <= steps; i++) {
      ticks.add(new Tick(i * step, label(i * step)));
    }
    return new Axis(0, steps * step, false, ticks);
  }

  /** Exactly from 0 to the figure, with round numbers in between: time. */
  static Axis exactly(double largest) {
    double end = Math.max(largest, 1e-3);
    double step = roundStep(end / (2 * TICKS_ABOUT));
    List<Tick> ticks = new ArrayList<>();
    for (long i = 0; i * step <= end; i++) {
      ticks.add(new Tick(i * step, label(i * step)));
    }
    return new Axis(0, end, false, ticks);
  }

  /** Whole decades around positive figures; what is not above 0.01 stands at the lower end. */
  static Axis decades(DoubleStream figures) {
    double[] seen = figures.filter(v -> v > 0).toArray();
    double least = DoubleStream.of(seen).min().orElse(1);
    double most = DoubleStream.of(seen).max().orElse(10);
    int first = (int) Math.floor(Math.log10(Math.max(least, LOG_MIN)));
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(Math.max(most, LOG_MIN))));
    List<Tick> ticks = new ArrayList<>();
    for (int decade = first; decade <= last; decade++) {
      ticks.add(new Tick(Math.pow(10, decade), label(Math.pow(10, decade))));
    }
    return new Axis(Math.pow(10, first), Math.pow(10, last), true, ticks);
  }

  /**
   * Percentiles, each further nine as wide as the one before.
   *
   * @param nines of the last figure, such as 3 for 99.9 %
   */
  static Axis percentiles(double nines) {
    int last = Math.max(2, (int) Math.ceil(nines - 1e-9));
    List<Tick> ticks = new ArrayList<>(List.of(new Tick(0, "0 %")));
    for (int n = 1; n <= last; n++) {
      String label = n == 1 ? "90 %" : n == 2 ? "99 %" : "99." + "9".repeat(n - 2) + " %";
      ticks.add(new Tick(n, label));
    }
    return new Axis(0, last, false, ticks);
  }

  /** Between 0 and 1, also for figures outside. */
  double place(double figure) {
    double place =
        logarithmic
            ? (Math.log10(Math.max(figure, min)) - Math.log10(min))
                / (Math.log10(max) - Math.log10(min))
            : (figure - min) / (max - min);
    return Math.clamp(place, 0, 1);
  }

  /** 1, 2 or 5 times a power of ten, at least as large. */
  private static double roundStep(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    double digit = step / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    return size >= 1e4 ? trimmed(value / 1e3) + "k" : trimmed(value);
  }

  private static String trimmed(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
