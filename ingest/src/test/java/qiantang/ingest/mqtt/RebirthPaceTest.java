package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import qiantang.store.model.EnterpriseId;

class RebirthPaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final RebirthPace pace = new RebirthPace(0);

  @Test
  void anEnterpriseHasFiveASecond() {
    assertEquals(5, asked(ACME, 100, 0));
    assertEquals(0, asked(ACME, 100, SECOND / 5 - 1));
    assertEquals(1, asked(ACME, 100, SECOND / 5));
    assertEquals(5, asked(ACME, 100, 60 * SECOND)); // what was not used is not saved up
  }

  @Test
  void oneEnterpriseDoesNotTakeTheTurnOfAnother() {
    assertEquals(5, asked(ACME, 1000, 0));
    assertTrue(pace.tryTake(new EnterpriseId("other"), 0));
  }

  @Test
  void theNodeHasTwoHundredASecond() {
    int asked = 0;
    for (int i = 0; i < 2 * RebirthPace.ENTERPRISES_MAX; i++) {
      asked += asked(new EnterpriseId("e-" + i), 1, 0);
    }
    assertEquals(200, asked);
    assertFalse(pace.tryTake(new EnterpriseId("late"), 0));
    assertTrue(pace.tryTake(new EnterpriseId("late"), SECOND / 200));
  }

  private int asked(EnterpriseId enterprise, int wanted, long nowNanos) {
    int asked = 0;
    for (int i = 0; i < wanted; i++) {
      asked += pace.tryTake(enterprise, nowNanos) ? 1 : 0;
    }
    return asked;
  }
}
