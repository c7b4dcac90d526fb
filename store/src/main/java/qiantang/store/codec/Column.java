package qiantang.store.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * One metric of a {@link DeviceColumns}: its values in order of their rows, and which rows those
 * are. The arrays belong to the column and are not to be changed; readers that run over many values
 * take them as they are, so that nothing is boxed.
 */
public sealed interface Column {
  /** A boxed value, its text's own objects and the reference to it. */
  int VALUE_BYTES = 64;

  /** Name of the metric. */
  String metric();

  /** The row of each value, ascending; null where every row has one. */
  int @Nullable [] rows();

  /** How many values there are, at least one. */
  int count();

  /** One value, as the device sent it. */
  Value value(int index);

  /** The row of one value. */
  default int row(int index) {
    int[] rows = rows();
    return rows == null ? index : rows[index];
  }

  /** Index of the first value whose row is not before this one; {@link #count} if none is. */
  default int indexAtOrAfter(int row) {
    int[] rows = rows();
    if (rows == null) {
      return Math.min(row, count());
    }
    int index = Arrays.binarySearch(rows, row);
    return index >= 0 ? index : -index - 1;
  }

  /** Index of the value in this row, negative if it has none. */
  default int indexOf(int row) {
    int[] rows = rows();
    if (rows == null) {
      return row < count() ? row : -1;
    }
    return Arrays.binarySearch(rows, row);
  }

  /** The same values in other rows; null where every row has one. */
  default Column inRows(int @Nullable [] rows) {
    return switch (this) {
      case Booleans column -> new Booleans(column.metric, rows, column.values);
      case Integers column -> new Integers(column.metric, rows, column.values);
      case Reals column -> new Reals(column.metric, rows, column.values, column.integers);
      case Values column -> new Values(column.metric, rows, column.values);
    };
  }

  /** About how many bytes the arrays hold. */
  default long weightBytes() {
    long bytes =
        switch (this) {
          case Booleans column -> column.values.length;
          case Integers column -> 8L * column.values.length;
          case Reals column -> (column.integers == null ? 8L : 9L) * column.values.length;
          case Values column -> {
            long sum = 0;
            for (Value value : column.values) {
              sum += VALUE_BYTES + textLength(value);
            }
            yield sum;
          }
        };
    return bytes + (rows() == null ? 0 : 4L * count());
  }

  private static int textLength(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text.length();
      case Value.Json(String text) -> text.length();
      case Value.Bool _, Value.Int _, Value.Real _ -> 0;
    };
  }

  /** True and false only. */
  record Booleans(String metric, int @Nullable [] rows, boolean[] values) implements Column {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public Value value(int index) {
      return new Value.Bool(values[index]);
    }
  }

  /** Integers only. */
  record Integers(String metric, int @Nullable [] rows, long[] values) implements Column {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public Value value(int index) {
      return new Value.Int(values[index]);
    }
  }

  /**
   * Doubles, and integers among them: devices that print 20.0 as {@code 20} send both in one
   * series.
   *
   * @param values an integer among them is one of at most 2^53, so a double holds it exactly
   * @param integers which values were sent as integers; null where none was
   */
  record Reals(String metric, int @Nullable [] rows, double[] values, boolean @Nullable [] integers)
      implements Column {
    /** Largest integer, of either sign, that may stand among doubles. */
    static final long INTEGER_MAX = 1L << 53;

    @Override
    public int count() {
      return values.length;
    }

    @Override
    public Value value(int index) {
      return integers != null && integers[index]
          ? new Value.Int((long) values[index])
          : new Value.Real(values[index]);
    }

    /** Whether this integer may stand among doubles. */
    static boolean holds(long integer) {
      return integer >= -INTEGER_MAX && integer <= INTEGER_MAX;
    }

    /**
     * Whether the value could have been sent as an integer: 20.0 could, 20.5 and -0.0 could not.
     */
    static boolean isWhole(double value) {
      return Math.rint(value) == value
          && Math.abs(value) <= INTEGER_MAX
          && Double.doubleToRawLongBits(value) != Long.MIN_VALUE;
    }
  }

  /** Texts, JSON, and series whose type changes. */
  record Values(String metric, int @Nullable [] rows, Value[] values) implements Column {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public Value value(int index) {
      return values[index];
    }
  }
}
