package qiantang.store.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * A column that still grows. It has the narrowest type that holds its values so far, so that the
 * same samples always make the same column.
 */
final class OpenColumn {
  private static final int CAPACITY = 16;

  private enum Type {
    BOOLEANS,
    INTEGERS,
    REALS,
    VALUES
  }

  private final String metric;
  private Type type;
  private int count;
  private int[] rows = new int[CAPACITY];
  // Only the arrays of the type at hand are in use, each as long as rows; the others are empty.
  private boolean[] booleans = {};
  private long[] longs = {};
  private double[] doubles = {};
  private boolean @Nullable [] integers;
  private Value[] values = {};

  /** A column that begins with this value. */
  OpenColumn(String metric, int row, Value value) {
    this.metric = metric;
    type =
        switch (value) {
          case Value.Bool _ -> Type.BOOLEANS;
          case Value.Int _ -> Type.INTEGERS;
          case Value.Real _ -> Type.REALS;
          case Value.Text _, Value.Json _ -> Type.VALUES;
        };
    fitArrays();
    add(row, value);
  }

  String metric() {
    return metric;
  }

  int count() {
    return count;
  }

  int lastRow() {
    return rows[count - 1];
  }

  /** Appends a value in a row behind all others. */
  void add(int row, Value value) {
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, count * 2);
      fitArrays();
    }
    while (!holds(value)) {
      widen(value);
    }
    switch (type) {
      case BOOLEANS -> booleans[count] = ((Value.Bool) value).value();
      case INTEGERS -> longs[count] = ((Value.Int) value).value();
      case REALS -> putReal(value);
      case VALUES -> values[count] = value;
    }
    rows[count++] = row;
  }

  private boolean holds(Value value) {
    return switch (type) {
      case BOOLEANS -> value instanceof Value.Bool;
      case INTEGERS -> value instanceof Value.Int;
      case REALS ->
          value instanceof Value.Real
              || (value instanceof Value.Int(long integer) && Column.Reals.holds(integer));
      case VALUES -> true;
    };
  }

  private void putReal(Value value) {
    if (value instanceof Value.Real(double real)) {
      doubles[count] = real;
    } else {
      doubles[count] = ((Value.Int) value).value();
      if (integers == null) {
        integers = new boolean[rows.length];
      }
      integers[count] = true;
    }
  }

  private void fitArrays() {
    switch (type) {
      case BOOLEANS -> booleans = Arrays.copyOf(booleans, rows.length);
      case INTEGERS -> longs = Arrays.copyOf(longs, rows.length);
      case REALS -> {
        doubles = Arrays.copyOf(doubles, rows.length);
        integers = integers == null ? null : Arrays.copyOf(integers, rows.length);
      }
      case VALUES -> values = Arrays.copyOf(values, rows.length);
    }
  }

  /** Gives the column the next wider type that may hold this value too. */
  private void widen(Value value) {
    boolean toReals = type == Type.INTEGERS && value instanceof Value.Real;
    for (int i = 0; toReals && i < count; i++) {
      toReals = Column.Reals.holds(longs[i]);
    }
    if (toReals) {
      boolean[] marks = new boolean[rows.length];
      Arrays.fill(marks, 0, count, true);
      type = Type.REALS;
      integers = marks;
      fitArrays();
      for (int i = 0; i < count; i++) {
        doubles[i] = longs[i];
      }
    } else {
      Column narrow = close(false);
      type = Type.VALUES;
      fitArrays();
      for (int i = 0; i < count; i++) {
        values[i] = narrow.value(i);
      }
    }
  }

  /**
   * The column as it is now.
   *
   * @param full whether every row of the device has a value here
   */
  Column close(boolean full) {
    int @Nullable [] closed = full ? null : Arrays.copyOf(rows, count);
    return switch (type) {
      case BOOLEANS -> new Column.Booleans(metric, closed, Arrays.copyOf(booleans, count));
      case INTEGERS -> new Column.Integers(metric, closed, Arrays.copyOf(longs, count));
      case REALS ->
          new Column.Reals(
              metric,
              closed,
              Arrays.copyOf(doubles, count),
              integers == null ? null : Arrays.copyOf(integers, count));
      case VALUES -> new Column.Values(metric, closed, Arrays.copyOf(values, count));
    };
  }
}
