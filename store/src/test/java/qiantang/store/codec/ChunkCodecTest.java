package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.ChunkCodec.Decoded;
import qiantang.store.codec.ChunkCodec.Part;
import qiantang.store.codec.Samples.Sample;
import qiantang.store.harness.Entries;
import qiantang.store.model.Value;

class ChunkCodecTest {
  private static final Value[] EDGES = {
    new Value.Bool(false),
    new Value.Int(Long.MAX_VALUE),
    new Value.Int(Long.MIN_VALUE),
    new Value.Int(0),
    new Value.Real(-0.0),
    new Value.Real(Double.longBitsToDouble(0x7ff8_0000_dead_beefL)),
    new Value.Real(Double.longBitsToDouble(0xfff0_0000_0000_0001L)),
    new Value.Real(0.1),
    new Value.Text(""),
    new Value.Text("温度🌡\u0000"),
    new Value.Json("{\"a\":[1,2,{\"b\":null}]}"),
    new Value.Text("x".repeat(Value.TEXT_BYTES_MAX)),
  };

  @Test
  void samplesOfEveryShapeComeBack() {
    Random random = new Random(21);
    for (int i = 0; i < 1000; i++) {
      List<Sample> samples = Samples.random(random, i % 20 == 0 ? 300 : 40);
      assertEquals(Samples.texts(samples), decodeAll(encode(samples)));
    }
  }

  @Test
  void oneSampleOfEachKindComesBack() {
    for (Value value : EDGES) {
      DeviceColumns one = Samples.column(1, i -> value);
      assertEquals(Samples.texts(one), decodeAll(ChunkCodec.encode(one)));
    }
  }

  @Test
  void aTypeThatChangesInMidSeriesComesBack() {
    for (Value before : EDGES) {
      for (Value after : EDGES) {
        DeviceColumns columns = Samples.column(9, i -> i < 5 ? before : after);
        assertEquals(Samples.texts(columns), decodeAll(ChunkCodec.encode(columns)));
      }
    }
    DeviceColumns all = Samples.column(200, i -> EDGES[i * 5 % EDGES.length]);
    assertEquals(Samples.texts(all), decodeAll(ChunkCodec.encode(all)));
  }

  @Test
  void nothingIsNoPart() {
    assertEquals(List.of(), ChunkCodec.encode(new ColumnsBuilder().build()));
    assertEquals(0, decode(envelope(new byte[] {0, 0})).rows());
  }

  @Test
  void theSameSamplesMakeTheSameBytes() {
    Random random = new Random(22);
    for (int i = 0; i < 100; i++) {
      List<Sample> samples = Samples.random(random, 100);
      byte[] bytes = encode(samples).getFirst().bytes();
      assertArrayEquals(bytes, encode(samples).getFirst().bytes());
      // What was decoded encodes to the same: a part can be checked and moved.
      assertArrayEquals(bytes, ChunkCodec.encode(decode(bytes)).getFirst().bytes());
    }
  }

  @Test
  void oneMetricIsReadWithoutTheOthers() {
    Random random = new Random(23);
    for (int i = 0; i < 200; i++) {
      DeviceColumns columns = Samples.columns(Samples.random(random, 60));
      byte[] bytes = ChunkCodec.encode(columns).getFirst().bytes();
      String metric = columns.metrics().get(random.nextInt(columns.metrics().size()));
      Decoded decoded = ChunkCodec.decode(bytes, Set.of(metric, "no such metric"));
      DeviceColumns one = assertInstanceOf(Decoded.Columns.class, decoded).columns();
      assertEquals(List.of(metric), one.metrics());
      assertEquals(columns.rows(), one.rows());
      String named = " " + metric + "=";
      assertEquals(
          Samples.texts(columns).stream().filter(text -> text.contains(named)).toList(),
          Samples.texts(one));
    }
  }

