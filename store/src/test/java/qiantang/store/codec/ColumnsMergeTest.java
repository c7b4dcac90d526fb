package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.Samples.Sample;
import qiantang.store.harness.Entries;
import qiantang.store.model.Value;

class ColumnsMergeTest {
  private static final long NOON = Samples.NOON_MICROS;

  @Test
  void mergesAsAMapDoesWhateverThePieces() {
    Random random = new Random(21);
    for (int i = 0; i < 4000; i++) {
      List<List<Sample>> pieces = randomPieces(random);
      long from = random.nextInt(4) == 0 ? time(random, 30) : Long.MIN_VALUE;
      long to = random.nextInt(4) == 0 ? time(random, 30) : Long.MAX_VALUE;
      DeviceColumns expected = Samples.columns(mergedByMap(pieces, from, to));
      DeviceColumns merged =
          ColumnsMerge.merge(pieces.stream().map(Samples::columns).toList(), from, to);
      assertAlike(merged, expected, "history " + i);
    }
  }

  @Test
  void doesNotMatterHowTheSamplesWereCut() {
    Random random = new Random(22);
    for (int i = 0; i < 300; i++) {
      DeviceColumns whole = Samples.columns(Samples.random(random, 200));
      List<DeviceColumns> pieces = new ArrayList<>();
      for (int row = 0; row < whole.rows(); ) {
        int to = Math.min(whole.rows(), row + 1 + random.nextInt(40));
        pieces.add(whole.slice(row, to));
        row = to;
      }
      assertAlike(ColumnsMerge.merge(pieces, Long.MIN_VALUE, Long.MAX_VALUE), whole, "cut " + i);
    }
  }

  @Test
  void theLastInOrderOfArrivalWinsAndWhatLostIsGone() {
    DeviceColumns first =
        columns(sample(0, "a", new Value.Int(1)), sample(1, "a", new Value.Int(2)));
    DeviceColumns second =
        columns(sample(1, "a", new Value.Int(3)), sample(1, "b", new Value.Text("x")));
    DeviceColumns forth = merge(first, second);
    assertEquals(2, forth.rows());
    assertArrayEquals(
        new long[] {1, 3}, assertInstanceOf(Column.Integers.class, forth.column("a")).values());
    DeviceColumns back = merge(second, first);
    assertArrayEquals(
        new long[] {1, 2}, assertInstanceOf(Column.Integers.class, back.column("a")).values());
    assertEquals(3, back.samples());
  }

  @Test
  void aRowWhoseValuesAllLostVanishesWithItsMetric() {
    DeviceColumns lost = columns(new Sample(NOON, NOON, true, false, "a", new Value.Text("old")));
    DeviceColumns winner =
        columns(new Sample(NOON, NOON + 9000, true, false, "a", Samples.number(1)));
    DeviceColumns merged = merge(lost, winner);
    assertEquals(1, merged.rows());
    assertEquals(NOON / 1000 + 9, merged.arrivalMillis(0));
    assertInstanceOf(Column.Integers.class, merged.column("a"));
  }

  @Test
  void rowsThatWereLeftWithoutValuesByDecodingSomeMetricsVanish() {
    Random random = new Random(23);
    for (int i = 0; i < 300; i++) {
      List<List<Sample>> pieces = randomPieces(random);
      Set<String> wanted = random.nextBoolean() ? Set.of("a") : Set.of("b", "c", "z");
      List<DeviceColumns> decoded = new ArrayList<>();
      List<List<Sample>> kept = new ArrayList<>();
      for (List<Sample> piece : pieces) {
        for (ChunkCodec.Part part : ChunkCodec.encode(Samples.columns(piece))) {
          decoded.add(
              ((ChunkCodec.Decoded.Columns) ChunkCodec.decode(part.bytes(), wanted)).columns());
        }
        kept.add(piece.stream().filter(sample -> wanted.contains(sample.metric())).toList());
      }
      List<Sample> expected = mergedByMap(kept, Long.MIN_VALUE, Long.MAX_VALUE);
      DeviceColumns merged = ColumnsMerge.merge(decoded, Long.MIN_VALUE, Long.MAX_VALUE);
      assertEquals(Samples.texts(expected), Samples.texts(merged));
      assertEquals(merged.rows(), merged.withoutEmptyRows().rows());
    }
  }

  @Test
  void nothingMakesNothing() {
    assertEquals(0, merge().rows());
    assertEquals(0, merge(DeviceColumns.EMPTY, DeviceColumns.EMPTY).rows());
    DeviceColumns one = columns(sample(5, "a", new Value.Bool(true)));
    assertEquals(0, ColumnsMerge.merge(List.of(one, one), NOON + 6, Long.MAX_VALUE).rows());
    assertEquals(0, ColumnsMerge.merge(List.of(one, one), NOON, NOON + 5).rows());
    assertEquals(1, ColumnsMerge.merge(List.of(one, one), NOON + 5, NOON + 6).rows());
  }

  @Test
  void onePieceAloneIsNotCopied() {
    DeviceColumns piece = Samples.column(100, i -> new Value.Int(i));
    assertSame(piece, merge(DeviceColumns.EMPTY, piece));
  }

  @Test
  void numbersOfBothKindsStayUnboxedAndNarrow() {
    DeviceColumns integers = columns(sample(0, "a", new Value.Int(20)));
    DeviceColumns decimals = columns(sample(1, "a", new Value.Real(-0.0)));
    DeviceColumns mixed =
        columns(sample(2, "a", new Value.Int(7)), sample(3, "a", new Value.Real(Double.NaN)));
    Column.Reals reals =
        assertInstanceOf(Column.Reals.class, merge(mixed, decimals, integers).column("a"));
    assertArrayEquals(new boolean[] {true, false, true, false}, reals.integers());
    assertEquals(new Value.Real(-0.0), reals.value(1));
    assertEquals(new Value.Real(Double.NaN), reals.value(3));
    assertNull(reals.rows());
    DeviceColumns onlyInteger = ColumnsMerge.merge(List.of(mixed, integers), NOON, NOON + 3);
    assertInstanceOf(Column.Integers.class, onlyInteger.column("a"));
  }

