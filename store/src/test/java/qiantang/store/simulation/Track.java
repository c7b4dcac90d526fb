package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/** All that was said of one identity, by whatever delivery. */
final class Track {
  final Identity identity;
  final List<Said> said = new ArrayList<>(2);

  /** The check that last found it in an answer. */
  long seenIn;

  /** What one delivery said. */
  record Said(Delivery delivery, Value value) {
    boolean isStored() {
      return delivery.frame != null;
    }

    /** Whether it arrived later; both must be stored. */
    boolean isBehind(Said other) {
      return delivery.compareTo(other.delivery) > 0;
    }
  }

  Track(Identity identity) {
    this.identity = identity;
  }

  /**
   * Of what was acknowledged before a moment the last in arrival order: no answer to a request that
   * began then may give an earlier one. Null where nothing was.
   */
  @Nullable Said floor(long began) {
    Said last = null;
    for (Said one : said) {
      if (one.delivery.acknowledged < began && (last == null || one.isBehind(last))) {
        last = one;
      }
    }
    return last;
  }

  /** Whether there is only one answer, the floor: nothing that is stored is later. */
  boolean isSettled(@Nullable Said floor) {
    for (Said one : said) {
      if (one.isStored() && (floor == null || one.isBehind(floor))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether an answer may give this value (null: nothing).
   *
   * @param floor what was acknowledged last before it was asked for
   */
  boolean mayBe(@Nullable Said floor, @Nullable Value value) {
    if (value == null) {
      return floor == null;
    }
    for (Said one : said) {
      if (one.isStored() && (floor == null || !floor.isBehind(one)) && one.value.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
