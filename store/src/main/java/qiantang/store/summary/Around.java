package qiantang.store.summary;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * What a time-weighted mean needs to know of the times before an interval's first sample and behind
 * its last one: a value holds until the next sample.
 *
 * @param before the value that held when the interval began; null where none is known, and then the
 *     mean begins with the first sample
 * @param beginMicros when the interval began
 * @param endMicros until when the last sample holds: the interval's end where a later sample is
 *     known, else its own time
 */
public record Around(@Nullable Value before, long beginMicros, long endMicros) {
  /** Nothing is known: the mean goes from the first sample to the last. */
  public static Around nothing(Summary summary) {
    return new Around(null, summary.first().timeMicros(), summary.last().timeMicros());
  }

  /** The mean over time; of one number that holds for no time, that number. */
  double average(Summary summary, Numbers numbers) {
    Exact integral = numbers.integral();
    long heldMicros = numbers.heldMicros();
    if (before != null && Numbers.isNumber(before)) {
      long micros = summary.first().timeMicros() - beginMicros;
      integral = integral.plus(Numbers.exact(before).times(micros));
      heldMicros += micros;
    }
    if (Numbers.isNumber(summary.last().value())) {
      long micros = endMicros - summary.last().timeMicros();
      integral = integral.plus(Numbers.exact(summary.last().value()).times(micros));
      heldMicros += micros;
    }
    return heldMicros == 0
        ? Numbers.exact(numbers.last()).toDouble()
        : integral.dividedBy(heldMicros);
  }
}
