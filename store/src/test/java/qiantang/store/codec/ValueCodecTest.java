package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.harness.Entries;
import qiantang.store.model.Value;

class ValueCodecTest {
  private static final int RAW_BYTES = 9;

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.0,
        -0.0,
        1,
        -1,
        0.1,
        -0.1,
        42.1,
        1e-8,
        1e-9,
        0.30000000000000004,
        123456789.012345,
        999999999999999.0,
        -999999999999999.0,
        0x1p48,
        0x1p53,
        0x1p53 + 2,
        1e22,
        1e300,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
      })
  void doublesComeBackToTheBit(double value) {
    assertComesBack(new Value.Real(value));
  }

  @Test
  void notANumberKeepsItsPayload() {
    assertComesBack(new Value.Real(Double.longBitsToDouble(0x7ff8_0000_dead_beefL)));
    assertComesBack(new Value.Real(Double.longBitsToDouble(0xfff0_0000_0000_0001L)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 63, 64, -64, -65, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53})
  void integersComeBack(long value) {
    assertComesBack(new Value.Int(value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "温度🌡", "\u0000", "12.50"})
  void textsComeBack(String value) {
    assertComesBack(new Value.Text(value));
    assertComesBack(new Value.Json(value));
  }

  @Test
  void truthsComeBack() {
    assertComesBack(new Value.Bool(true));
    assertComesBack(new Value.Bool(false));
  }

  @Test
  void decimalsOfFifteenDigitsComeBackAndAreNeverLongerThanRaw() {
    Random random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      long digits = random.nextLong(1_000_000_000_000_000L);
      String text = digits + "e-" + random.nextInt(16);
      int bytes = assertComesBack(new Value.Real(Double.parseDouble(text)));
      assertTrue(bytes <= RAW_BYTES, text);
    }
  }

  @Test
  void anyBitsComeBack() {
    Random random = new Random(2);
    for (int i = 0; i < 200_000; i++) {
      assertComesBack(new Value.Real(Double.longBitsToDouble(random.nextLong())));
    }
  }

  @Test
  void recordedTemperaturesComeBackAndMostAreShort() throws IOException {
    Path file =
        Path.of(
            System.getProperty("qiantang.root", ".."),
            "seeds/nab/machine_temperature_system_failure.csv");
    AtomicInteger values = new AtomicInteger();
    AtomicInteger bytes = new AtomicInteger();
    try (Stream<String> lines = Files.lines(file, UTF_8)) {
      lines
          .skip(1)
          .map(line -> Double.parseDouble(line.substring(line.indexOf(',') + 1)))
          .forEach(
              value -> {
                values.incrementAndGet();
                bytes.addAndGet(assertComesBack(new Value.Real(value)));
              });
    }
    assertEquals(22_695, values.get());
    assertTrue(bytes.get() < 7 * values.get(), "8 decimals take 6 bytes: " + bytes);
  }

  @Test
  void whatIsNoValueIsDamaged() {
    for (int type : List.of(13, 14, 15, 18, 255)) {
      assertTrue(isDamaged(new byte[] {(byte) type, 0, 0}), "type " + type);
    }
    assertTrue(isDamaged(new byte[] {}), "nothing");
    assertTrue(isDamaged(new byte[] {16, 5, 'a'}), "a text that ends too early");
  }

  private static int assertComesBack(Value value) {
    ByteSink sink = new ByteSink(0);
    ValueCodec.encode(sink, value);
    ByteSource source = new ByteSource(sink.array(), 0, sink.length());
    assertEquals(Entries.text(value), Entries.text(ValueCodec.decode(source)));
    assertEquals(0, source.remaining());
    return sink.length();
  }

  private static boolean isDamaged(byte[] bytes) {
    try {
      ValueCodec.decode(new ByteSource(bytes, 0, bytes.length));
      return false;
    } catch (ByteSource.Damaged e) {
      return true;
    }
  }
}
