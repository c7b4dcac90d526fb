package qiantang.store.summary;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * What is known of one metric's samples of several devices in one stretch of time, each device's
 * summarized by itself. Exact, in whatever order devices are added.
 *
 * @param count how many samples there are, of any kind
 * @param numbers how many of them are numbers
 * @param anyReal whether one of these is a double
 * @param min the smallest number; null where there is none
 * @param max the largest number; null where there is none
 * @param sum of all numbers
 * @param delta how far all devices' counters went together
 */
public record Total(
    long count,
    long numbers,
    boolean anyReal,
    @Nullable Value min,
    @Nullable Value max,
    Exact sum,
    Exact delta) {
  /** The samples of one device. */
  public static Total of(Summary summary) {
    Numbers numbers = summary.numbers();
    return numbers == null
        ? new Total(summary.count(), 0, false, null, null, Exact.ZERO, Exact.ZERO)
        : new Total(
            summary.count(),
            numbers.count(),
            numbers.anyReal(),
            numbers.min().value(),
            numbers.max().value(),
            numbers.sum(),
            numbers.delta());
  }

  /** These and the samples of others. */
  public Total plus(Total other) {
    return new Total(
        count + other.count,
        numbers + other.numbers,
        anyReal || other.anyReal,
        extreme(min, other.min, -1),
        extreme(max, other.max, 1),
        sum.plus(other.sum),
        delta.plus(other.delta));
  }

  /** Of two that are worth the same but differ in type, one that does not depend on the order. */
  static @Nullable Value extreme(@Nullable Value a, @Nullable Value b, int sign) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    int order = Numbers.compare(a, b) * sign;
    if (order == 0) {
      return rank(a) <= rank(b) ? a : b;
    }
    return order > 0 ? a : b;
  }

  private static int rank(Value number) {
    return switch (number) {
      case Value.Real _ -> 0;
      case Value.Int _ -> 1;
      case Value.Bool _, Value.Text _, Value.Json _ -> 2;
    };
  }

  /** The value of an aggregate {@linkplain Aggregate#isOfSeveral of several devices}. */
  public @Nullable Value of(Aggregate aggregate) {
    return switch (aggregate) {
      case COUNT -> new Value.Int(count);
      case MIN -> min;
      case MAX -> max;
      case SUM -> numbers == 0 ? null : Aggregate.number(sum, anyReal);
      case AVG -> numbers == 0 ? null : new Value.Real(sum.dividedBy(numbers));
      case DELTA -> numbers == 0 ? null : Aggregate.number(delta, anyReal);
      case FIRST, LAST, TWA ->
          throw new IllegalArgumentException("BUG: " + aggregate.word() + " is of one device");
    };
  }
}
