package qiantang.store.summary;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * What may be asked about the samples of an interval. All but the first three are about numbers, in
 * the sense of {@link Numbers}, and null where there is none. Results are rounded once, from the
 * exact number; of integers and booleans sum and delta are integers.
 */
public enum Aggregate {
  /** How many samples of any kind. */
  COUNT("count"),
  /** The first sample of any kind. */
  FIRST("first"),
  /** The last sample of any kind. */
  LAST("last"),
  /** The smallest number. */
  MIN("min"),
  /** The largest number. */
  MAX("max"),
  /** The sum. */
  SUM("sum"),
  /** The mean of the numbers, each with the same weight. */
  AVG("avg"),
  /** The mean over time: each number counts for as long as it held. */
  TWA("twa"),
  /** How far a counter went: last - first, plus what it showed before each fall. */
  DELTA("delta");

  private final String word;

  Aggregate(String word) {
    this.word = word;
  }

  /** The word used in requests and answers. */
  public String word() {
    return word;
  }

  /** The aggregate of this word, or null. */
  public static @Nullable Aggregate ofWord(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst().orElse(null);
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Aggregate::word).toList();
  }

  /**
   * Its value over the samples of an interval.
   *
   * @param around what held before the first sample and how long the last one holds; only {@link
   *     #TWA} asks
   */
  public @Nullable Value of(Summary summary, Around around) {
    Numbers numbers = summary.numbers();
    return switch (this) {
      case COUNT -> new Value.Int(summary.count());
      case FIRST -> summary.first().value();
      case LAST -> summary.last().value();
      case MIN -> numbers == null ? null : numbers.min().value();
      case MAX -> numbers == null ? null : numbers.max().value();
      case SUM -> numbers == null ? null : number(numbers.sum(), numbers.anyReal());
      case AVG -> numbers == null ? null : new Value.Real(numbers.sum().dividedBy(numbers.count()));
      case TWA -> numbers == null ? null : new Value.Real(around.average(summary, numbers));
      case DELTA -> numbers == null ? null : number(numbers.delta(), numbers.anyReal());
    };
  }

  /** Whether it can be told of several devices together: not what goes by the order of samples. */
  public boolean isOfSeveral() {
    return switch (this) {
      case COUNT, MIN, MAX, SUM, AVG, DELTA -> true;
      case FIRST, LAST, TWA -> false;
    };
  }

  /** An exact number as a value. */
  static Value number(Exact number, boolean real) {
    return !real && number.isLong()
        ? new Value.Int(number.toLong())
        : new Value.Real(number.toDouble());
  }
}
