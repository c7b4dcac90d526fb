package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class RealsCodecTest {
  private static final int[] COUNTS = {1, 2, 3, 6, 25, 90, 129, 500};
  private static final double[] EDGES = {
    0.0,
    -0.0,
    1,
    0.1,
    1e-22,
    0x1p53,
    0x1p53 + 2,
    0x1p63,
    -0x1p63,
    1e22,
    1e300,
    Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    Float.MIN_VALUE,
    Float.MAX_VALUE,
    (float) 0.1,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    Double.longBitsToDouble(0x7ff8_0000_dead_beefL),
    Double.longBitsToDouble(0xfff0_0000_0000_0001L), // signalling
    Double.longBitsToDouble(0x7ff8_0000_2000_0000L), // a payload that a float has room for
    0.30000000000000004,
  };

  private final RealsCodec codec = new RealsCodec();
  private final Random random = new Random(3);

  @Test
  void sequencesOfEveryShapeComeBackToTheBit() {
    for (int round = 0; round < 150; round++) {
      for (int count : COUNTS) {
        assertComesBack(values(count, shape(random.nextInt(9))));
      }
    }
  }

  @Test
  void edgesComeBackAmongAllOthers() {
    for (double edge : EDGES) {
      for (double other : EDGES) {
        assertComesBack(values(40, i -> i % 7 == 0 ? edge : other));
        assertComesBack(values(3, i -> i == 1 ? edge : other));
      }
      for (int shape = 0; shape < 6; shape++) {
        IntToDoubleFunction others = shape(shape);
        assertComesBack(values(90, i -> i % 11 == 0 ? edge : others.applyAsDouble(i)));
        assertComesBack(values(90, i -> i > 80 ? edge : others.applyAsDouble(i)));
      }
    }
  }

  @Test
  void decimalsCostTheirDigitsNotTheirBits() {
    // Two bytes hold 327.68 in hundredths.
    assertBytes(1000 * 2 + 50, values(1000, i -> random.nextInt(32_768) / 100.0));
    // 0.004 of noise in millionths: 12 bits.
    assertBytes(1500 + 60, values(1000, i -> (54_711 + random.nextInt(4096)) / 1e6));
    // A register times 0.000001, which is 0.057004999999999996 for 57,005.
    assertBytes(1500 + 60, values(1000, i -> (54_711 + random.nextInt(4096)) * 1e-6));
  }

  @Test
  void aFewOddValuesDoNotSpoilTheOthers() {
    // As in the NAB recording: 74.93588199999998 among values of 8 decimals.
    double[] values = values(1000, i -> random.nextInt(32_768) / 100.0);
    for (int i = 0; i < 1000; i += 50) {
      values[i] = Math.PI * i;
    }
    assertBytes(1000 * 2 + 20 * 11 + 60, values);
  }

  @Test
  void aSensorThatIsAwayCostsNothing() {
    assertBytes(
        400 * 2 + 90,
        values(1000, i -> i >= 300 && i < 900 ? Double.NaN : random.nextInt(32_768) / 100.0));
    assertBytes(40, values(1000, i -> -0.0));
    assertBytes(40, values(1000, i -> Double.NaN));
  }

  /** A register of 32 bits read as a double: 23.450000762939453 is 23.45f. */
  @Test
  void floatsInDisguiseCostAsMuchAsTheirDecimals() {
    assertBytes(1000 * 2 + 50, values(1000, i -> (float) (random.nextInt(32_768) / 100.0)));
    // With NaN where the sensor was away, and without any decimals: 23 bits of mantissa.
    assertBytes(
        1000 * 3 + 250,
        values(1000, i -> i % 100 == 99 ? Double.NaN : 16 + 16 * random.nextFloat()));
  }

  @Test
  void fullPrecisionCostsWhatItsRangeLeavesOpen() {
    assertBytes(1000 * 13 / 2 + 120, values(1000, i -> 64 + 64 * random.nextDouble()));
    assertBytes(1000 * 8 + 150, values(1000, i -> Double.longBitsToDouble(random.nextLong())));
    // Degrees Fahrenheit of one decimal, converted: 17 digits, but only 200 of them.
    assertBytes(1000 + 200 * 7 + 100, values(1000, i -> (random.nextInt(200) / 10.0 - 32) * 5 / 9));
  }

  @Test
  void aColumnWhoseSampleDeceivesIsStillShort() {
    // Every 42nd value, which is what a sample of 24 sees, is whole; the others are not.
    double[] values =
        values(1000, i -> i % 42 == 0 ? 20 : (20_000 + random.nextInt(4096)) / 1000.0);
    assertBytes(1500 + 80, values);
  }

  private IntToDoubleFunction shape(int shape) {
    double power = Math.pow(10, random.nextInt(12));
    long range = 1 + (random.nextLong() >>> (14 + random.nextInt(50)));
    double[] walk = {random.nextGaussian() * 1000};
    return switch (shape) {
      case 0 -> i -> random.nextLong(range) / power;
      case 1 -> i -> Math.round((walk[0] += random.nextGaussian()) * power) / power;
      case 2 -> i -> (float) (random.nextLong(range) / power);
      case 3 -> i -> random.nextFloat() * range;
      case 4 -> i -> walk[0] += random.nextGaussian();
      case 5 -> i -> random.nextInt(4) == 0 ? EDGES[random.nextInt(EDGES.length)] : 17.25;
      case 6 -> i -> Double.longBitsToDouble(random.nextLong());
      case 7 -> i -> random.nextInt(20) * 0.0061035;
      default -> i -> range * power;
    };
  }

  private static double[] values(int count, IntToDoubleFunction value) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return values;
  }

  private void assertBytes(int bytesMax, double[] values) {
    int bytes = assertComesBack(values);
    assertTrue(bytes <= bytesMax, bytes + " bytes, not " + bytesMax);
  }

  private int assertComesBack(double[] values) {
    ByteSink sink = new ByteSink(0);
    codec.encode(sink, values, values.length);
    byte[] bytes = sink.toBytes();
    ByteSource source = new ByteSource(bytes, 0, bytes.length);
    double[] back = new double[values.length];
    codec.decode(source, back, back.length);
    for (int i = 0; i < back.length; i++) {
      assertEquals(
          Long.toHexString(Double.doubleToRawLongBits(values[i])),
          Long.toHexString(Double.doubleToRawLongBits(back[i])),
          "value " + i + " of " + back.length);
    }
    assertEquals(0, source.remaining());
    return bytes.length;
  }
}