  @Test
  void anIntegerThatNoDoubleHoldsKeepsItsDigits() {
    Value large = new Value.Int((1L << 53) + 1);
    DeviceColumns merged =
        merge(columns(sample(0, "a", large)), columns(sample(1, "a", new Value.Real(0.5))));
    assertEquals(large, assertInstanceOf(Column.Values.class, merged.column("a")).value(0));
  }

  private static DeviceColumns merge(DeviceColumns... pieces) {
    return ColumnsMerge.merge(List.of(pieces), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static DeviceColumns columns(Sample... samples) {
    return Samples.columns(List.of(samples));
  }

  private static Sample sample(long offsetMicros, String metric, Value value) {
    return new Sample(NOON + offsetMicros, NOON + offsetMicros, true, false, metric, value);
  }

  /** To the byte as a chunk, and so by types, rows and their order too. */
  private static void assertAlike(DeviceColumns merged, DeviceColumns expected, String message) {
    assertEquals(Samples.texts(expected), Samples.texts(merged), message);
    assertEquals(expected.rows(), merged.rows(), message);
    for (int row = 0; row < expected.rows(); row++) {
      assertEquals(expected.eventTimeMicros(row), merged.eventTimeMicros(row), message);
      assertEquals(expected.arrivalMillis(row), merged.arrivalMillis(row), message);
      assertEquals(expected.flags(row), merged.flags(row), message);
    }
    for (int i = 0; i < expected.columns().size(); i++) {
      Column column = expected.columns().get(i);
      assertEquals(column.getClass(), merged.columns().get(i).getClass(), message);
      assertArrayEquals(column.rows(), merged.columns().get(i).rows(), message);
    }
    List<ChunkCodec.Part> parts = ChunkCodec.encode(expected);
    List<ChunkCodec.Part> same = ChunkCodec.encode(merged);
    assertEquals(parts.size(), same.size(), message);
    for (int i = 0; i < parts.size(); i++) {
      assertArrayEquals(parts.get(i).bytes(), same.get(i).bytes(), message);
    }
  }

  private static List<Sample> mergedByMap(List<List<Sample>> pieces, long from, long to) {
    Map<Long, Map<String, Sample>> byTime = new TreeMap<>();
    for (List<Sample> piece : pieces) {
      for (Sample sample : piece) {
        if (sample.eventTimeMicros() >= from && sample.eventTimeMicros() < to) {
          Map<String, Sample> instant =
              byTime.computeIfAbsent(sample.eventTimeMicros(), micros -> new LinkedHashMap<>());
          instant.remove(sample.metric()); // so that the later one stands later
          instant.put(sample.metric(), sample);
        }
      }
    }
    return byTime.values().stream().map(Map::values).flatMap(Collection::stream).toList();
  }

  /** Pieces with few distinct times, arrivals and metrics, so that they meet often. */
  private static List<List<Sample>> randomPieces(Random random) {
    List<List<Sample>> pieces = new ArrayList<>();
    int times = 1 + random.nextInt(30);
    boolean disjoint = random.nextInt(3) == 0;
    List<IntFunction<Value>> kinds = new ArrayList<>();
    for (int metric = 0; metric < 4; metric++) {
      kinds.add(values(random));
    }
    for (int piece = random.nextInt(6); piece >= 0; piece--) {
      long offset = disjoint ? 1000L * piece : 0;
      List<Sample> samples = new ArrayList<>();
      Set<String> said = new HashSet<>();
      long[] sorted = random.longs(random.nextInt(20), 0, times).sorted().toArray();
      for (int i = 0; i < sorted.length; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
          said.clear();
        }
        addRow(random, samples, said, NOON + offset + sorted[i], kinds);
      }
      pieces.add(samples);
    }
    return pieces;
  }

  private static void addRow(
      Random random,
      List<Sample> samples,
      Set<String> said,
      long timeMicros,
      List<IntFunction<Value>> kinds) {
    long arrivalMicros = NOON + 1000L * random.nextInt(2);
    boolean stamped = random.nextInt(4) > 0;
    boolean repeat = random.nextInt(8) == 0;
    for (int metric = 0; metric < kinds.size(); metric++) {
      String name = "abcz".substring(metric, metric + 1);
      if (random.nextBoolean() && said.add(name)) {
        Value value = kinds.get(metric).apply(samples.size());
        samples.add(new Sample(timeMicros, arrivalMicros, stamped, repeat, name, value));
      }
    }
  }

  private static IntFunction<Value> values(Random random) {
    double[] odd = {Double.NaN, -0.0, 0.0, 1.5, Double.NEGATIVE_INFINITY, 1L << 53};
    return switch (random.nextInt(7)) {
      case 0 -> i -> new Value.Bool(random.nextBoolean());
      case 1 -> i -> new Value.Int(random.nextInt(100));
      case 2 -> i -> new Value.Real(odd[random.nextInt(odd.length)]);
      case 3 -> i -> Samples.number(random.nextInt(40) / 4.0);
      case 4 ->
          i -> random.nextInt(6) == 0 ? new Value.Int(Long.MAX_VALUE) : Samples.number(i / 2.0);
      case 5 -> i -> i < 6 ? new Value.Text("off") : new Value.Int(i);
      default -> i -> Entries.randomValue(random);
    };
  }

  private static long time(Random random, int times) {
    return NOON + random.nextInt(times);
  }
}
