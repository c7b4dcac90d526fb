package qiantang.store.codec;

import java.util.List;
import qiantang.store.model.Value;

/**
 * How numbers become whole ones in a summary: integers and booleans as they are, doubles as
 * mantissas of {@link Decimals}.
 *
 * @param code as it is stored
 */
record NumbersShape(int code) {
  private static final int INTEGERS = 2; // 0 and 1 are those of NumbersCodec
  private static final int TRUTHS = 3;
  private static final int DECIMALS = 4; // + (form * WAYS + way) * SCALES + scale
  private static final int SCALES = Decimals.SCALE_MAX + 1;
  private static final int WAYS = 3;
  // Forms of decimals: all are doubles, or the whole ones were sent as integers.
  private static final int FORMS = 2;

  /** How many codes there are. */
  static final int CODES = DECIMALS + FORMS * WAYS * SCALES;

  static final NumbersShape OF_INTEGERS = new NumbersShape(INTEGERS);
  static final NumbersShape OF_TRUTHS = new NumbersShape(TRUTHS);

  private static NumbersShape ofDecimals(boolean wholeAsIntegers, int way, int scale) {
    int form = wholeAsIntegers ? 1 : 0;
    return new NumbersShape(DECIMALS + (form * WAYS + way) * SCALES + scale);
  }

  /**
   * The shape of doubles, judged by these values.
   *
   * @param finer how many digits more than these values need
   * @return {@link #OF_INTEGERS}, which holds no double, where there is none
   */
  static NumbersShape ofDecimals(List<Value> values, int way, int finer) {
    int scale = 0;
    boolean integers = false;
    for (Value value : values) {
      integers |= value instanceof Value.Int;
      if (value instanceof Value.Real(double real)) {
        scale = Math.max(scale, Decimals.scaleOf(real, way));
      }
    }
    return scale + finer > Decimals.SCALE_MAX
        ? OF_INTEGERS
        : ofDecimals(integers, way, scale + finer);
  }

  boolean isDecimal() {
    return code >= DECIMALS;
  }

  int scale() {
    return isDecimal() ? (code - DECIMALS) % SCALES : 0;
  }

  private int way() {
    return (code - DECIMALS) / SCALES % WAYS;
  }

  private boolean wholeAsIntegers() {
    return code >= DECIMALS + WAYS * SCALES;
  }

  /** Whether this value comes back from its mantissa. */
  boolean holds(Value value) {
    return switch (value) {
      case Value.Bool _ -> code == TRUTHS;
      case Value.Int(long integer) ->
          code == INTEGERS
              || (isDecimal()
                  && integer == (long) (double) integer
                  && value.equals(value(mantissa(value))));
      case Value.Real _ -> isDecimal() && value.equals(value(mantissa(value)));
      case Value.Text _, Value.Json _ -> false;
    };
  }

  long mantissa(Value value) {
    return switch (value) {
      case Value.Bool(boolean truth) -> truth ? 1 : 0;
      case Value.Int(long integer) ->
          isDecimal() ? Decimals.mantissa((double) integer, scale()) : integer;
      case Value.Real(double real) -> Decimals.mantissa(real, scale());
      case Value.Text _, Value.Json _ -> throw new AssertionError("BUG: no number: " + value);
    };
  }

  Value value(long mantissa) {
    if (code == INTEGERS) {
      return new Value.Int(mantissa);
    }
    if (code == TRUTHS) {
      return new Value.Bool(mantissa != 0);
    }
    double real = Decimals.value(mantissa, way(), scale());
    return wholeAsIntegers() && Column.Reals.isWhole(real)
        ? new Value.Int((long) real)
        : new Value.Real(real);
  }
}
