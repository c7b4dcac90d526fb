package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdTest {

  @Test
  void timesAreInMillisecondsWhateverTheUnit() {
    assertEquals(1_500, limit("ack.p99 < 1.5s"));
    assertEquals(20, limit("lag.max<=20ms"));
    assertEquals(20, limit(" visible.p999 == 20 "));
    assertEquals(3, limit("late < 3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"late < 5ms", "visible.absent == 0s", "ack.p90 < 1s", "ack.p99 > 1s", "late", ""})
  void otherTextsAreNone(String text) {
    assertNull(Threshold.parse(text));
  }

  private static double limit(String text) {
    return Objects.requireNonNull(Threshold.parse(text)).limit();
  }
}
