package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;

/** Cuts columns in time where one body cannot hold them. */
final class Pieces {
  private Pieces() {}

  /** How many bodies the columns need by their rows and cells alone. */
  static int needed(DeviceColumns columns) {
    if (columns.rows() <= 1) {
      return 1; // a row is never cut: its message's length bounds it
    }
    long byRows = ceilingOf(columns.rows(), Allowance.ROWS_MAX);
    long byCells = ceilingOf(columns.cells(), Allowance.CELLS_MAX);
    return (int) Math.max(byRows, byCells);
  }

  /** How many pieces to try where one body took too many bytes. */
  static int needed(long bytes, int bytesMax) {
    // A sixteenth of air: pieces differ, and one that is still too large is encoded three times.
    return (int) Math.max(2, ceilingOf(bytes, bytesMax - bytesMax / 16));
  }

  private static long ceilingOf(long amount, long unit) {
    return (amount + unit - 1) / unit;
  }

  static boolean isOneInstant(DeviceColumns columns) {
    return columns.eventTimeMicros(0) == columns.eventTimeMicros(columns.rows() - 1);
  }

  /**
   * Cuts into about so many pieces of about as many rows, between two instants; where there is only
   * one instant, between its rows. Each piece has fewer rows than the whole.
   */
  static List<DeviceColumns> cut(DeviceColumns columns, int pieces) {
    int rows = columns.rows();
    boolean oneInstant = isOneInstant(columns);
    List<DeviceColumns> cut = new ArrayList<>(pieces);
    int from = 0;
    for (int i = 1; i < pieces; i++) {
      int row = Math.clamp((long) rows * i / pieces, 1, rows - 1);
      int to = oneInstant ? row : instantNear(columns, row);
      if (to > from) {
        cut.add(columns.slice(from, to));
        from = to;
      }
    }
    cut.add(columns.slice(from, rows));
    return cut;
  }

  /** The first row of an instant at or behind this row, or before it if there is none behind. */
  private static int instantNear(DeviceColumns columns, int row) {
    long micros = columns.eventTimeMicros(row);
    int begin = columns.rowAtOrAfter(micros);
    if (begin == row) {
      return row;
    }
    int behind = micros == Long.MAX_VALUE ? columns.rows() : columns.rowAtOrAfter(micros + 1);
    return behind < columns.rows() ? behind : begin;
  }
}
