package qiantang.query.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EpochMillisTest {
  @Test
  void isTheExactQuotientWithoutTrailingZeros() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      long micros = random.nextLong() >> (random.nextInt(60) + 3);
      String expected = BigDecimal.valueOf(micros, 3).stripTrailingZeros().toPlainString();
      assertEquals(expected, EpochMillis.format(micros));
    }
    assertEquals("0", EpochMillis.format(0));
    assertEquals("-0.5", EpochMillis.format(-500));
    assertEquals("1772352030123.456", EpochMillis.format(1_772_352_030_123_456L));
  }
}
