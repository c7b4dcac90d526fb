package qiantang.query.read;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which intervals are whole and over, for whom aggregates alone are granted: a part of an interval,
 * or one that grows from answer to answer, tells single samples.
 */
public final class WholeIntervals {
  private WholeIntervals() {}

  /**
   * Their begins, and the end of the last; null where there are none.
   *
   * @param cutsMicros begins of all intervals and the end of the last
   * @param fromMicros first event time asked for, inclusive
   * @param toMicros last event time, exclusive
   */
  public static long @Nullable [] over(
      long[] cutsMicros, long fromMicros, long toMicros, long nowMicros) {
    int first = 0;
    while (first < cutsMicros.length && cutsMicros[first] < fromMicros) {
      first++;
    }
    int last = cutsMicros.length - 1;
    while (last > first && cutsMicros[last] > Math.min(nowMicros, toMicros)) {
      last--;
    }
    return last <= first || last >= cutsMicros.length
        ? null
        : Arrays.copyOfRange(cutsMicros, first, last + 1);
  }
}
