package qiantang.query.access;

import org.jspecify.annotations.Nullable;

/** Whether somebody may. */
public sealed interface Decision {
  /**
   * It may.
   *
   * @param grant the id of the grant by which, the first in order of id; null where by its role
   */
  record Allowed(@Nullable String grant) implements Decision {}

  /** It may not. */
  record Refused(Why why) implements Decision {}

  /** Why not: of several grants the one that comes nearest tells. */
  enum Why {
    /** Nobody granted it anything of this enterprise. */
    NOT_GRANTED(true),
    /** It was taken back. */
    REVOKED(true),
    /** Its time is over. */
    OVER(true),
    /** Its time has not come. */
    WAITING(true),
    /** The device is in no part that was granted. */
    OUTSIDE(true),
    /** It is for the enterprise's own, and a part of the enterprise is seen. */
    OWNERS(false),
    /** The token's scopes are others. */
    SCOPE(false),
    /** The metric was not granted. */
    METRIC(false),
    /** Aggregates were granted, and samples are asked for. */
    SAMPLES(false),
    /** Aggregates of longer intervals were granted. */
    INTERVAL(false);

    private final boolean isHidden;

    Why(boolean isHidden) {
      this.isHidden = isHidden;
    }

    /** Whether the caller must not be told that there is such a thing. */
    public boolean isHidden() {
      return isHidden;
    }
  }
}
