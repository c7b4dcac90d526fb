package qiantang.store.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * Stretches of one metric's values, joined end to end. Of the narrowest type that holds them, as if
 * they had been collected one by one; but where the stretches' types agree, nothing is boxed.
 */
final class JoinedColumn {
  private static final int CAPACITY = 8;

  // Types that occur, as bits.
  private static final int BOOLEANS = 1;
  private static final int INTEGERS = 2;
  private static final int REALS = 4;
  private static final int REALS_WITH_INTEGERS = 8;
  private static final int VALUES = 16;
  private static final int NUMBERS = INTEGERS | REALS | REALS_WITH_INTEGERS;

  private final String metric;
  private int types;
  private int count;
  private int parts;
  // A part's values are [froms, tos) of its column; its rows count from shift.
  private Column[] columns = new Column[CAPACITY];
  private int[] froms = new int[CAPACITY];
  private int[] tos = new int[CAPACITY];
  private int[] shifts = new int[CAPACITY];

  JoinedColumn(String metric) {
    this.metric = metric;
  }

  String metric() {
    return metric;
  }

  /**
   * Appends the values {@code [from, to)}, at least one.
   *
   * @param shift what is added to their rows; they must come behind those that are there
   */
  void add(Column column, int from, int to, int shift) {
    if (parts == columns.length) {
      columns = Arrays.copyOf(columns, parts * 2);
      froms = Arrays.copyOf(froms, parts * 2);
      tos = Arrays.copyOf(tos, parts * 2);
      shifts = Arrays.copyOf(shifts, parts * 2);
    }
    columns[parts] = column;
    froms[parts] = from;
    tos[parts] = to;
    shifts[parts++] = shift;
    count += to - from;
    types |=
        switch (column) {
          case Column.Booleans _ -> BOOLEANS;
          case Column.Integers _ -> INTEGERS;
          case Column.Reals reals -> reals.integers() == null ? REALS : REALS_WITH_INTEGERS;
          case Column.Values _ -> VALUES;
        };
  }

  /**
   * The column of all that was added.
   *
   * @param allRows how many rows the device has
   */
  Column close(int allRows) {
    if (types == BOOLEANS || types == INTEGERS || types == REALS) {
      return joinAlike(count == allRows ? null : rows());
    }
    Column numbers = (types & ~NUMBERS) == 0 ? joinNumbers(allRows) : null;
    return numbers == null ? joinBoxed(allRows) : numbers;
  }

  private int[] rows() {
    int[] rows = new int[count];
    int at = 0;
    for (int part = 0; part < parts; part++) {
      int @Nullable [] partRows = columns[part].rows();
      for (int i = froms[part]; i < tos[part]; i++) {
        rows[at++] = (partRows == null ? i : partRows[i]) + shifts[part];
      }
    }
    return rows;
  }

  /** All parts are of one type. */
  private Column joinAlike(int @Nullable [] rows) {
    return switch (types) {
      case BOOLEANS -> {
        boolean[] values = new boolean[count];
        copy(values);
        yield new Column.Booleans(metric, rows, values);
      }
      case INTEGERS -> {
        long[] values = new long[count];
        copy(values);
        yield new Column.Integers(metric, rows, values);
      }
      default -> {
        double[] values = new double[count];
        copy(values);
        yield new Column.Reals(metric, rows, values, null);
      }
    };
  }

  private void copy(Object values) {
    int at = 0;
    for (int part = 0; part < parts; part++) {
      Object from =
          switch (columns[part]) {
            case Column.Booleans column -> column.values();
            case Column.Integers column -> column.values();
            case Column.Reals column -> column.values();
            case Column.Values column -> column.values();
          };
      int length = tos[part] - froms[part];
      System.arraycopy(from, froms[part], values, at, length);
      at += length;
    }
  }

  /** Integers and doubles; null where an integer is too large to stand among doubles. */
  private @Nullable Column joinNumbers(int allRows) {
    double[] values = new double[count];
    boolean[] integers = new boolean[count];
    int at = 0;
    int integerCount = 0;
    for (int part = 0; part < parts; part++) {
      for (int i = froms[part]; i < tos[part]; i++) {
        if (columns[part] instanceof Column.Integers column) {
          if (!Column.Reals.holds(column.values()[i])) {
            return null;
          }
          values[at] = column.values()[i];
          integers[at] = true;
        } else {
          Column.Reals column = (Column.Reals) columns[part];
          boolean @Nullable [] marks = column.integers();
          values[at] = column.values()[i];
          integers[at] = marks != null && marks[i];
        }
        integerCount += integers[at++] ? 1 : 0;
      }
    }
    int @Nullable [] rows = count == allRows ? null : rows();
    if (integerCount == count) {
      return new Column.Integers(metric, rows, asLongs(values));
    }
    return new Column.Reals(metric, rows, values, integerCount == 0 ? null : integers);
  }

  private static long[] asLongs(double[] values) {
    long[] longs = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      longs[i] = (long) values[i];
    }
    return longs;
  }

  private Column joinBoxed(int allRows) {
    OpenColumn open = null;
    for (int part = 0; part < parts; part++) {
      for (int i = froms[part]; i < tos[part]; i++) {
        int row = columns[part].row(i) + shifts[part];
        Value value = columns[part].value(i);
        if (open == null) {
          open = new OpenColumn(metric, row, value);
        } else {
          open.add(row, value);
        }
      }
    }
    if (open == null) {
      throw new AssertionError("BUG: a column without values");
    }
    return open.close(count == allRows);
  }
}
