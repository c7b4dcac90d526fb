package qiantang.store.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one device without their names, which a chunk keeps once and a block shares.
 *
 * <pre>
 * columns := rows(varint) [times(longs) lags(longs) flags sets(varint) set* entry* column*]
 * times   := event time - base, microseconds, ascending
 * lags    := arrival - event time, whole milliseconds: a steady connection's pack to little
 * flags   := 0..3, of all rows | 4 longs
 * set     := bytes(varint) count(varint) rows(longs)   rows that some columns have values in
 * entry   := bytes * 2 + whether not all rows have a value(varint) [set(varint)]
 * column  := ColumnCodec
 * </pre>
 *
 * An entry says how long its column is, so that a reader of one metric steps over the others.
 * Columns that came in the same messages share the set of their rows.
 */
final class ColumnsCodec {
  private static final int FLAGS_VARY = 4;
  private static final int PARTIAL = 1;

  private final Allowance allowance;
  private final ColumnCodec columnCodec;
  private final LongsCodec longs = new LongsCodec();

  /** A coder for all devices of one body. */
  ColumnsCodec(Allowance allowance) {
    this.allowance = allowance;
    columnCodec = new ColumnCodec(allowance);
  }

  /** Appends the columns, with event times counted from the base. */
  void encode(ByteSink sink, DeviceColumns columns, long baseMicros) {
    int rows = columns.rows();
    sink.putVarint(rows);
    if (rows == 0) {
      return;
    }
    encodeTimes(sink, columns, baseMicros);
    List<int[]> sets = new ArrayList<>();
    int[] setOf = sets(columns, sets);
    sink.putVarint(sets.size());
    for (int[] set : sets) {
      encodeSet(sink, set);
    }
    ByteSink bodies = new ByteSink(rows * columns.columns().size() * 2 + 64);
    for (int i = 0; i < setOf.length; i++) {
      int from = bodies.length();
      columnCodec.encode(bodies, columns.columns().get(i));
      int bytes = bodies.length() - from;
      sink.putVarint(((long) bytes << 1) | (setOf[i] < 0 ? 0 : PARTIAL));
      if (setOf[i] >= 0) {
        sink.putVarint(setOf[i]);
      }
    }
    sink.put(bodies.array(), 0, bodies.length());
  }

  private void encodeTimes(ByteSink sink, DeviceColumns columns, long baseMicros) {
    int rows = columns.rows();
    long[] numbers = new long[rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = columns.eventTimeMicros(i) - baseMicros;
    }
    longs.encode(sink, numbers, rows);
    for (int i = 0; i < rows; i++) {
      numbers[i] = columns.arrivalMillis(i) - Math.floorDiv(columns.eventTimeMicros(i), 1000L);
    }
    longs.encode(sink, numbers, rows);
    boolean same = true;
    for (int i = 0; i < rows; i++) {
      numbers[i] = columns.flags(i);
      same &= numbers[i] == numbers[0];
    }
    sink.put(same ? (int) numbers[0] : FLAGS_VARY);
    if (!same) {
      longs.encode(sink, numbers, rows);
    }
  }

  /** Which set of rows each column has, -1 for all rows; fills in the distinct sets. */
  private static int[] sets(DeviceColumns columns, List<int[]> sets) {
    int[] setOf = new int[columns.columns().size()];
    Map<Integer, Integer> byHash = new HashMap<>();
    for (int i = 0; i < setOf.length; i++) {
      int[] rows = columns.columns().get(i).rows();
      if (rows == null) {
        setOf[i] = -1;
        continue;
      }
      Integer known = byHash.get(Arrays.hashCode(rows));
      if (known == null || !Arrays.equals(sets.get(known), rows)) {
        known = sets.size();
        sets.add(rows);
        byHash.put(Arrays.hashCode(rows), known);
      }
      setOf[i] = known;
    }
    return setOf;
  }

