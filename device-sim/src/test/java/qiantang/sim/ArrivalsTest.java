package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final long SECOND = 1_000_000_000L;

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

  @Test
  void itTellsWhoLacksAndHowLongTheyAreWaitedFor() {
    assertFalse(arrivals.over(0));
    assertEquals("", arrivals.text());
    nowNanos += 2 * SECOND;
    assertEquals(
        "0 of 100 connected, nobody more for 2 s; trying for 58 s more, then this run gives up",
        arrivals.text());
    nowNanos += 7 * SECOND;
    assertFalse(arrivals.over(60));
    assertEquals("", arrivals.text(), "more came just now");
    nowNanos += 14 * SECOND;
    assertEquals(
        "60 of 100 connected, nobody more for 10 s; trying for 50 s more, then it begins without"
            + " the others",
        arrivals.text());
    assertTrue(arrivals.over(100));
    assertEquals("", arrivals.text());
  }
}
