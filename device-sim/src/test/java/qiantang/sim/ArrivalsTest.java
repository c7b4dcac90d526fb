package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private long nowNanos;
  private final Arrivals arrivals = new Arrivals(100, () -> nowNanos);

  @Test
  void whoeverComesSlowlyIsWaitedFor() {
    for (int there = 1; there < 100; there++) {
      nowNanos += Arrivals.NOBODY_MAX.toNanos();
      assertFalse(arrivals.over(there), "after " + there);
    }
    assertTrue(arrivals.over(100));
  }

  @Test
  void whoGoesAndComesAgainIsNoProgress() {
    assertFalse(arrivals.over(50));
    nowNanos += Arrivals.NOBODY_MAX.toNanos();
    assertFalse(arrivals.over(10));
    nowNanos += 1;
    assertTrue(arrivals.over(50));
  }

  @Test
  void whereNobodyComesTheWaitEnds() {
    nowNanos += Arrivals.NOBODY_MAX.toNanos();
    assertFalse(arrivals.over(0));
    nowNanos += 1;
    assertTrue(arrivals.over(0));
  }
}
