package qiantang.store.summary;

import java.math.BigInteger;

/**
 * An exact number: units * 2^exponent. Sums of doubles and integers, and their products with whole
 * microseconds, are such numbers, however many there are. One number has one form: units are odd,
 * or zero with an exponent of zero.
 */
public record Exact(BigInteger units, int exponent) {
  /** Nothing at all. */
  public static final Exact ZERO = new Exact(BigInteger.ZERO, 0);

  private static final int PRECISION = Double.PRECISION;
  private static final int SMALLEST_EXPONENT = Double.MIN_EXPONENT - PRECISION + 1;
  private static final int LONG_BITS_MAX = Long.SIZE - 1;

  public Exact {
    int zeros = units.getLowestSetBit();
    if (zeros > 0) {
      units = units.shiftRight(zeros);
    }
    exponent = zeros < 0 ? 0 : exponent + zeros;
  }

  /** An integer. */
  public static Exact of(long value) {
    return new Exact(BigInteger.valueOf(value), 0);
  }

  /** A finite double. */
  public static Exact of(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long magnitude = ExactSum.magnitude(bits);
    BigInteger units = BigInteger.valueOf(bits < 0 ? -magnitude : magnitude);
    return new Exact(units, ExactSum.exponent(bits));
  }

  /** The sum. */
  public Exact plus(Exact other) {
    int common = Math.min(exponent, other.exponent);
    return new Exact(unitsAt(common).add(other.unitsAt(common)), common);
  }

  /** The difference. */
  public Exact minus(Exact other) {
    return plus(new Exact(other.units.negate(), other.exponent));
  }

  /** The product. */
  public Exact times(long factor) {
    return new Exact(units.multiply(BigInteger.valueOf(factor)), exponent);
  }

  /** The units at an exponent that is not above this number's own. */
  public BigInteger unitsAt(int smallerExponent) {
    return units.shiftLeft(exponent - smallerExponent);
  }

  /** Whether it is an integer of 64 bits. */
  public boolean isLong() {
    return exponent >= 0 && exponent + units.bitLength() <= LONG_BITS_MAX;
  }

  /** The integer of 64 bits that it {@linkplain #isLong is}. */
  public long toLong() {
    return unitsAt(0).longValueExact();
  }

  /** The nearest double, of two as near the even one; infinite beyond the largest. */
  public double toDouble() {
    return rounded(units.abs(), exponent, false, units.signum() < 0);
  }

  /**
   * The double nearest to the quotient, rounded once: the mean of equal values is that value.
   *
   * @param divisor above zero
   */
  public double dividedBy(long divisor) {
    BigInteger whole = BigInteger.valueOf(divisor);
    // Enough bits that the quotient has more than a double holds; the rest only says "and more".
    int shift = Math.max(0, whole.bitLength() + PRECISION + 2 - units.bitLength());
    BigInteger[] quotient = units.abs().shiftLeft(shift).divideAndRemainder(whole);
    boolean more = quotient[1].signum() != 0;
    return rounded(quotient[0], exponent - shift, more, units.signum() < 0);
  }

  /** Rounds magnitude * 2^exponent, or a little more than that, half to even. */
  private static double rounded(BigInteger magnitude, int exponent, boolean more, boolean minus) {
    int dropped = Math.max(magnitude.bitLength() - PRECISION, SMALLEST_EXPONENT - exponent);
    double value;
    if (dropped <= 0) {
      // Fewer than 53 bits and no rest: rests only come with more bits than that.
      value = Math.scalb((double) magnitude.longValue(), exponent);
    } else {
      long kept = magnitude.shiftRight(dropped).longValue();
      boolean half = magnitude.testBit(dropped - 1);
      boolean beyondHalf = more || magnitude.getLowestSetBit() < dropped - 1;
      boolean up = half && (beyondHalf || (kept & 1) == 1);
      value = Math.scalb((double) (up ? kept + 1 : kept), exponent + dropped);
    }
    return minus ? -value : value;
  }
}
