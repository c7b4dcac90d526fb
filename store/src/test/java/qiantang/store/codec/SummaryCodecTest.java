package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.Samples.Sample;
import qiantang.store.codec.SummaryCodec.Decoded;
import qiantang.store.codec.SummaryCodec.Summaries;
import qiantang.store.model.Value;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Around;
import qiantang.store.summary.Summarizer;
import qiantang.store.summary.Summary;

class SummaryCodecTest {
  @Test
  void summariesOfEveryShapeComeBack() {
    Random random = new Random(31);
    int held = 0;
    for (int i = 0; i < 2000; i++) {
      List<Sample> samples = Samples.random(random, i % 20 == 0 ? 400 : 60);
      DeviceColumns columns = Samples.columns(samples);
      byte[] bytes = SummaryCodec.encode(columns);
      boolean fits = samples.stream().allMatch(sample -> Summary.canHold(sample.eventTimeMicros()));
      assertEquals(columns.rows() >= SummaryCodec.ROWS_MIN && fits, bytes.length > 0);
      if (bytes.length > 0) {
        Summaries decoded = decode(bytes);
        assertEquals(expected(samples, decoded.inColumns()), decoded.byMetric());
        assertEquals(columns.eventTimeMicros(0), decoded.firstMicros());
        assertEquals(columns.eventTimeMicros(columns.rows() - 1), decoded.lastMicros());
        long newestMicros = samples.stream().mapToLong(Sample::arrivalMicros).max().orElseThrow();
        assertEquals(Math.floorDiv(newestMicros, 1000L), decoded.newestArrivalMillis());
        held++;
      }
    }
    assertTrue(held > 500, held + " were not empty");
  }

  /** Sample by sample, and not by column. */
  private static Map<String, Summary> expected(List<Sample> samples, Set<String> inColumns) {
    SortedMap<String, Summarizer> summarizers = new TreeMap<>();
    for (Sample sample : samples) {
      summarizers
          .computeIfAbsent(sample.metric(), metric -> new Summarizer())
          .add(sample.eventTimeMicros(), sample.value());
    }
    SortedMap<String, Summary> summaries = new TreeMap<>();
    summarizers.forEach((metric, summarizer) -> summaries.put(metric, summarizer.take()));
    summaries.keySet().removeAll(inColumns);
    return summaries;
  }

  @Test
  void numbersOfEveryKindComeBack() {
    Random random = new Random(32);
    List<IntFunction<Value>> kinds =
        List.of(
            i -> new Value.Bool(random.nextBoolean()),
            i -> new Value.Bool(true),
            i -> new Value.Int(random.nextLong()),
            i -> new Value.Int(1_000_000_000_000L + 3L * i),
            i -> new Value.Int(i % 50), // a counter that falls
            i -> new Value.Real(21.5),
            i -> new Value.Real(random.nextInt(1000) / 10.0),
            i -> new Value.Real(random.nextInt(100_000) / 1e5),
            i -> new Value.Real(i % 7 == 3 ? 20.125 : 20.5), // finer than first, last, min, max
            i -> new Value.Real((float) (random.nextInt(10_000) / 1e3)),
            i -> new Value.Real(random.nextInt(10_000) * 0.001),
            i -> new Value.Real(random.nextGaussian()),
            i -> new Value.Real(Double.longBitsToDouble(random.nextLong())),
            i -> Samples.number(random.nextInt(200) / 10.0),
            i -> i % 3 == 0 ? new Value.Int(20) : new Value.Real(20.0),
            i -> new Value.Real(i % 2 == 0 ? Double.MAX_VALUE : -Double.MIN_VALUE),
            i -> new Value.Real(-0.0),
            i -> new Value.Real(i % 4 == 0 ? Double.NaN : i),
            i -> i < 3 || i > 90 ? new Value.Text("off") : new Value.Int(i),
            i -> i == 50 ? new Value.Real(1e-3) : new Value.Text("off"),
            i -> new Value.Bool(i % 2 == 0),
            i -> i % 2 == 0 ? new Value.Bool(true) : new Value.Int(2));
    for (IntFunction<Value> kind : kinds) {
      DeviceColumns columns = Samples.column(100, kind);
      assertEquals(ColumnSummaries.of(columns), decode(SummaryCodec.encode(columns)).byMetric());
      DeviceColumns jittered = jittered(random, kind);
      assertEquals(ColumnSummaries.of(jittered), decode(SummaryCodec.encode(jittered)).byMetric());
    }
  }

