package qiantang.store.codec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stretches of rows of one device's columns, joined end to end. Not thread-safe. */
final class JoinedColumns {
  private record Stretch(DeviceColumns piece, int fromRow, int toRow) {}

  private final List<Stretch> stretches = new ArrayList<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final List<JoinedColumn> columns = new ArrayList<>();
  private int rows;

  /** Appends the rows {@code [fromRow, toRow)}, at least one, all behind those that are there. */
  void add(DeviceColumns piece, int fromRow, int toRow) {
    stretches.add(new Stretch(piece, fromRow, toRow));
    int next = 0; // pieces have the same metrics as a rule, and all list them by name
    for (Column column : piece.columns()) {
      int from = column.indexAtOrAfter(fromRow);
      int to = column.indexAtOrAfter(toRow);
      if (from < to) {
        int place = place(column.metric(), next);
        columns.get(place).add(column, from, to, rows - fromRow);
        next = place + 1;
      }
    }
    rows += toRow - fromRow;
  }

  private int place(String metric, int guess) {
    if (guess < columns.size() && columns.get(guess).metric().equals(metric)) {
      return guess;
    }
    Integer known = places.putIfAbsent(metric, columns.size());
    if (known != null) {
      return known;
    }
    columns.add(new JoinedColumn(metric));
    return columns.size() - 1;
  }

  /** All stretches as columns. */
  DeviceColumns build() {
    if (rows == 0) {
      return DeviceColumns.EMPTY;
    }
    long[] eventTimesMicros = new long[rows];
    long[] arrivalsMillis = new long[rows];
    byte[] flags = new byte[rows];
    int at = 0;
    for (Stretch stretch : stretches) {
      stretch.piece.copyRows(
          stretch.fromRow, stretch.toRow, at, eventTimesMicros, arrivalsMillis, flags);
      at += stretch.toRow - stretch.fromRow;
    }
    columns.sort(Comparator.comparing(JoinedColumn::metric));
    List<Column> closed = new ArrayList<>(columns.size());
    for (JoinedColumn column : columns) {
      closed.add(column.close(rows));
    }
    return new DeviceColumns(eventTimesMicros, arrivalsMillis, flags, closed);
  }
}
