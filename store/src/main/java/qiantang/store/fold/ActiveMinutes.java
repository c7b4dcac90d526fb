package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.journal.Lane;

/**
 * Minutes of arrival in which an enterprise may have sent something, by its whereabouts; in all
 * others it was silent, and nothing needs to be looked for.
 */
final class ActiveMinutes {
  /** What {@link #atOrAfter} says where no minute is left. */
  static final long NONE = Long.MAX_VALUE;

  private record Interval(long first, long last) {}

  private final List<Interval> intervals = new ArrayList<>();

  ActiveMinutes(List<Whereabouts> rows) {
    List<Whereabouts> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparingLong(Whereabouts::firstMinute));
    for (Whereabouts row : sorted) {
      // The row was written in its last minute, and would have been again this much later.
      long last = row.lastMinute() + Lane.WHEREABOUTS_MINUTES;
      Interval before = intervals.isEmpty() ? null : intervals.getLast();
      if (before == null || row.firstMinute() > before.last) {
        intervals.add(new Interval(row.firstMinute(), last));
      } else if (last > before.last) {
        intervals.set(intervals.size() - 1, new Interval(before.first, last));
      }
    }
  }

  /** Behind the last of them that follow this one, which is one of them, without a break. */
  long endOf(long minute) {
    for (Interval interval : intervals) {
      if (interval.last >= minute) {
        return interval.last + 1;
      }
    }
    return minute;
  }

  /** The first of them that is not before this minute; {@link #NONE} where there is none. */
  long atOrAfter(long minute) {
    for (Interval interval : intervals) {
      if (interval.last >= minute) {
        return Math.max(interval.first, minute);
      }
    }
    return NONE;
  }
}
