package qiantang.store.codec;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.summary.Summarizer;
import qiantang.store.summary.Summary;

/** Summaries of columns. */
public final class ColumnSummaries {
  private ColumnSummaries() {}

  /** The summaries of all columns, by metric. */
  public static SortedMap<String, Summary> of(DeviceColumns columns) {
    SortedMap<String, Summary> summaries = new TreeMap<>();
    Summarizer summarizer = new Summarizer();
    for (Column column : columns.columns()) {
      add(timesMicros(columns, column), column, 0, column.count(), summarizer);
      Summary summary = summarizer.take();
      if (summary != null) {
        summaries.put(column.metric(), summary);
      }
    }
    return summaries;
  }

  /** The event time of each value of a column. Not to be changed. */
  public static long[] timesMicros(DeviceColumns columns, Column column) {
    long[] ofRows = columns.eventTimesMicros();
    int @Nullable [] rows = column.rows();
    if (rows == null) {
      return ofRows;
    }
    long[] times = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      times[i] = ofRows[rows[i]];
    }
    return times;
  }

  /**
   * Adds the values {@code [from, to)} of a column, which are later than all that were added.
   *
   * @param timesMicros of each value of the column
   */
  public static void add(long[] timesMicros, Column column, int from, int to, Summarizer into) {
    switch (column) {
      case Column.Integers(_, _, long[] values) -> into.addIntegers(timesMicros, values, from, to);
      case Column.Reals reals ->
          into.addReals(timesMicros, reals.values(), reals.integers(), from, to);
      case Column.Booleans _, Column.Values _ -> {
        for (int i = from; i < to; i++) {
          into.add(timesMicros[i], column.value(i));
        }
      }
    }
  }
}