  private void encodeSet(ByteSink sink, int[] rows) {
    long[] numbers = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      numbers[i] = rows[i];
    }
    ByteSink set = new ByteSink(64);
    set.putVarint(rows.length);
    longs.encode(set, numbers, rows.length);
    sink.putVarint(set.length());
    sink.put(set.array(), 0, set.length());
  }

  /**
   * Reads the columns of these metrics; the others' bytes are stepped over.
   *
   * @param metrics names of all columns, in order
   * @param wanted names of those to decode; null for all
   */
  DeviceColumns decode(
      ByteSource source, List<String> metrics, @Nullable Set<String> wanted, long baseMicros) {
    int rows = allowance.cells(rows(source));
    if (rows == 0) {
      return DeviceColumns.EMPTY;
    }
    long[] times = times(source, rows, baseMicros);
    long[] arrivals = arrivals(source, times);
    byte[] flags = flags(source, rows);
    List<ByteSource> sets = new ArrayList<>();
    for (int i = source.getCount(); i > 0; i--) {
      sets.add(source.slice(source.getVarint()));
    }
    return new DeviceColumns(
        times, arrivals, flags, decodeColumns(source, metrics, wanted, rows, sets));
  }

  /** The last event time of a body, which is not to be empty; nothing else is decoded. */
  static long lastTime(ByteSource source, long baseMicros) {
    int rows = rows(source);
    if (rows == 0) {
      throw new ByteSource.Damaged("a device without a row");
    }
    return times(source, rows, baseMicros)[rows - 1];
  }

  private static int rows(ByteSource source) {
    long rows = source.getVarint();
    if (rows < 0 || rows > Allowance.ROWS_MAX) {
      throw new ByteSource.Damaged(rows + " rows");
    }
    return (int) rows;
  }

  private static long[] times(ByteSource source, int rows, long baseMicros) {
    long[] times = new long[rows];
    LongsCodec.decode(source, times, rows);
    times[0] += baseMicros;
    for (int i = 1; i < rows; i++) {
      times[i] += baseMicros;
      if (times[i] < times[i - 1]) {
        throw new ByteSource.Damaged("event times out of order");
      }
    }
    return times;
  }

  private static long[] arrivals(ByteSource source, long[] times) {
    long[] arrivals = new long[times.length];
    LongsCodec.decode(source, arrivals, times.length);
    for (int i = 0; i < arrivals.length; i++) {
      arrivals[i] += Math.floorDiv(times[i], 1000L);
    }
    return arrivals;
  }

  private static byte[] flags(ByteSource source, int rows) {
    byte[] flags = new byte[rows];
    int all = source.get();
    if (all < FLAGS_VARY) {
      Arrays.fill(flags, (byte) all);
      return flags;
    }
    long[] numbers = new long[rows];
    LongsCodec.decode(source, numbers, rows);
    for (int i = 0; i < rows; i++) {
      if (numbers[i] < 0 || numbers[i] >= FLAGS_VARY) {
        throw new ByteSource.Damaged("flags of " + numbers[i]);
      }
      flags[i] = (byte) numbers[i];
    }
    return flags;
  }

  private List<Column> decodeColumns(
      ByteSource source,
      List<String> metrics,
      @Nullable Set<String> wanted,
      int rows,
      List<ByteSource> sets) {
    int[] setOf = new int[metrics.size()];
    long[] bytes = new long[metrics.size()];
    for (int i = 0; i < setOf.length; i++) {
      long entry = source.getVarint();
      bytes[i] = entry >>> 1;
      setOf[i] = (entry & PARTIAL) == 0 ? -1 : setIndex(source.getVarint(), sets.size());
    }
    int[] @Nullable [] rowsOf = new int[sets.size()][];
    List<Column> columns = new ArrayList<>(wanted == null ? setOf.length : wanted.size());
    for (int i = 0; i < setOf.length; i++) {
      ByteSource body = source.slice(bytes[i]);
      if (wanted != null && !wanted.contains(metrics.get(i))) {
        continue;
      }
      int @Nullable [] set = null;
      if (setOf[i] >= 0) {
        set = rowsOf[setOf[i]];
        if (set == null) {
          set = rowsOf[setOf[i]] = set(sets.get(setOf[i]), rows);
        }
      }
      int count = allowance.cells(set == null ? rows : set.length);
      columns.add(columnCodec.decode(body, metrics.get(i), set, count));
      body.requireEnd();
    }
    return columns;
  }

  private static int setIndex(long index, int sets) {
    if (index < 0 || index >= sets) {
      throw new ByteSource.Damaged("set " + index + " of " + sets);
    }
    return (int) index;
  }

  private int[] set(ByteSource source, int rows) {
    long count = source.getVarint();
    if (count < 1 || count > rows) {
      throw new ByteSource.Damaged("a set of " + count + " in " + rows + " rows");
    }
    long[] numbers = new long[allowance.cells(count)];
    LongsCodec.decode(source, numbers, numbers.length);
    int[] set = new int[numbers.length];
    long before = -1;
    for (int i = 0; i < set.length; i++) {
      if (numbers[i] <= before || numbers[i] >= rows) {
        throw new ByteSource.Damaged("row " + numbers[i] + " behind " + before + " of " + rows);
      }
      before = numbers[i];
      set[i] = (int) before;
    }
    return set;
  }
}
