package qiantang.store.summary;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Adds doubles, integers and their products with whole numbers without ever rounding, so the result
 * does not depend on order or grouping. A fixed-point number in limbs of 32 bits, each in a long
 * that takes carries late; it is as wide as the values that came: four limbs for a sensor's. Not
 * thread-safe.
 */
final class ExactSum {
  private static final int LIMB_BITS = 32;
  private static final long LIMB_MASK = 0xffff_ffffL;
  // The lowest bit of limb 0: a multiple of 32 bits at or below the smallest double, 2^-1074.
  private static final int EXPONENT_MIN = -1088;
  // A limb takes less than 2^33 from each addition.
  private static final int ADDITIONS_MAX = 1 << 29;
  // What one addition touches: 128 bits, shifted by up to 31.
  private static final int TOUCHED = 5;
  private static final int CAPACITY = TOUCHED + 2;

  private static final int FRACTION_BITS = 52;
  private static final long FRACTION = (1L << FRACTION_BITS) - 1;
  private static final int BIASED_MAX = 0x7ff;
  private static final int BIAS = 1075; // of magnitudes that are integers

  private long[] limbs = new long[CAPACITY];
  private int lowest = Integer.MIN_VALUE; // which limb limbs[0] is; none yet
  private int additions;

  /** A finite double's magnitude, an integer. */
  static long magnitude(long bits) {
    boolean isNormal = ((bits >>> FRACTION_BITS) & BIASED_MAX) != 0;
    return (bits & FRACTION) | (isNormal ? 1L << FRACTION_BITS : 0);
  }

  /** The power of two by which its magnitude is to be multiplied. */
  static int exponent(long bits) {
    return Math.max((int) (bits >>> FRACTION_BITS) & BIASED_MAX, 1) - BIAS;
  }

  /** Adds a finite double. */
  void add(double value) {
    long bits = Double.doubleToRawLongBits(value);
    add(0, magnitude(bits), exponent(bits), bits < 0);
  }

  void add(long value) {
    add(0, Math.abs(value), 0, value < 0); // of the smallest long, 2^63 as an unsigned one
  }

  /** Adds a finite double times a whole number that is not negative. */
  void addProduct(double value, long factor) {
    long bits = Double.doubleToRawLongBits(value);
    long magnitude = magnitude(bits);
    long high = Math.unsignedMultiplyHigh(magnitude, factor);
    add(high, magnitude * factor, exponent(bits), bits < 0);
  }

  /** Adds an integer times a whole number that is not negative. */
  void addProduct(long value, long factor) {
    long magnitude = Math.abs(value);
    add(Math.unsignedMultiplyHigh(magnitude, factor), magnitude * factor, 0, value < 0);
  }

  void add(Exact value) {
    BigInteger rest = value.units().abs();
    boolean negative = value.units().signum() < 0;
    int exponent = value.exponent();
    while (rest.signum() != 0) {
      add(rest.shiftRight(Long.SIZE).longValue(), rest.longValue(), exponent, negative);
      rest = rest.shiftRight(2 * Long.SIZE);
      exponent += 2 * Long.SIZE;
    }
  }

  /** Adds or subtracts a magnitude of 128 bits. */
  private void add(long high, long low, int exponent, boolean negative) {
    if ((high | low) == 0) {
      return; // a zero would widen the number down to its exponent, which says nothing
    }
    int bit = exponent - EXPONENT_MIN;
    int at = fit(bit / LIMB_BITS);
    int shift = bit % LIMB_BITS;
    long a = (low & LIMB_MASK) << shift;
    long b = (low >>> LIMB_BITS) << shift;
    long c = (high & LIMB_MASK) << shift;
    long d = (high >>> LIMB_BITS) << shift;
    long sign = negative ? -1 : 1;
    limbs[at] += sign * (a & LIMB_MASK);
    limbs[at + 1] += sign * ((a >>> LIMB_BITS) + (b & LIMB_MASK));
    limbs[at + 2] += sign * ((b >>> LIMB_BITS) + (c & LIMB_MASK));
    limbs[at + 3] += sign * ((c >>> LIMB_BITS) + (d & LIMB_MASK));
    limbs[at + 4] += sign * (d >>> LIMB_BITS);
    if (++additions == ADDITIONS_MAX) {
      carry();
    }
  }

  /** Makes the limbs wide enough from this one on, and says where it is. */
  private int fit(int limb) {
    if (lowest == Integer.MIN_VALUE) {
      lowest = limb;
    }
    if (limb < lowest) {
      int more = lowest - limb;
      long[] wider = new long[limbs.length + more];
      System.arraycopy(limbs, 0, wider, more, limbs.length);
      limbs = wider;
      lowest = limb;
    }
    int at = limb - lowest;
    if (at + TOUCHED > limbs.length) {
      limbs = Arrays.copyOf(limbs, at + TOUCHED);
    }
    return at;
  }

  /** Brings each limb but the last back to 32 bits, the last to 32 bits with its sign. */
  private void carry() {
    additions = 0;
    long carried = 0;
    for (int i = 0; i < limbs.length - 1; i++) {
      long limb = limbs[i] + carried;
      limbs[i] = limb & LIMB_MASK;
      carried = limb >> LIMB_BITS;
    }
    int last = limbs.length - 1;
    limbs[last] += carried;
    while (limbs[last] != (int) limbs[last]) {
      limbs = Arrays.copyOf(limbs, last + 2);
      limbs[last + 1] = limbs[last] >> LIMB_BITS;
      limbs[last] &= LIMB_MASK;
      last++;
    }
  }

  /** What was added so far. */
  Exact toExact() {
    if (lowest == Integer.MIN_VALUE) {
      return Exact.ZERO;
    }
    carry();
    byte[] bytes = new byte[limbs.length * Integer.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      long limb = limbs[limbs.length - 1 - i / Integer.BYTES];
      bytes[i] = (byte) (limb >> (LIMB_BITS - Byte.SIZE * (1 + i % Integer.BYTES)));
    }
    return new Exact(new BigInteger(bytes), lowest * LIMB_BITS + EXPONENT_MIN);
  }

  void clear() {
    Arrays.fill(limbs, 0);
    lowest = Integer.MIN_VALUE;
    additions = 0;
  }
}
