package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;

/**
 * Collects one device's samples into columns. Samples come in order of event time, those of one
 * instant in order of arrival, duplicates removed. Not thread-safe.
 */
public final class ColumnsBuilder {
  private static final int CAPACITY = 64;

  private final Map<String, Integer> places = new HashMap<>();
  private final List<OpenColumn> columns = new ArrayList<>();
  private int next; // where the following metric probably is: messages repeat their order
  private int rows;
  private long[] eventTimesMicros = new long[CAPACITY];
  private long[] arrivalsMillis = new long[CAPACITY];
  private byte[] flags = new byte[CAPACITY];

  /**
   * Adds one sample.
   *
   * @param eventTimeMicros not before the last one
   * @param arrivalMicros kept in whole milliseconds
   * @throws IllegalArgumentException where the order is broken, a metric comes twice for one
   *     instant or its name is no name; a bug of the caller
   */
  public void add(
      long eventTimeMicros,
      long arrivalMicros,
      boolean stamped,
      boolean possibleRepeat,
      String metric,
      Value value) {
    int row =
        row(eventTimeMicros, Math.floorDiv(arrivalMicros, 1000L), flags(stamped, possibleRepeat));
    int place = place(metric);
    if (place == columns.size()) {
      columns.add(new OpenColumn(checked(metric), row, value));
      places.put(metric, place);
    } else {
      OpenColumn column = columns.get(place);
      if (eventTimesMicros[column.lastRow()] == eventTimeMicros) {
        throw new IllegalArgumentException(
            "BUG: '" + metric + "' comes twice at " + eventTimeMicros + " us");
      }
      column.add(row, value);
    }
    next = place + 1;
  }

  private static byte flags(boolean stamped, boolean possibleRepeat) {
    return (byte)
        ((stamped ? DeviceColumns.STAMPED : 0)
            | (possibleRepeat ? DeviceColumns.POSSIBLE_REPEAT : 0));
  }

  /** The last row if it is of the same message as far as one can tell, else a new one. */
  private int row(long eventTimeMicros, long arrivalMillis, byte rowFlags) {
    int last = rows - 1;
    if (last >= 0) {
      if (eventTimeMicros < eventTimesMicros[last]) {
        throw new IllegalArgumentException(
            "BUG: " + eventTimeMicros + " us comes behind " + eventTimesMicros[last] + " us");
      }
      if (eventTimeMicros == eventTimesMicros[last]
          && arrivalMillis == arrivalsMillis[last]
          && rowFlags == flags[last]) {
        return last;
      }
    }
    if (rows == eventTimesMicros.length) {
      eventTimesMicros = Arrays.copyOf(eventTimesMicros, rows * 2);
      arrivalsMillis = Arrays.copyOf(arrivalsMillis, rows * 2);
      flags = Arrays.copyOf(flags, rows * 2);
    }
    eventTimesMicros[rows] = eventTimeMicros;
    arrivalsMillis[rows] = arrivalMillis;
    flags[rows] = rowFlags;
    return rows++;
  }

  /** Where this metric's column is, or would be added. */
  private int place(String metric) {
    int guess = next < columns.size() ? next : 0;
    if (guess < columns.size() && columns.get(guess).metric().equals(metric)) {
      return guess;
    }
    return places.getOrDefault(metric, columns.size());
  }

  private static String checked(String metric) {
    byte[] utf8 = metric.getBytes(UTF_8);
    // A lone half of a surrogate pair would come back as a question mark.
    if (utf8.length > MetricValue.NAME_BYTES_MAX || !new String(utf8, UTF_8).equals(metric)) {
      throw new IllegalArgumentException("BUG: '" + metric + "' cannot be a metric's name");
    }
    return metric;
  }

  /** The columns of all that was added. */
  public DeviceColumns build() {
    List<Column> closed = new ArrayList<>(columns.size());
    for (OpenColumn column : columns) {
      closed.add(column.close(column.count() == rows));
    }
    closed.sort(Comparator.comparing(Column::metric));
    return new DeviceColumns(
        Arrays.copyOf(eventTimesMicros, rows),
        Arrays.copyOf(arrivalsMillis, rows),
        Arrays.copyOf(flags, rows),
        closed);
  }
}
