package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class LongsCodecTest {
  private static final int[] COUNTS = {1, 2, 3, 5, 16, 17, 90, 128, 129, 130, 257, 1000};
  private static final long[] EDGES = {
    0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, 1L << 53, -(1L << 62), 1L << 56
  };

  // One for many sequences, as the columns use it: what one leaves behind must not show in the
  // next.
  private final LongsCodec codec = new LongsCodec();
  private final Random random = new Random(7);

  @Test
  void sequencesOfEveryShapeComeBack() {
    for (int round = 0; round < 200; round++) {
      for (int count : COUNTS) {
        assertComesBack(values(count, shape(random.nextInt(12))));
      }
    }
  }

  @Test
  void edgesComeBackWhereverTheyStand() {
    for (long edge : EDGES) {
      for (long other : EDGES) {
        for (int at = 0; at < 131; at += 13) {
          long[] values = values(131, i -> other + i % 3);
          values[at] = edge;
          assertComesBack(values);
        }
        assertComesBack(values(131, i -> i % 2 == 0 ? edge : other));
        assertComesBack(new long[] {edge, other});
        assertComesBack(new long[] {edge, other, edge});
      }
    }
  }

  @Test
  void regularSequencesCostTheirFirstTwoValues() {
    assertBytes(3, values(60_000, i -> 500));
    assertBytes(13, values(60_000, i -> 1_768_464_000_000_000L + 1000L * i));
    assertBytes(13, values(6, i -> 1_768_464_000_000_000L + 10_000_000L * i));
  }

  /** A timer's times keep to a grid: 12 bits of jitter in ms, not 13 as by deltas. */
  @Test
  void jitterThatDoesNotAddUpCostsItsRangeOnly() {
    long[] times =
        values(1280, i -> 1_768_464_000_000_000L + i * 10_000_300L + 1000L * random.nextInt(4000));
    assertBytes(1280 * 12 / 8 + 10 * 16 + 16, times(times, 1000));
    assertBytes(1280 * 22 / 8 + 10 * 16 + 16, times);
  }

  private static long[] times(long[] times, long unit) {
    long[] rounded = times.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] -= rounded[i] % unit;
    }
    return rounded;
  }

  /** Whole seconds that are one or two apart take a bit each, however large the unit. */
  @Test
  void whatAllDifferencesHaveInCommonIsFree() {
    long[] times = new long[1280];
    times[0] = 1_768_464_000_000_000L;
    for (int i = 1; i < times.length; i++) {
      times[i] = times[i - 1] + 1_000_000L * (1 + random.nextInt(2));
    }
    assertBytes(1280 / 8 + 10 * 2 + 16, times);
  }

  @Test
  void aStepOrAGapCostsAFewBytesNotAWiderRun() {
    // A set point that is changed three times in 1280 values.
    assertBytes(60, values(1280, i -> i < 200 ? 1500 : i < 700 ? 90_000 : i < 701 ? -4 : 1200));
    // A regular sensor that was away for an hour.
    assertBytes(
        70,
        values(
            1280, i -> 1_768_464_000_000_000L + i * 1_000_000L + (i > 900 ? 3_600_123_456L : 0)));
    // Noise of four bits with a spike every hundred values.
    assertBytes(
        1280 * 5 / 8 + 170,
        values(1280, i -> i % 100 == 50 ? 1_000_000 : 700 + random.nextInt(16)));
  }

  @Test
  void aBooleanThatSeldomTogglesCostsItsToggles() {
    assertBytes(70, values(1280, i -> i / 300 % 2));
    assertBytes(1280 / 8 + 40, values(1280, i -> random.nextInt(2)));
  }

  @Test
  void fewLevelsCostTheirCodes() {
    long[] levels = new long[8];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = random.nextLong();
    }
    assertBytes(1280 * 3 / 8 + 8 * 10 + 50, values(1280, i -> levels[random.nextInt(8)]));
  }

  @Test
  void noSequenceTakesMuchMoreThanEightBytesAValue() {
    for (int count : COUNTS) {
      long[] values = values(count, i -> random.nextLong());
      int bytes = assertComesBack(values);
      assertTrue(bytes <= 11 * count + 16, count + " values in " + bytes + " bytes");
    }
    assertBytes(1280 * 8 + 10 * 11 + 12, values(1280, i -> random.nextLong()));
  }

  @Test
  void aDictionaryOfDictionariesIsDamaged() {
    byte[] nested = new byte[4000];
    for (int i = 0; i < nested.length; i++) {
      nested[i] = (byte) (i % 2 == 0 ? 4 : 1);
    }
    ByteSource source = new ByteSource(nested, 0, nested.length);
    assertTrue(isDamaged(source, 5));
  }

  private IntToLongFunction shape(int shape) {
    long base = random.nextLong() >> random.nextInt(64);
    long step = random.nextLong() >> random.nextInt(64);
    int bits = 1 + random.nextInt(40);
    long[] walk = {base};
    return switch (shape) {
      case 0 -> i -> base;
      case 1 -> i -> base + i * step;
      case 2 -> i -> base + (random.nextLong() >>> (64 - bits));
      case 3 -> i -> walk[0] += (random.nextLong() >>> (64 - bits)) - (1L << (bits - 1));
      case 4 -> i -> base + i * step + random.nextInt(1000);
      case 5 -> i -> base + (long) i * i * (step >> 20);
      case 6 -> i -> random.nextInt(30) == 0 ? random.nextLong() : base;
      case 7 -> i -> base + 1000 * (random.nextLong() >>> (64 - bits));
      case 8 -> i -> random.nextInt(5) == 0 ? ++walk[0] : walk[0];
      case 9 -> i -> step * random.nextInt(7);
      case 10 -> i -> random.nextLong();
      default -> i -> EDGES[random.nextInt(EDGES.length)];
    };
  }

  private static long[] values(int count, IntToLongFunction value) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = value.applyAsLong(i);
    }
    return values;
  }

  private void assertBytes(int bytesMax, long[] values) {
    int bytes = assertComesBack(values);
    assertTrue(bytes <= bytesMax, bytes + " bytes, not " + bytesMax);
  }

  private int assertComesBack(long[] values) {
    ByteSink sink = new ByteSink(0);
    sink.put(1);
    codec.encode(sink, values, values.length);
    byte[] bytes = sink.toBytes();
    long[] back = new long[values.length];
    ByteSource source = new ByteSource(bytes, 1, bytes.length);
    LongsCodec.decode(source, back, back.length);
    assertArrayEquals(values, back);
    assertEquals(0, source.remaining());
    return bytes.length - 1;
  }

  private static boolean isDamaged(ByteSource source, int count) {
    try {
      LongsCodec.decode(source, new long[count], count);
      return false;
    } catch (ByteSource.Damaged e) {
      return true;
    }
  }
}
