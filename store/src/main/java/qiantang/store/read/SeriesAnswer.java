package qiantang.store.read;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The samples.
 *
 * @param series in order of metric name, none empty
 * @param nextFromMicros {@code from} of the request that goes on where the limit cut, else null
 */
public record SeriesAnswer(
    List<Series> series, @Nullable Long nextFromMicros, Completeness completeness) {
  /** The same with those of the request that goes on. */
  public SeriesAnswer followedBy(SeriesAnswer rest) {
    return new SeriesAnswer(
        Series.followed(series, rest.series),
        rest.nextFromMicros,
        completeness.uncut().plus(rest.completeness));
  }

  /** How many there are, of all metrics. */
  public int samples() {
    return series.stream().mapToInt(one -> one.samples().size()).sum();
  }
}