  private static DeviceColumns jittered(Random random, IntFunction<Value> value) {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 100; i++) {
      long micros = Samples.NOON_MICROS + 10_000_000L * i + 1000L * random.nextInt(2000);
      builder.add(micros, micros, true, false, "metric", value.apply(i));
    }
    return builder.build();
  }

  /** A quarter hour at 0.1 Hz takes 80 to 180 bytes a metric as columns. */
  @Test
  void aMetricOfCommonDecimalsTakesSomeTwentyBytes() {
    Random random = new Random(33);
    ColumnsBuilder regular = new ColumnsBuilder();
    ColumnsBuilder irregular = new ColumnsBuilder();
    double[] levels = new double[10];
    for (int i = 0; i < 90; i++) {
      long micros = Samples.NOON_MICROS + 10_000_000L * i;
      long late = micros + 1000L * random.nextInt(2000);
      for (int m = 0; m < levels.length; m++) {
        levels[m] += random.nextGaussian();
        Value value = new Value.Real(Math.rint(200 * (m + 1) + 5 * levels[m]) / 10);
        regular.add(micros, micros, true, false, "metric" + m, value);
        irregular.add(late, late, true, false, "metric" + m, value);
      }
    }
    // With 3 bytes of its name and 2 of what all share.
    assertTrue(bytesAMetric(regular) <= 26, bytesAMetric(regular) + " bytes");
    assertTrue(bytesAMetric(irregular) <= 35, bytesAMetric(irregular) + " bytes");
  }

  private static int bytesAMetric(ColumnsBuilder builder) {
    DeviceColumns columns = builder.build();
    return SummaryCodec.encode(columns).length / columns.columns().size();
  }

  @Test
  void fewRowsHaveNone() {
    assertEquals(0, SummaryCodec.encode(DeviceColumns.EMPTY).length);
    assertEquals(0, SummaryCodec.encode(Samples.column(29, i -> new Value.Int(i))).length);
    assertTrue(SummaryCodec.encode(Samples.column(30, i -> new Value.Int(i))).length > 0);
    assertInstanceOf(Decoded.None.class, SummaryCodec.decode(new byte[0]));
    assertInstanceOf(Decoded.None.class, SummaryCodec.decode(new byte[0], Set.of("metric")));
  }

  @Test
  void longTextsAreLeftToTheColumns() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 40; i++) {
      builder.add(i, i, true, false, "a", new Value.Text("x".repeat(i == 39 ? 65 : 1)));
      builder.add(i, i, true, false, "b", new Value.Json("[" + "温".repeat(21) + "]"));
      builder.add(i, i, true, false, "c", new Value.Text(i == 7 ? "x".repeat(4000) : "温"));
      builder.add(i, i, true, false, "d", new Value.Int(i));
    }
    Summaries summaries = decode(SummaryCodec.encode(builder.build()));
    assertEquals(Set.of("a", "b"), summaries.inColumns());
    assertEquals(Set.of("c", "d"), summaries.byMetric().keySet());
  }

  @Test
  void oneMetricIsReadWithoutTheOthers() {
    Random random = new Random(34);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = some(random);
      Summaries all = decode(bytes);
      for (String metric : all.byMetric().keySet()) {
        Decoded decoded = SummaryCodec.decode(bytes, Set.of(metric, "no such metric"));
        Summaries one = assertInstanceOf(Decoded.Found.class, decoded).summaries();
        assertEquals(Map.of(metric, all.byMetric().get(metric)), one.byMetric());
        assertEquals(Set.of(), one.inColumns());
      }
      Decoded decoded = SummaryCodec.decode(bytes, all.inColumns());
      assertEquals(
          all.inColumns(), assertInstanceOf(Decoded.Found.class, decoded).summaries().inColumns());
    }
  }

  @Test
  void theSameSamplesMakeTheSameBytes() {
    Random random = new Random(35);
    for (int i = 0; i < 200; i++) {
      DeviceColumns columns = Samples.columns(Samples.random(random, 100));
      byte[] bytes = SummaryCodec.encode(columns);
      assertArrayEquals(bytes, SummaryCodec.encode(columns));
    }
  }

  @Test
  void everyFlippedBitIsFound() {
    byte[] bytes = some(new Random(36));
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertInstanceOf(Decoded.Damaged.class, SummaryCodec.decode(damaged));
      }
    }
  }

  @Test
  void everyTruncationIsFound() {
    byte[] bytes = some(new Random(37));
    for (int length = 1; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertInstanceOf(Decoded.Damaged.class, SummaryCodec.decode(cut));
      if (length >= 6) {
        ChunkCodecTest.seal(cut);
        assertInstanceOf(Decoded.Damaged.class, SummaryCodec.decode(cut));
      }
    }
  }

  @Test
  void damageBehindARightChecksumGivesAValue() {
    Random random = new Random(38);
    for (int i = 0; i < 400; i++) {
      byte[] bytes = some(random);
      for (int j = 0; j < 50; j++) {
        byte[] damaged = bytes.clone();
        for (int k = random.nextInt(3); k >= 0; k--) {
          int at = 2 + random.nextInt(bytes.length - 6);
          damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(8) : random.nextInt());
        }
        ChunkCodecTest.seal(damaged);
        assertIsAValue(damaged);
      }
    }
  }

  @Test
  void garbageBehindARightChecksumGivesAValue() {
    Random random = new Random(39);
    for (int i = 0; i < 60_000; i++) {
      ByteSink sink = Envelope.begin('S', 1, 64);
      sink.put(30);
      sink.putZigzag(Samples.NOON_MICROS);
      sink.putVarint(1000);
      sink.putVarint(1000);
      sink.putZigzag(20);
      sink.put(1);
      sink.putVarint(0);
      sink.putText("a");
      byte[] body = new byte[1 + random.nextInt(40)];
      for (int j = 0; j < body.length; j++) {
        body[j] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(16));
      }
      sink.putVarint(body.length);
      sink.put(body, 0, body.length);
      assertIsAValue(Envelope.seal(sink));
    }
  }

  /** Never an exception, and aggregates can be taken of whatever came out. */
  private static void assertIsAValue(byte[] bytes) {
    if (SummaryCodec.decode(bytes) instanceof Decoded.Found(Summaries summaries)) {
      for (Summary summary : summaries.byMetric().values()) {
        for (Aggregate aggregate : Aggregate.values()) {
          aggregate.of(summary, Around.nothing(summary));
        }
      }
    }
  }

  private static byte[] some(Random random) {
    byte[] bytes;
    do {
      bytes = SummaryCodec.encode(Samples.columns(Samples.random(random, 90)));
    } while (bytes.length == 0);
    return bytes;
  }

  private static Summaries decode(byte[] bytes) {
    return assertInstanceOf(Decoded.Found.class, SummaryCodec.decode(bytes)).summaries();
  }
}
