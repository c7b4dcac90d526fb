package qiantang.store.codec;

/**
 * Doubles as whole numbers and a power of ten. A mantissa is only used where the very bits of the
 * double come back from it, so nothing is ever rounded away.
 *
 * <p>Three ways lead from a mantissa to a double, by where doubles come from: {@link #QUOTIENT} for
 * what was printed or typed as a decimal (the quotient of two exact doubles is correctly rounded,
 * IEEE 754, so texts of up to 15 digits always pass); {@link #PRODUCT} for programs that scale a
 * register by 0.1 or 0.001, which makes 0.30000000000000004 of 3; {@link #SINGLE} for values that
 * went through a 32-bit float, 23.450000762939453 for 23.45.
 */
final class Decimals {
  static final int QUOTIENT = 0; // mantissa / 10^scale
  static final int PRODUCT = 1; // mantissa * 10^-scale
  static final int SINGLE = 2; // (float) (mantissa / 10^scale)

  /** 10^22 is the largest power of ten that is a double. */
  static final int SCALE_MAX = 22;

  /** What {@link #scaleOf} says of a double that is no such decimal. */
  static final int NONE = SCALE_MAX + 1;

  // Beyond 2^53 a double has gaps, and a mantissa is no shorter than the bits themselves.
  private static final double MANTISSA_MAX = 0x1p53;
  private static final double BITS_A_DIGIT = 3.33;
  // What one value that does not fit costs beside its column: 64 bits and its place.
  private static final double BITS_AN_ODD_ONE = 72;
  // Enough to see the scale of a column; what the sample did not show is found afterwards.
  private static final int SAMPLED_VALUES = 24;

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final double[] PARTS = {
    1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14,
    1e-15, 1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21, 1e-22
  };

  private Decimals() {}

  /**
   * The scale at which the values, judged by a sample, cost least.
   *
   * @return -1 where most values are no such decimals
   */
  static int sampledScale(double[] values, int count, int way) {
    int[] byScale = new int[NONE + 1];
    int step = (count + SAMPLED_VALUES - 1) / SAMPLED_VALUES;
    int sampled = 0;
    for (int i = 0; i < count; i += step) {
      // What says that there is no value says nothing about the scale of the others.
      if (Double.isFinite(values[i])) {
        byScale[scaleOf(values[i], way)]++;
        sampled++;
      }
    }
    return 2 * byScale[NONE] >= sampled ? -1 : cheapest(byScale, sampled);
  }

  /**
   * The scale at which the values cost least, once it is known which ones did not fit the sampled
   * one.
   */
  static int betterScale(double[] values, int count, int way, int scale, int[] odd, int oddCount) {
    int[] byScale = new int[NONE + 1];
    byScale[scale] = count - oddCount;
    for (int i = 0; i < oddCount; i++) {
      byScale[scaleOf(values[odd[i]], way)]++;
    }
    return cheapest(byScale, count);
  }

  private static int cheapest(int[] byScale, int total) {
    int best = 0;
    double leastBits = Double.MAX_VALUE;
    int fitting = 0;
    for (int scale = 0; scale <= SCALE_MAX; scale++) {
      fitting += byScale[scale];
      if (byScale[scale] > 0) {
        double bits = fitting * (scale * BITS_A_DIGIT) + (total - fitting) * BITS_AN_ODD_ONE;
        if (bits < leastBits) {
          best = scale;
          leastBits = bits;
        }
      }
    }
    return best;
  }

  /** The smallest scale that gives the value back, or {@link #NONE}. */
  static int scaleOf(double value, int way) {
    long bits = Double.doubleToRawLongBits(value);
    for (int scale = 0; scale <= SCALE_MAX; scale++) {
      double scaled = value * POWERS[scale];
      if (!(Math.abs(scaled) <= MANTISSA_MAX)) {
        return NONE; // NaN and infinities too
      }
      double back = value((long) Math.rint(scaled), way, POWERS[scale], PARTS[scale]);
      if (Double.doubleToRawLongBits(back) == bits) {
        return scale;
      }
    }
    return NONE;
  }

  /** The mantissa that a double has at this scale, if it has one there. */
  static long mantissa(double value, int scale) {
    return (long) Math.rint(value * POWERS[scale]);
  }

  /** The value of a mantissa. */
  static double value(long mantissa, int way, int scale) {
    return value(mantissa, way, POWERS[scale], PARTS[scale]);
  }

  private static double value(long mantissa, int way, double power, double part) {
    double value = way == PRODUCT ? mantissa * part : mantissa / power;
    return way == SINGLE ? (float) value : value;
  }

  /**
   * Fills in the mantissas at this scale; a value that does not come back from its mantissa gets
   * its predecessor's, which packs to nothing.
   *
   * @param odd takes the indices of those values
   * @return how many there are
   */
  static int split(double[] values, int count, int way, int scale, long[] mantissas, int[] odd) {
    double power = POWERS[scale];
    double part = PARTS[scale];
    int oddCount = 0;
    long previous = 0;
    for (int i = 0; i < count; i++) {
      double value = values[i];
      long mantissa = (long) Math.rint(value * power);
      double back = value(mantissa, way, power, part);
      if (Double.doubleToRawLongBits(back) == Double.doubleToRawLongBits(value)) {
        previous = mantissa;
      } else {
        odd[oddCount++] = i;
      }
      mantissas[i] = previous;
    }
    // Odd ones at the beginning have no predecessor but a successor.
    int leading = 0;
    while (leading < oddCount && odd[leading] == leading) {
      leading++;
    }
    for (int i = 0; i < leading && leading < count; i++) {
      mantissas[i] = mantissas[leading];
    }
    return oddCount;
  }

  /** The values of these mantissas. */
  static void join(long[] mantissas, int count, int way, int scale, double[] into) {
    double power = POWERS[scale];
    double part = PARTS[scale];
    for (int i = 0; i < count; i++) {
      into[i] = value(mantissas[i], way, power, part);
    }
  }
}
