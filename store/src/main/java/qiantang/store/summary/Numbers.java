package qiantang.store.summary;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * What a summary knows of the numbers among the samples: integers, finite doubles, and booleans as
 * 0 and 1. Texts, JSON, NaN and the infinities are samples too, but no numbers.
 *
 * @param count how many there are, at least one
 * @param anyReal whether one of them is a double
 * @param first the first in time, as it was sent
 * @param last the last in time
 * @param min the smallest, the earliest of equal ones; -0.0 is below 0.0
 * @param max the largest, the earliest of equal ones
 * @param sum of all
 * @param integral sum of each number times the microseconds until the next sample of any kind; the
 *     last sample's are none
 * @param heldMicros sum of those microseconds
 * @param resets sum of the numbers each of which a smaller one follows
 */
public record Numbers(
    long count,
    boolean anyReal,
    Value first,
    Value last,
    Sample min,
    Sample max,
    Exact sum,
    Exact integral,
    long heldMicros,
    Exact resets) {
  // Up to here a double holds every integer.
  private static final long DOUBLES_MAX = 1L << 53;

  /** Whether it is a number. */
  public static boolean isNumber(Value value) {
    return switch (value) {
      case Value.Bool _, Value.Int _ -> true;
      case Value.Real(double real) -> Double.isFinite(real);
      case Value.Text _, Value.Json _ -> false;
    };
  }

  /** The exact number. */
  public static Exact exact(Value number) {
    return switch (number) {
      case Value.Bool(boolean truth) -> Exact.of(truth ? 1L : 0L);
      case Value.Int(long integer) -> Exact.of(integer);
      case Value.Real(double real) -> Exact.of(real);
      case Value.Text _, Value.Json _ -> throw new AssertionError("BUG: no number: " + number);
    };
  }

  /** How far a counter went: last - first, plus what it showed before each fall. */
  Exact delta() {
    return exact(last).minus(exact(first)).plus(resets);
  }

  /** Orders two numbers by what they are worth, whatever their types; -0.0 is below 0.0. */
  public static int compare(Value a, Value b) {
    return switch (a) {
      case Value.Real(double x) ->
          b instanceof Value.Real(double y) ? Double.compare(x, y) : -compare(integer(b), x);
      default ->
          b instanceof Value.Real(double y)
              ? compare(integer(a), y)
              : Long.compare(integer(a), integer(b));
    };
  }

  private static long integer(Value number) {
    return number instanceof Value.Bool(boolean truth)
        ? (truth ? 1 : 0)
        : ((Value.Int) number).value();
  }

  /** Orders an integer and a finite double. */
  static int compare(long a, double b) {
    if (isDouble(a)) {
      return Double.compare((double) a, b);
    }
    // Where there are no longs, the cast would stop at the last one.
    if (b >= 0x1p63 || b < -0x1p63) {
      return b > 0 ? -1 : 1;
    }
    return Long.compare(a, (long) b);
  }

  /** Whether a double holds this integer whatever its digits. */
  private static boolean isDouble(long value) {
    return value >= -DOUBLES_MAX && value <= DOUBLES_MAX;
  }

  /** These and those, which are all later; the microseconds between are those of the last one. */
  static @Nullable Numbers followed(Summary before, Summary after) {
    Numbers a = before.numbers();
    Numbers b = after.numbers();
    if (a == null) {
      return b;
    }
    boolean holds = isNumber(before.last().value());
    long gapMicros = after.first().timeMicros() - before.last().timeMicros();
    long heldMicros = a.heldMicros + (holds ? gapMicros : 0);
    Exact integral = holds ? a.integral.plus(exact(a.last).times(gapMicros)) : a.integral;
    if (b == null) {
      return new Numbers(
          a.count, a.anyReal, a.first, a.last, a.min, a.max, a.sum, integral, heldMicros, a.resets);
    }
    Exact resets = a.resets.plus(b.resets);
    return new Numbers(
        a.count + b.count,
        a.anyReal || b.anyReal,
        a.first,
        b.last,
        compare(b.min.value(), a.min.value()) < 0 ? b.min : a.min,
        compare(b.max.value(), a.max.value()) > 0 ? b.max : a.max,
        a.sum.plus(b.sum),
        integral.plus(b.integral),
        heldMicros + b.heldMicros,
        compare(b.first, a.last) < 0 ? resets.plus(exact(a.last)) : resets);
  }
}
