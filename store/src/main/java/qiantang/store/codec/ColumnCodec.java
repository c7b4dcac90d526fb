package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/**
 * The values of one column; how many there are, the reader knows.
 *
 * <pre>
 * column := BOOLEANS longs(0, 1) | INTEGERS longs | REALS reals
 *         | REALS_WHOLE reals                   whole numbers among them were sent as integers
 *         | REALS_MARKED longs(0, 1) reals      those marked 1 were
 *         | VALUES types(longs) part*           a part for each type that occurs, in their order
 * part   := longs (booleans, integers) | reals | texts (texts, JSON)
 * </pre>
 *
 * A device that prints 20.0 as {@code 20} does so always, so marks are rarely needed. Not
 * thread-safe: keeps scratch arrays from column to column.
 */
final class ColumnCodec {
  private static final int BOOLEANS = 0;
  private static final int INTEGERS = 1;
  private static final int REALS = 2;
  private static final int REALS_WHOLE = 3;
  private static final int REALS_MARKED = 4;
  private static final int VALUES = 5;

  // Types of single values in a column of VALUES.
  private static final int BOOL = 0;
  private static final int INT = 1;
  private static final int REAL = 2;
  private static final int TEXT = 3;
  private static final int JSON = 4;
  private static final int TYPES = 5;

  private final LongsCodec longs = new LongsCodec();
  private final RealsCodec reals = new RealsCodec();
  private final TextsCodec texts = new TextsCodec();
  private final Allowance allowance;

  ColumnCodec(Allowance allowance) {
    this.allowance = allowance;
  }

  void encode(ByteSink sink, Column column) {
    switch (column) {
      case Column.Booleans(_, _, boolean[] values) -> {
        sink.put(BOOLEANS);
        putBooleans(sink, values);
      }
      case Column.Integers(_, _, long[] values) -> {
        sink.put(INTEGERS);
        longs.encode(sink, values, values.length);
      }
      case Column.Reals numbers -> encodeReals(sink, numbers.values(), numbers.integers());
      case Column.Values(_, _, Value[] values) -> {
        sink.put(VALUES);
        encodeValues(sink, values);
      }
    }
  }

  private void encodeReals(ByteSink sink, double[] values, boolean @Nullable [] integers) {
    if (integers == null) {
      sink.put(REALS);
    } else if (areTheWholeOnes(integers, values)) {
      sink.put(REALS_WHOLE);
    } else {
      sink.put(REALS_MARKED);
      putBooleans(sink, integers);
    }
    reals.encode(sink, values, values.length);
  }

