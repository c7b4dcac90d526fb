package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void aCrowdSpreadsOverTheWholeRangeAndTheRangeDoubles() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8));
    for (int failures = 0; failures < 100; failures++) {
      long ceiling = Math.min(8_000, 1_000L << Math.min(failures, 10));
      long[] quarters = new long[4];
      for (int seed = 0; seed < 1_000; seed++) {
        long millis = backoff.draw(seed, failures).toMillis();
        assertTrue(millis >= 1 && millis <= ceiling, millis + " after " + failures);
        quarters[(int) ((millis - 1) * 4 / ceiling)]++;
        assertEquals(backoff.draw(seed, failures), backoff.draw(seed, failures));
      }
      for (long quarter : quarters) {
        assertTrue(quarter > 150, "of 250 expected");
      }
    }
  }
}
