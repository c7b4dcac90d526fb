package qiantang.store.codec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Merges one device's columns by identity (metric, event time): the last in order of arrival wins.
 * The same samples make the same columns, however they were cut.
 *
 * <p>Pieces are minutes of a lane or spans of a chunk, so they seldom overlap: rows are taken in
 * stretches up to where the next piece begins. Only an instant that two pieces share is looked at
 * value by value. Not thread-safe.
 */
public final class ColumnsMerge {
  private final PriorityQueue<Cursor> cursors =
      new PriorityQueue<>(
          Comparator.comparingLong(Cursor::eventTimeMicros).thenComparingInt(c -> c.order));
  private final JoinedColumns joined = new JoinedColumns();

  // Instants that several pieces share, as long as no other instant comes between them.
  private @Nullable ColumnsBuilder shared;
  private final Map<String, Integer> lastRowOf = new HashMap<>();

  /** Where the merge is in a piece. */
  private static final class Cursor {
    final DeviceColumns piece;
    final int order;
    final int end;
    int row;

    Cursor(DeviceColumns piece, int order, int row, int end) {
      this.piece = piece;
      this.order = order;
      this.row = row;
      this.end = end;
    }

    long eventTimeMicros() {
      return piece.eventTimeMicros(row);
    }
  }

  private ColumnsMerge() {}

  /**
   * Merges the rows of an interval: in order of event time, those of one instant in order of
   * arrival. Values that lost are gone, and so are rows without values.
   *
   * @param inArrivalOrder what came later stands later; rows of one piece are in order of arrival
   * @param fromMicros first event time, microseconds since 1970
   * @param toMicros behind the last event time
   */
  public static DeviceColumns merge(
      List<DeviceColumns> inArrivalOrder, long fromMicros, long toMicros) {
    ColumnsMerge merge = new ColumnsMerge();
    for (int i = 0; i < inArrivalOrder.size(); i++) {
      DeviceColumns piece = inArrivalOrder.get(i).withoutEmptyRows();
      int from = piece.rowAtOrAfter(fromMicros);
      int to = piece.rowAtOrAfter(toMicros);
      if (from < to) {
        merge.cursors.add(new Cursor(piece, i, from, to));
      }
    }
    if (merge.cursors.size() == 1) {
      Cursor only = merge.cursors.element();
      boolean isWhole = only.row == 0 && only.end == only.piece.rows();
      return isWhole ? only.piece : only.piece.slice(only.row, only.end);
    }
    return merge.run();
  }

  private DeviceColumns run() {
    while (!cursors.isEmpty()) {
      Cursor first = cursors.remove();
      Cursor next = cursors.peek();
      if (next == null) {
        take(first, first.end);
      } else if (first.eventTimeMicros() < next.eventTimeMicros()) {
        take(first, Math.min(first.end, first.piece.rowAtOrAfter(next.eventTimeMicros())));
      } else {
        takeInstant(first);
      }
    }
    endShared();
    return joined.build();
  }

  /** Takes a stretch of rows whose instants no other piece has. */
  private void take(Cursor cursor, int end) {
    endShared();
    joined.add(cursor.piece, cursor.row, end);
    goOn(cursor, end);
  }

  private void goOn(Cursor cursor, int row) {
    cursor.row = row;
    if (row < cursor.end) {
      cursors.add(cursor);
    }
  }

  private void endShared() {
    if (shared != null) {
      DeviceColumns columns = shared.build();
      joined.add(columns, 0, columns.rows());
      shared = null;
    }
  }

  /** Takes all rows of an instant that this piece and others have. */
  private void takeInstant(Cursor first) {
    long micros = first.eventTimeMicros();
    List<Cursor> inOrder = new ArrayList<>();
    inOrder.add(first);
    while (!cursors.isEmpty() && cursors.element().eventTimeMicros() == micros) {
      inOrder.add(cursors.remove()); // of equal times the queue gives the earlier arrival first
    }
    lastRowOf.clear();
    int rows = 0;
    for (Cursor cursor : inOrder) {
      for (int row = cursor.row; isOf(micros, cursor, row); row++) {
        for (Column column : cursor.piece.columns()) {
          if (column.indexOf(row) >= 0) {
            lastRowOf.put(column.metric(), rows);
          }
        }
        rows++;
      }
    }
    if (shared == null) {
      shared = new ColumnsBuilder();
    }
    rows = 0;
    for (Cursor cursor : inOrder) {
      int row = cursor.row;
      for (; isOf(micros, cursor, row); row++) {
        addWinners(shared, cursor.piece, row, rows++);
      }
      goOn(cursor, row);
    }
  }

  private static boolean isOf(long micros, Cursor cursor, int row) {
    return row < cursor.end && cursor.piece.eventTimeMicros(row) == micros;
  }

  private void addWinners(ColumnsBuilder builder, DeviceColumns piece, int row, int place) {
    for (Column column : piece.columns()) {
      int index = column.indexOf(row);
      if (index >= 0 && lastRowOf.getOrDefault(column.metric(), -1) == place) {
        builder.add(
            piece.eventTimeMicros(row),
            piece.arrivalMillis(row) * 1000,
            piece.stamped(row),
            piece.possibleRepeat(row),
            column.metric(),
            column.value(index));
      }
    }
  }
}