  private static boolean areTheWholeOnes(boolean[] integers, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (integers[i] != Column.Reals.isWhole(values[i])) {
        return false;
      }
    }
    return true;
  }

  private void putBooleans(ByteSink sink, boolean[] values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = values[i] ? 1 : 0;
    }
    longs.encode(sink, bits, bits.length);
  }

  private void encodeValues(ByteSink sink, Value[] values) {
    long[] types = new long[values.length];
    List<List<Value>> byType = new ArrayList<>(TYPES);
    for (int type = 0; type < TYPES; type++) {
      byType.add(new ArrayList<>());
    }
    for (int i = 0; i < values.length; i++) {
      int type = typeOf(values[i]);
      types[i] = type;
      byType.get(type).add(values[i]);
    }
    longs.encode(sink, types, types.length);
    for (int type = 0; type < TYPES; type++) {
      if (!byType.get(type).isEmpty()) {
        encodePart(sink, type, byType.get(type));
      }
    }
  }

  private static int typeOf(Value value) {
    return switch (value) {
      case Value.Bool _ -> BOOL;
      case Value.Int _ -> INT;
      case Value.Real _ -> REAL;
      case Value.Text _ -> TEXT;
      case Value.Json _ -> JSON;
    };
  }

  private void encodePart(ByteSink sink, int type, List<Value> values) {
    int count = values.size();
    if (type == TEXT || type == JSON) {
      texts.encode(sink, values.stream().map(ColumnCodec::text).toArray(String[]::new), allowance);
    } else if (type == REAL) {
      double[] numbers = values.stream().mapToDouble(ColumnCodec::real).toArray();
      reals.encode(sink, numbers, count);
    } else {
      longs.encode(sink, values.stream().mapToLong(ColumnCodec::integer).toArray(), count);
    }
  }

  private static String text(Value value) {
    return value instanceof Value.Json(String text) ? text : ((Value.Text) value).value();
  }

  private static double real(Value value) {
    return ((Value.Real) value).value();
  }

  private static long integer(Value value) {
    return value instanceof Value.Bool(boolean truth)
        ? (truth ? 1 : 0)
        : ((Value.Int) value).value();
  }

  /** Reads a column of so many values, at least one, in these rows (null: in all). */
  Column decode(ByteSource source, String metric, int @Nullable [] rows, int count) {
    int kind = source.get();
    return switch (kind) {
      case BOOLEANS -> new Column.Booleans(metric, rows, booleans(source, count));
      case INTEGERS -> new Column.Integers(metric, rows, integers(source, count));
      case REALS -> new Column.Reals(metric, rows, reals(source, count), null);
      case REALS_WHOLE -> {
        double[] values = reals(source, count);
        yield new Column.Reals(metric, rows, values, wholeOnes(values));
      }
      case REALS_MARKED -> {
        boolean[] integers = booleans(source, count);
        double[] values = reals(source, count);
        requireWhole(integers, values);
        yield new Column.Reals(metric, rows, values, integers);
      }
      case VALUES -> new Column.Values(metric, rows, values(source, count));
      default -> throw new ByteSource.Damaged("a column of unknown kind " + kind);
    };
  }

  private static long[] integers(ByteSource source, int count) {
    long[] values = new long[count];
    LongsCodec.decode(source, values, count);
    return values;
  }

  private double[] reals(ByteSource source, int count) {
    double[] values = new double[count];
    reals.decode(source, values, count);
    return values;
  }

  private static boolean[] booleans(ByteSource source, int count) {
    long[] bits = integers(source, count);
    boolean[] values = new boolean[count];
    for (int i = 0; i < count; i++) {
      if (bits[i] >>> 1 != 0) {
        throw new ByteSource.Damaged("a boolean of " + bits[i]);
      }
      values[i] = bits[i] == 1;
    }
    return values;
  }

  private static boolean[] wholeOnes(double[] values) {
    boolean[] whole = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      whole[i] = Column.Reals.isWhole(values[i]);
    }
    return whole;
  }

  private static void requireWhole(boolean[] integers, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (integers[i] && !Column.Reals.isWhole(values[i])) {
        throw new ByteSource.Damaged("an integer of " + values[i]);
      }
    }
  }

  private Value[] values(ByteSource source, int count) {
    long[] types = integers(source, count);
    int[] counts = new int[TYPES];
    for (long type : types) {
      if (type < 0 || type >= TYPES) {
        throw new ByteSource.Damaged("a value of unknown type " + type);
      }
      counts[(int) type]++;
    }
    List<Value[]> parts = new ArrayList<>(TYPES);
    for (int type = 0; type < TYPES; type++) {
      parts.add(counts[type] == 0 ? new Value[0] : part(source, type, counts[type]));
    }
    Value[] values = new Value[count];
    int[] next = new int[TYPES];
    for (int i = 0; i < count; i++) {
      int type = (int) types[i];
      values[i] = parts.get(type)[next[type]++];
    }
    return values;
  }

  private Value[] part(ByteSource source, int type, int count) {
    Value[] part = new Value[count];
    switch (type) {
      case BOOL -> {
        boolean[] values = booleans(source, count);
        for (int i = 0; i < count; i++) {
          part[i] = new Value.Bool(values[i]);
        }
      }
      case INT -> {
        long[] values = integers(source, count);
        for (int i = 0; i < count; i++) {
          part[i] = new Value.Int(values[i]);
        }
      }
      case REAL -> {
        double[] values = reals(source, count);
        for (int i = 0; i < count; i++) {
          part[i] = new Value.Real(values[i]);
        }
      }
      default -> {
        String[] values = TextsCodec.decode(source, count, allowance);
        for (int i = 0; i < count; i++) {
          part[i] = type == TEXT ? new Value.Text(values[i]) : new Value.Json(values[i]);
        }
      }
    }
    return part;
  }
}
