package qiantang.store.summary;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one metric's samples in a stretch of time. Exact: summaries of stretches that
 * follow each other merge to the very summary of all their samples, however they were cut.
 *
 * @param count how many samples there are, of any kind, at least one
 * @param first the first in time
 * @param last the last in time
 * @param numbers of those that are numbers; null where none is
 */
public record Summary(long count, Sample first, Sample last, @Nullable Numbers numbers) {
  /**
   * Times lie within 2^61 microseconds of 1970, some 73,000 years, so that no difference overflows.
   */
  public static final long MICROS_MAX = 1L << 61;

  /** Whether a summary can hold samples of this time. */
  public static boolean canHold(long timeMicros) {
    return timeMicros >= -MICROS_MAX && timeMicros <= MICROS_MAX;
  }

  /**
   * The summary of these samples and later ones.
   *
   * @throws IllegalArgumentException where those are not all later; a bug of the caller
   */
  public Summary followedBy(Summary later) {
    if (later.first.timeMicros() <= last.timeMicros()) {
      throw new IllegalArgumentException(
          "BUG: %d us does not follow %d us"
              .formatted(later.first.timeMicros(), last.timeMicros()));
    }
    return new Summary(count + later.count, first, later.last, Numbers.followed(this, later));
  }
}
