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

  @Test
  void valuesAreToldWithTheirUnit() {
    assertEquals("5.3 ms", threshold("ack.p99 < 5ms").told(5.300));
    assertEquals("1200 ms", threshold("lag.max < 1s").told(1_200));
    assertEquals("7", threshold("late == 0").told(7));
    assertEquals("unknown, for nobody measured it", threshold("ack.max < 1s").told(Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"late < 5ms", "visible.absent == 0s", "ack.p90 < 1s", "ack.p99 > 1s", "late", ""})
  void otherTextsAreNone(String text) {
    assertNull(Threshold.parse(text));
  }

  private static double limit(String text) {
    return threshold(text).limit();
  }

  private static Threshold threshold(String text) {
    return Objects.requireNonNull(Threshold.parse(text));
  }
}
