package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.health.HealthCells;
import qiantang.store.model.LaneMinute;

/**
 * Counts one device's readings, lane-minute by lane-minute: within one, an instant is one reading
 * that arrived when the last of it did, whether frames or blocks tell of it, and how often. The
 * parts of a lane-minute come one after another. Not thread-safe.
 */
public final class HealthTally {
  private static final Comparator<Row> EVENT_TIME = Comparator.comparingLong(Row::eventMicros);

  private final HealthCells cells;
  private @Nullable LaneMinute at;
  // What is counted when the lane-minute ends: mostly one block's columns, or else rows.
  private @Nullable DeviceColumns columns;
  private final List<Row> rows = new ArrayList<>();

  private record Row(long eventMicros, long arrivalMillis, boolean isStamped) {}

  /** A tally that adds to these cells. */
  public HealthTally(HealthCells cells) {
    this.cells = cells;
  }

  /** Takes what a block has. */
  public void add(LaneMinute in, DeviceColumns found) {
    enter(in);
    if (columns == null && rows.isEmpty()) {
      columns = found;
    } else {
      spread();
      spread(found);
    }
  }

  /** Takes what a frame has: a reading with values. */
  public void add(LaneMinute in, long eventMicros, long arrivalMillis, boolean isStamped) {
    enter(in);
    spread();
    rows.add(new Row(eventMicros, arrivalMillis, isStamped));
  }

  /** The cells with all that was taken. */
  public HealthCells close() {
    count();
    at = null;
    return cells;
  }

  private void enter(LaneMinute in) {
    if (!in.equals(at)) {
      count();
      at = in;
    }
  }

  private void spread() {
    DeviceColumns first = columns;
    columns = null;
    if (first != null) {
      spread(first);
    }
  }

  private void spread(DeviceColumns found) {
    for (int row = 0; row < found.rows(); row++) {
      rows.add(new Row(found.eventTimeMicros(row), found.arrivalMillis(row), found.stamped(row)));
    }
  }

  private void count() {
    DeviceColumns only = columns;
    columns = null;
    long before = Long.MIN_VALUE;
    if (only != null) {
      for (int row = 0; row < only.rows(); row++) {
        boolean isLast =
            row + 1 == only.rows() || only.eventTimeMicros(row + 1) != only.eventTimeMicros(row);
        if (isLast) {
          before =
              count(before, only.eventTimeMicros(row), only.arrivalMillis(row), only.stamped(row));
        }
      }
      return;
    }
    rows.sort(EVENT_TIME); // stable: order of arrival stays within an instant
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      if (i + 1 == rows.size() || rows.get(i + 1).eventMicros != row.eventMicros) {
        before = count(before, row.eventMicros, row.arrivalMillis, row.isStamped);
      }
    }
    rows.clear();
  }

  private long count(long before, long eventMicros, long arrivalMillis, boolean isStamped) {
    cells.reading(eventMicros, arrivalMillis, isStamped);
    if (before != Long.MIN_VALUE) {
      cells.distance(arrivalMillis, eventMicros - before);
    }
    return eventMicros;
  }
}
