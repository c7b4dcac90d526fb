package qiantang.store.codec;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;
import qiantang.store.summary.Exact;
import qiantang.store.summary.Numbers;
import qiantang.store.summary.Sample;

/**
 * Numbers of a summary as whole ones.
 *
 * <pre>
 * body  := has(1) [exponent(zigzag)] first(zigzag) last(zigzag) min(varint) max(varint)
 *          time(varint)*2 sum [integral] [resets]
 * sum, integral, resets := miss(zigzag) [rest(zigzag)]
 * </pre>
 *
 * Last, min and max are differences to the first; the times those of min and max. Of a sum the
 * reader guesses the mantissa, so that only what the guess missed by is kept. The exact sum of
 * doubles that were printed as decimals has many bits, but all save a few follow from the sum of
 * the decimals: the rest is what they differ by, in units of the exponent. Where samples came at
 * regular times, the integral follows from the sum.
 */
final class NumbersBody {
  private static final int INTEGRAL = 1;
  private static final int RESETS = 2;
  private static final int ALL = 3;

  // Doubles from 16 to 32, the commonest, have a last bit of 2^-48.
  private static final int EXPONENT_USUAL = -48;
  private static final int EXPONENT_MAX = 1200;

  private final NumbersShape shape;
  private final SummaryTimes times;
  private final BigInteger power;
  private int exponent; // what rests count in

  NumbersBody(NumbersShape shape, SummaryTimes times) {
    this.shape = shape;
    this.times = times;
    power = BigInteger.TEN.pow(shape.scale());
  }

  /** Appends the numbers; false, and anything at all appended, where they have another shape. */
  boolean encode(ByteSink sink, Numbers numbers) {
    Exact integral = dividedBy(numbers.integral(), times.unitMicros());
    boolean holds =
        shape.holds(numbers.first())
            && shape.holds(numbers.last())
            && shape.holds(numbers.min().value())
            && shape.holds(numbers.max().value());
    if (!holds || integral == null) {
      return false;
    }
    long count = numbers.count();
    long heldUnits = numbers.heldMicros() / times.unitMicros();
    boolean regular = integral.equals(regular(numbers.sum(), numbers.last(), count, heldUnits));
    boolean noResets = numbers.resets().equals(Exact.ZERO);
    exponent = numbers.sum().exponent();
    exponent = regular ? exponent : Math.min(exponent, integral.exponent());
    exponent = noResets ? exponent : Math.min(exponent, numbers.resets().exponent());
    sink.put((regular ? 0 : INTEGRAL) | (noResets ? 0 : RESETS));
    if (shape.isDecimal()) {
      sink.putZigzag(exponent - EXPONENT_USUAL);
    }
    long first = shape.mantissa(numbers.first());
    long last = shape.mantissa(numbers.last());
    sink.putZigzag(first);
    sink.putZigzag(last - first); // may overflow, and comes back all the same
    sink.putVarint(first - shape.mantissa(numbers.min().value()));
    sink.putVarint(shape.mantissa(numbers.max().value()) - first);
    sink.putVarint(times.toUnits(numbers.min().timeMicros()));
    sink.putVarint(times.toUnits(numbers.max().timeMicros()));
    BigInteger sum = mantissa(numbers.sum());
    return put(sink, numbers.sum(), sumGuess(count, first))
        && (regular || put(sink, integral, integralGuess(sum, last, count, heldUnits)))
        && (noResets || put(sink, numbers.resets(), BigInteger.ZERO));
  }