  /** If a byte of another metric were looked at, it would be found to be damaged. */
  @Test
  void bytesOfOtherMetricsAreNotLookedAt() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 20; i++) {
      for (String metric : List.of("a", "b", "c")) {
        Value value = new Value.Text(metric + "-value-" + i);
        builder.add(i, i, true, false, metric, value);
      }
    }
    byte[] bytes = ChunkCodec.encode(builder.build()).getFirst().bytes();
    int found = 0;
    for (int at = 2; at < bytes.length - 4; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x55;
      seal(damaged);
      boolean whole = ChunkCodec.decode(damaged) instanceof Decoded.Damaged;
      boolean justB = ChunkCodec.decode(damaged, Set.of("b")) instanceof Decoded.Damaged;
      found += whole && !justB ? 1 : 0;
    }
    assertTrue(found > 20, "only " + found + " bytes are looked at for a and c alone");
  }

  @Test
  void everyFlippedBitIsFound() {
    byte[] bytes = encode(Samples.random(new Random(24), 60)).getFirst().bytes();
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertInstanceOf(Decoded.Damaged.class, ChunkCodec.decode(damaged));
      }
    }
  }

  @Test
  void everyTruncationIsFound() {
    byte[] bytes = encode(Samples.random(new Random(25), 60)).getFirst().bytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertInstanceOf(Decoded.Damaged.class, ChunkCodec.decode(cut));
      if (length >= 6) {
        seal(cut);
        assertInstanceOf(Decoded.Damaged.class, ChunkCodec.decode(cut));
      }
    }
  }

  @Test
  void damageBehindARightChecksumGivesAValue() {
    Random random = new Random(26);
    for (int i = 0; i < 400; i++) {
      byte[] bytes = encode(Samples.random(random, 40)).getFirst().bytes();
      for (int j = 0; j < 50; j++) {
        byte[] damaged = bytes.clone();
        for (int k = random.nextInt(3); k >= 0; k--) {
          int at = 2 + random.nextInt(bytes.length - 6);
          damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(8) : random.nextInt());
        }
        seal(damaged);
        assertIsAValue(damaged);
      }
    }
  }

  @Test
  void garbageBehindARightChecksumGivesAValue() {
    Random random = new Random(27);
    for (int i = 0; i < 100_000; i++) {
      byte[] body = new byte[random.nextInt(60)];
      random.nextBytes(body);
      for (int j = 0; j < body.length; j++) {
        body[j] = random.nextInt(3) == 0 ? body[j] : (byte) (body[j] & 7);
      }
      assertIsAValue(envelope(body));
    }
  }

  /** Seven bytes must not ask for gigabytes. */
  @Test
  void countsBeyondTheLimitsAreDamaged() {
    ByteSink rows = new ByteSink(0);
    rows.putVarint(0);
    rows.putVarint(Allowance.ROWS_MAX + 1);
    assertDamaged(rows);

    // 65,536 rows are allowed, a hundred constant columns of them are not.
    ByteSink cells = new ByteSink(0);
    cells.putVarint(100);
    for (int i = 0; i < 100; i++) {
      cells.putVarint(0);
      cells.putText(String.valueOf((char) ('0' + i)));
    }
    cells.putVarint(Allowance.ROWS_MAX);
    cells.put(new byte[] {0, 0, 0, 0, 0, 0}, 0, 6); // times, lags, flags, no sets
    for (int i = 0; i < 100; i++) {
      cells.putVarint(3 << 1);
    }
    for (int i = 0; i < 100; i++) {
      cells.put(new byte[] {1, 0, 0}, 0, 3); // integers, constant, 0
    }
    assertDamaged(cells);
  }

  @Test
  void largeChunksAreCutIntoPartsBetweenInstants() {
    Random random = new Random(28);
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 20_000; i++) {
      for (int m = 0; m < 3; m++) { // three messages an instant
        long micros = Samples.NOON_MICROS + 1000L * i;
        Value value = new Value.Real(random.nextInt(10_000_000) / 1e4);
        builder.add(micros, micros + 3000L * m, true, false, "m" + m, value);
      }
    }
    DeviceColumns columns = builder.build();
    List<Part> parts = ChunkCodec.encode(columns);
    assertTrue(parts.size() >= 3 && parts.size() <= 6, parts.size() + " parts");
    long before = Long.MIN_VALUE;
    for (Part part : parts) {
      assertTrue(part.bytes().length <= ChunkCodec.PART_BYTES_MAX, "" + part.bytes().length);
      assertTrue(part.bytes().length > ChunkCodec.PART_BYTES_MAX / 2, "" + part.bytes().length);
      assertTrue(part.columns().eventTimeMicros(0) > before, "an instant lies in two parts");
      before = part.columns().eventTimeMicros(part.columns().rows() - 1);
      assertEquals(Samples.texts(part.columns()), Samples.texts(decode(part.bytes())));
    }
    assertEquals(Samples.texts(columns), decodeAll(parts));
  }

  @Test
  void aDayOfAConstantAtOneKilohertzIsCutByItsRows() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 200_000; i++) {
      builder.add(1000L * i, 1000L * i, true, false, "m", new Value.Int(7));
    }
    List<Part> parts = ChunkCodec.encode(builder.build());
    assertEquals(4, parts.size());
    int rows = 0;
    for (Part part : parts) {
      rows += decode(part.bytes()).rows();
      assertTrue(part.bytes().length < 40, "regular times, constant values");
    }
    assertEquals(200_000, rows);
  }

  @Test
  void manyConstantMetricsAreCutByTheirCells() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 3000; i++) {
      for (int m = 0; m < 400; m++) {
        builder.add(i, i, true, false, "m" + m, new Value.Int(m));
      }
    }
    List<Part> parts = ChunkCodec.encode(builder.build());
    assertEquals(2, parts.size());
    assertEquals(1500, decode(parts.getLast().bytes()).rows());
  }

  @Test
  void anInstantIsOnlyCutBeyondAMebibyte() {
    Random random = new Random(29);
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 600; i++) {
      builder.add(5, 1000L * i, true, false, "m" + i, noise(random, i < 50 ? 4000 : 40));
    }
    List<Part> parts = ChunkCodec.encode(builder.build());
    assertEquals(1, parts.size());
    assertTrue(parts.getFirst().bytes().length > ChunkCodec.PART_BYTES_MAX);
    for (int i = 600; i < 900; i++) {
      builder.add(5, 1000L * i, true, false, "m" + i, noise(random, 4000));
    }
    DeviceColumns columns = builder.build();
    parts = ChunkCodec.encode(columns);
    assertTrue(parts.size() > 1);
    assertEquals(Samples.texts(columns), decodeAll(parts));
  }

  /** The largest packet, 256 KiB, of the shortest metrics: {"a":1,...}. */
  @Test
  void aRowOfVeryManyMetricsIsOnePart() {
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int i = 0; i < 40_000; i++) {
      builder.add(5, 5, true, false, Integer.toString(i, 36), new Value.Int(1));
    }
    List<Part> parts = ChunkCodec.encode(builder.build());
    assertEquals(1, parts.size());
    assertEquals(40_000, decode(parts.getFirst().bytes()).samples());
  }

  @Test
  void textsThatInflateBeyondTheLimitAreKeptPlain() {
    Value[] texts = new Value[1100];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = new Value.Json("{\"i\":" + i + ",\"x\":\"" + "y".repeat(4000) + "\"}");
    }
    DeviceColumns columns = Samples.column(texts.length, i -> texts[i]);
    List<Part> parts = ChunkCodec.encode(columns);
    assertEquals(Samples.texts(columns), decodeAll(parts));
    for (Part part : parts) {
      assertTrue(part.bytes().length <= ChunkCodec.PART_BYTES_MAX, "each part may inflate 4 MiB");
    }
  }

  private static Value noise(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (' ' + 1 + random.nextInt(90)));
    }
    return new Value.Text(text.toString());
  }

  private static List<Part> encode(List<Sample> samples) {
    return ChunkCodec.encode(Samples.columns(samples));
  }

  private static List<String> decodeAll(List<Part> parts) {
    List<String> texts = new ArrayList<>();
    for (Part part : parts) {
      texts.addAll(Samples.texts(decode(part.bytes())));
    }
    return texts.stream().sorted().toList();
  }

  private static DeviceColumns decode(byte[] bytes) {
    return assertInstanceOf(Decoded.Columns.class, ChunkCodec.decode(bytes)).columns();
  }

  private static void assertDamaged(ByteSink body) {
    assertInstanceOf(Decoded.Damaged.class, ChunkCodec.decode(envelope(body.toBytes())));
  }

  /** Never an exception; and values only as many as a body may hold, each of which can be read. */
  private static void assertIsAValue(byte[] bytes) {
    if (ChunkCodec.decode(bytes) instanceof Decoded.Columns(DeviceColumns columns)) {
      assertTrue(columns.cells() <= Allowance.CELLS_MAX, "too many cells");
      for (Column column : columns.columns()) {
        assertTrue(column.row(column.count() - 1) < columns.rows());
        Entries.text(column.value(column.count() - 1));
      }
    }
    ChunkCodec.decode(bytes, Set.of("metric/b"));
  }

  private static byte[] envelope(byte[] body) {
    ByteSink sink = Envelope.begin('C', 1, body.length + 8);
    sink.put(body, 0, body.length);
    return Envelope.seal(sink);
  }

  /** Gives the bytes the checksum they should have. */
  static void seal(byte[] bytes) {
    ByteSink sink = new ByteSink(bytes.length);
    sink.put(bytes, 0, bytes.length - 4);
    System.arraycopy(Envelope.seal(sink), 0, bytes, 0, bytes.length);
  }
}
