package qiantang.query.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class TimesTest {
  @Test
  void bothFormsGiveMicroseconds() {
    micros(0, "0");
    micros(1_500, "1.5");
    micros(-1_500, "-1.5");
    micros(1_772_352_030_123_456L, "1772352030123.456");
    micros(1_772_352_030_123_456L, "2026-03-01T08:00:30.123456Z");
    micros(1_772_352_030_000_000L, "2026-03-01T16:00:30+08:00");
    micros(1_772_352_030_000_000L, "2026-03-01T16:00:30 08:00"); // + that a URL turned to a space
    micros(1_772_352_000_000_000L, "2026-03-01T08:00Z");
  }

  @Test
  void whatIsFinerIsRoundedUp() {
    micros(2, "0.0011");
    micros(-1, "-0.0011");
    micros(1, "1970-01-01T00:00:00.000000001Z");
    micros(0, "1969-12-31T23:59:59.999999001Z");
  }

  @Test
  void otherTextsAreNoTimes() {
    for (String text :
        List.of(
            "",
            " ",
            "now",
            "1e3",
            "0x10",
            "+1",
            "1.",
            "--1",
            "2026-03-01",
            "2026-03-01T08:00:00",
            "2026-02-30T00:00:00Z",
            "+10000-01-01T00:00:00Z",
            "253402300800000",
            "9999999999999999")) {
      assertEquals(OptionalLong.empty(), Times.parseMicros(text), text);
    }
  }

  private static void micros(long micros, String text) {
    assertEquals(OptionalLong.of(micros), Times.parseMicros(text), text);
  }
}