  Numbers decode(ByteSource source, long count, long heldUnits) {
    int has = source.get();
    if (has > ALL) {
      throw new ByteSource.Damaged("numbers that have " + has);
    }
    exponent = 0;
    if (shape.isDecimal()) {
      long far = source.getZigzag();
      if (Math.abs(far) > EXPONENT_MAX) {
        throw new ByteSource.Damaged("rests of 2^" + far);
      }
      exponent = (int) far + EXPONENT_USUAL;
    }
    long first = source.getZigzag();
    long last = first + source.getZigzag();
    long min = first - source.getVarint();
    long max = first + source.getVarint();
    long minMicros = times.toMicros(source.getVarint());
    long maxMicros = times.toMicros(source.getVarint());
    Value lastValue = shape.value(last);
    BigInteger sumMantissa = sumGuess(count, first).add(BigInteger.valueOf(source.getZigzag()));
    Exact sum = get(source, sumMantissa);
    Exact integral;
    if ((has & INTEGRAL) == 0) {
      integral = regular(sum, lastValue, count, heldUnits);
    } else {
      BigInteger guess = integralGuess(sumMantissa, last, count, heldUnits);
      integral = get(source, guess.add(BigInteger.valueOf(source.getZigzag())));
    }
    if (integral == null) {
      throw new ByteSource.Damaged("samples at regular times, but no such integral");
    }
    Exact resets = Exact.ZERO;
    if ((has & RESETS) != 0) {
      resets = get(source, BigInteger.valueOf(source.getZigzag()));
    }
    return new Numbers(
        count,
        shape.isDecimal(),
        shape.value(first),
        lastValue,
        new Sample(minMicros, shape.value(min)),
        new Sample(maxMicros, shape.value(max)),
        sum,
        integral.times(times.unitMicros()),
        heldUnits * times.unitMicros(),
        resets);
  }

  private static BigInteger sumGuess(long count, long first) {
    return BigInteger.valueOf(count).multiply(BigInteger.valueOf(first));
  }

  /** As if every number but the last had held equally long. */
  private static BigInteger integralGuess(BigInteger sum, long last, long count, long heldUnits) {
    BigInteger held = BigInteger.valueOf(heldUnits);
    return count == 1
        ? held.multiply(BigInteger.valueOf(last))
        : rounded(
            sum.subtract(BigInteger.valueOf(last)).multiply(held), BigInteger.valueOf(count - 1));
  }

  /** What the integral is if every number but the last held equally long, and that not at all. */
  private static @Nullable Exact regular(Exact sum, Value last, long count, long heldUnits) {
    return count == 1
        ? Numbers.exact(last).times(heldUnits)
        : dividedBy(sum.minus(Numbers.exact(last)).times(heldUnits), count - 1);
  }

  /** The exact quotient, null where there is none. */
  private static @Nullable Exact dividedBy(Exact number, long divisor) {
    int twos = Long.numberOfTrailingZeros(divisor);
    BigInteger[] quotient = number.units().divideAndRemainder(BigInteger.valueOf(divisor >>> twos));
    return quotient[1].signum() == 0 ? new Exact(quotient[0], number.exponent() - twos) : null;
  }

  /** Appends an exact number; false where it is too far from its guess. */
  private boolean put(ByteSink sink, Exact number, BigInteger guess) {
    BigInteger mantissa = mantissa(number);
    BigInteger miss = mantissa.subtract(guess);
    if (miss.bitLength() >= Long.SIZE) {
      return false;
    }
    sink.putZigzag(miss.longValue());
    if (shape.isDecimal()) {
      BigInteger rest = number.unitsAt(exponent).subtract(units(mantissa));
      if (rest.bitLength() >= Long.SIZE) {
        return false;
      }
      sink.putZigzag(rest.longValue());
    }
    return true;
  }

  private Exact get(ByteSource source, BigInteger mantissa) {
    BigInteger rest = shape.isDecimal() ? BigInteger.valueOf(source.getZigzag()) : BigInteger.ZERO;
    return new Exact(units(mantissa).add(rest), exponent);
  }

  /** The nearest mantissa. */
  private BigInteger mantissa(Exact number) {
    BigInteger scaled = number.units().multiply(power);
    return number.exponent() >= 0
        ? scaled.shiftLeft(number.exponent())
        : scaled
            .shiftLeft(1)
            .add(BigInteger.ONE.shiftLeft(-number.exponent()))
            .shiftRight(1 - number.exponent());
  }

  /** The nearest multiple of 2^exponent to the decimal of a mantissa. */
  private BigInteger units(BigInteger mantissa) {
    return exponent <= 0
        ? rounded(mantissa.shiftLeft(-exponent), power)
        : rounded(mantissa, power.shiftLeft(exponent));
  }

  private static BigInteger rounded(BigInteger dividend, BigInteger divisor) {
    BigInteger[] quotient =
        dividend.shiftLeft(1).add(divisor).divideAndRemainder(divisor.shiftLeft(1));
    return quotient[1].signum() < 0 ? quotient[0].subtract(BigInteger.ONE) : quotient[0];
  }
}
