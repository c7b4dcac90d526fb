package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GapsTest {

  /** Orders from nearly sorted to random, so that ranges open, split, close and become bits. */
  @Test
  void knowsWhatAPlainSetKnows() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int first = random.nextInt(5);
      int limit = first + 1 + random.nextInt(3_000);
      List<Long> order = new ArrayList<>();
      for (long n = first; n < limit; n++) {
        if (random.nextInt(4) > 0) {
          order.add(n);
        }
      }
      if (seed % 2 == 0) {
        Collections.shuffle(order, random);
      }
      Gaps gaps = new Gaps(first);
      TreeSet<Long> missing = new TreeSet<>();
      for (long n = first; n < limit; n++) {
        missing.add(n);
      }
      for (long n : order) {
        assertTrue(gaps.see(n));
        assertFalse(gaps.see(n));
        missing.remove(n);
      }
      List<Long> found = new ArrayList<>();
      gaps.forEachBelow(limit, found::add);
      assertEquals(List.copyOf(missing), found, "seed " + seed);
      for (long n = first; n < limit; n++) {
        assertEquals(missing.contains(n), gaps.isMissing(n), "seed " + seed + " number " + n);
      }
      assertEquals(missing.isEmpty(), gaps.noneBelow(limit));
    }
  }

  @Test
  void aRightAnswerOfAnyLengthTakesTheSameFewWords() {
    Gaps gaps = new Gaps(0);
    int atFirst = gaps.words();
    for (long n = 0; n < 10_000_000; n++) {
      gaps.see(n);
    }
    assertEquals(atFirst, gaps.words());
    assertTrue(gaps.noneBelow(10_000_000));
  }

  /** Every second one missing is the worst there is: a bit for each. */
  @Test
  void theWorstAnswerTakesABitANumber() {
    Gaps gaps = new Gaps(0);
    int numbers = 10_000_000;
    for (long n = 0; n < numbers; n += 2) {
      gaps.see(n);
    }
    // A bit set doubles as it grows.
    assertTrue(gaps.words() <= Gaps.WORDS_AT_REST + 2 * numbers / Long.SIZE, "" + gaps.words());
    assertTrue(gaps.isMissing(numbers - 3));
  }

  @Test
  void numbersBeforeTheFirstGapWereSeen() {
    Gaps gaps = new Gaps(0);
    for (long n = 0; n < 100; n++) {
      gaps.see(n);
    }
    for (long n = 101; n < 101 + 4L * Gaps.RANGES_MAX; n += 2) {
      gaps.see(n);
    }
    assertFalse(gaps.see(50), "after ranges have become bits");
    assertFalse(gaps.isMissing(50));
  }
}
