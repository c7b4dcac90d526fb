package qiantang.store.fold;

import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.journal.JournalTables.Start;

/**
 * How far a lane is sorted and could be.
 *
 * @param start as it was read before the cursor
 * @param cursor null where the lane has not been begun
 */
record LaneFront(Start start, int lane, @Nullable LaneCursor cursor) {
  /** Nothing holds a packer back. */
  static final long NO_LIMIT = Long.MAX_VALUE;

  /** The first minute that is not sorted. */
  long minute() {
    return cursor == null ? start.beginMinute() : cursor.minute();
  }

  /** Whether nothing can be sorted now. */
  boolean isSorted() {
    return minute() >= start.reach(lane);
  }

  /** Whether nothing will ever be to be sorted. */
  boolean isFinished() {
    return start.sealed() && isSorted();
  }

  /**
   * Every frame of this lane with a label before this minute is sorted; and whatever starts are not
   * seen yet begin at it or later, because it is not behind the start's reach: a cursor read later
   * than the start may be.
   */
  long limitMinute() {
    return isFinished() ? NO_LIMIT : Math.min(minute(), start.reach(lane));
  }
}
