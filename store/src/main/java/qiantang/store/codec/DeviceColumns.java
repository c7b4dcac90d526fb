package qiantang.store.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One device's samples of a stretch of time, by column. A row is what was said of one instant in
 * one message: event time, arrival time and two flags. Rows are in order of event time, those of
 * one instant in order of arrival; a metric has at most one value an instant. Immutable, so any
 * thread may use it, as long as nobody writes into the arrays of its columns.
 */
public final class DeviceColumns {
  static final int STAMPED = 1;
  static final int POSSIBLE_REPEAT = 2;

  /** Nothing at all. */
  public static final DeviceColumns EMPTY =
      new DeviceColumns(new long[0], new long[0], new byte[0], List.of());

  // Headers of an object and its arrays, and the references to them.
  private static final int OBJECTS_BYTES = 96;

  private final long[] eventTimesMicros;
  private final long[] arrivalsMillis;
  private final byte[] flags;
  private final List<Column> columns;

  DeviceColumns(
      long[] eventTimesMicros, long[] arrivalsMillis, byte[] flags, List<Column> columns) {
    this.eventTimesMicros = eventTimesMicros;
    this.arrivalsMillis = arrivalsMillis;
    this.flags = flags;
    this.columns = List.copyOf(columns);
  }

  /** Number of rows. */
  public int rows() {
    return eventTimesMicros.length;
  }

  /** When the device says it happened, microseconds since 1970 UTC. */
  public long eventTimeMicros(int row) {
    return eventTimesMicros[row];
  }

  /** Of all rows; not to be changed. */
  long[] eventTimesMicros() {
    return eventTimesMicros;
  }

  /** When the node took it, whole milliseconds since 1970 UTC. */
  public long arrivalMillis(int row) {
    return arrivalsMillis[row];
  }

  /** Whether the device gave the event time itself. */
  public boolean stamped(int row) {
    return (flags[row] & STAMPED) != 0;
  }

  /** Whether it came without an event time in a redelivered message, so may be there twice. */
  public boolean possibleRepeat(int row) {
    return (flags[row] & POSSIBLE_REPEAT) != 0;
  }

  int flags(int row) {
    return flags[row];
  }

  /** The columns in order of their metrics' names. */
  public List<Column> columns() {
    return columns;
  }

  /** The names of the metrics, in order. */
  public List<String> metrics() {
    return columns.stream().map(Column::metric).toList();
  }

  /** The column of this metric, or null. */
  public @Nullable Column column(String metric) {
    int low = 0;
    int high = columns.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = columns.get(middle).metric().compareTo(metric);
      if (order == 0) {
        return columns.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** The first row whose event time is not before this one; {@link #rows} if none is. */
  public int rowAtOrAfter(long eventMicros) {
    int low = 0;
    int high = rows();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (eventTimesMicros[middle] < eventMicros) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** How many samples there are: values of all columns. */
  public long samples() {
    long samples = 0;
    for (Column column : columns) {
      samples += column.count();
    }
    return samples;
  }

  /**
   * The rows {@code [fromRow, toRow)} as columns of their own, without metrics that have no value.
   */
  public DeviceColumns slice(int fromRow, int toRow) {
    List<Column> slices = new ArrayList<>(columns.size());
    for (Column column : columns) {
      int from = column.indexAtOrAfter(fromRow);
      int to = column.indexAtOrAfter(toRow);
      if (from < to) {
        slices.add(slice(column, from, to, fromRow, toRow));
      }
    }
    return new DeviceColumns(
        Arrays.copyOfRange(eventTimesMicros, fromRow, toRow),
        Arrays.copyOfRange(arrivalsMillis, fromRow, toRow),
        Arrays.copyOfRange(flags, fromRow, toRow),
        slices);
  }

  private static Column slice(Column column, int from, int to, int fromRow, int toRow) {
    String metric = column.metric();
    int @Nullable [] rows = null;
    if (to - from < toRow - fromRow) {
      rows = new int[to - from];
      for (int i = from; i < to; i++) {
        rows[i - from] = column.row(i) - fromRow;
      }
    }
    return switch (column) {
      case Column.Booleans(_, _, boolean[] values) ->
          new Column.Booleans(metric, rows, Arrays.copyOfRange(values, from, to));
      case Column.Integers(_, _, long[] values) ->
          new Column.Integers(metric, rows, Arrays.copyOfRange(values, from, to));
      case Column.Reals reals when reals.integers() == null ->
          new Column.Reals(metric, rows, Arrays.copyOfRange(reals.values(), from, to), null);
      case Column.Reals _, Column.Values _ -> narrow(column, from, to, fromRow, rows == null);
    };
  }

  /** Through an open column: the rest of a series whose type changed may be of one type. */
  private static Column narrow(Column column, int from, int to, int fromRow, boolean full) {
    OpenColumn open =
        new OpenColumn(column.metric(), column.row(from) - fromRow, column.value(from));
    for (int i = from + 1; i < to; i++) {
      open.add(column.row(i) - fromRow, column.value(i));
    }
    return open.close(full);
  }

  /** Copies rows and what is said of them, but not their values, to a place in other arrays. */
  void copyRows(
      int fromRow, int toRow, int at, long[] timesInto, long[] arrivalsInto, byte[] flagsInto) {
    System.arraycopy(eventTimesMicros, fromRow, timesInto, at, toRow - fromRow);
    System.arraycopy(arrivalsMillis, fromRow, arrivalsInto, at, toRow - fromRow);
    System.arraycopy(flags, fromRow, flagsInto, at, toRow - fromRow);
  }

  /** Without the rows in which no column has a value: decoding some metrics leaves such rows. */
  DeviceColumns withoutEmptyRows() {
    if (columns.isEmpty()) {
      return EMPTY;
    }
    BitSet used = new BitSet(rows());
    for (Column column : columns) {
      int[] rows = column.rows();
      if (rows == null) {
        return this;
      }
      for (int row : rows) {
        used.set(row);
      }
    }
    return used.cardinality() == rows() ? this : keep(used);
  }

  private DeviceColumns keep(BitSet used) {
    int[] places = new int[rows()];
    long[] times = new long[used.cardinality()];
    long[] arrivals = new long[times.length];
    byte[] kept = new byte[times.length];
    int at = 0;
    for (int row = used.nextSetBit(0); row >= 0; row = used.nextSetBit(row + 1)) {
      copyRows(row, row + 1, at, times, arrivals, kept);
      places[row] = at++;
    }
    List<Column> moved = new ArrayList<>(columns.size());
    for (Column column : columns) {
      int @Nullable [] rows = null;
      if (column.count() < times.length) {
        rows = new int[column.count()];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = places[column.row(i)];
        }
      }
      moved.add(column.inRows(rows));
    }
    return new DeviceColumns(times, arrivals, kept, moved);
  }

  /** About how many bytes of heap they take, for those that keep many. */
  public long weightBytes() {
    long bytes = OBJECTS_BYTES + 17L * rows();
    for (Column column : columns) {
      bytes += OBJECTS_BYTES + column.weightBytes();
    }
    return bytes;
  }

  /** What these columns cost when decoded; see {@link Allowance}. */
  long cells() {
    long cells = rows();
    for (Column column : columns) {
      cells += column.rows() == null ? column.count() : 2L * column.count();
    }
    return cells;
  }
}
