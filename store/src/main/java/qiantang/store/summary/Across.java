package qiantang.store.summary;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * What several devices tell of one metric in one stretch of time, each by one number: an aggregate
 * of its own samples. Exact, in whatever order devices are added.
 *
 * @param devices how many told a number, at least one
 * @param anyReal whether one of these is a double
 * @param min the smallest
 * @param max the largest
 * @param sum of all
 * @param weighted what the mean divides: of means the sum of all samples, else that of the numbers
 * @param weight by what the mean divides: of means the number of samples, else that of devices
 */
public record Across(
    long devices,
    boolean anyReal,
    @Nullable Value min,
    @Nullable Value max,
    Exact sum,
    Exact weighted,
    long weight) {
  /** One device by an aggregate of its samples; null where that is no number. */
  public static @Nullable Across of(Aggregate told, Summary summary, Around around) {
    Value value = told.of(summary, around);
    if (value == null || !Numbers.isNumber(value)) {
      return null;
    }
    Exact exact = Numbers.exact(value);
    Numbers numbers = summary.numbers();
    boolean isReal = value instanceof Value.Real;
    return told == Aggregate.AVG && numbers != null
        ? new Across(1, isReal, value, value, exact, numbers.sum(), numbers.count())
        : new Across(1, isReal, value, value, exact, exact, 1);
  }

  /** These devices and others. */
  public Across plus(Across other) {
    return new Across(
        devices + other.devices,
        anyReal || other.anyReal,
        Total.extreme(min, other.min, -1),
        Total.extreme(max, other.max, 1),
        sum.plus(other.sum),
        weighted.plus(other.weighted),
        weight + other.weight);
  }

  /** Whether an aggregate can be told of it. */
  public static boolean knows(Aggregate aggregate) {
    return switch (aggregate) {
      case SUM, AVG, MIN, MAX, COUNT -> true;
      case FIRST, LAST, TWA, DELTA -> false;
    };
  }

  /** The value of an aggregate that it {@linkplain #knows}. */
  public @Nullable Value of(Aggregate aggregate) {
    return switch (aggregate) {
      case COUNT -> new Value.Int(devices);
      case MIN -> min;
      case MAX -> max;
      case SUM -> Aggregate.number(sum, anyReal);
      case AVG -> new Value.Real(weighted.dividedBy(weight));
      case FIRST, LAST, TWA, DELTA ->
          throw new IllegalArgumentException("BUG: " + aggregate.word() + " is of one device");
    };
  }
}
