package qiantang.sim.netem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImpairmentTest {
  private static final Duration WITHIN = Duration.ofSeconds(10);

  @Test
  void fatesFollowFromSeedAndNumberInTheirShares() {
    int blackholes = 0;
    int halfOpen = 0;
    int resets = 0;
    List<Fate> fates = new ArrayList<>();
    for (long connection = 0; connection < 20_000; connection++) {
      Fate fate = impairment(1).fate(connection);
      assertEquals(fate, impairment(1).fate(connection));
      fates.add(fate);
      switch (fate) {
        case Fate.Unharmed _ -> {}
        case Fate.Blackhole _ -> blackholes++;
        case Fate.HalfOpen(Duration after) -> {
          halfOpen++;
          assertTrue(after.compareTo(WITHIN) < 0 && !after.isNegative());
        }
        case Fate.Reset(Duration after) -> {
          resets++;
          assertTrue(after.compareTo(WITHIN) < 0 && !after.isNegative());
        }
      }
    }
    assertEquals(2_000, blackholes, 200);
    assertEquals(4_000, halfOpen, 300);
    assertEquals(6_000, resets, 300);
    assertNotEquals(fates.subList(0, 50), others(50));
  }

  @Test
  void delaysLieBetweenLatencyAndLatencyWithJitter() {
    long sum = 0;
    for (long piece = 0; piece < 1_000; piece++) {
      long delay = impairment(1).delayNanos(3, true, piece);
      assertTrue(delay >= 80_000_000 && delay < 100_000_000, "" + delay);
      assertEquals(delay, impairment(1).delayNanos(3, true, piece));
      sum += delay;
    }
    assertEquals(90_000_000, sum / 1_000.0, 1_000_000);
    assertNotEquals(impairment(1).delayNanos(3, true, 0), impairment(1).delayNanos(3, false, 0));
  }

  @Test
  void sharesOfMoreThanAllAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Impairment(1, WITHIN, WITHIN, 0, 0.5, 0.5, 0.1, WITHIN, 0));
  }

  private static List<Fate> others(int count) {
    List<Fate> fates = new ArrayList<>();
    for (long connection = 0; connection < count; connection++) {
      fates.add(impairment(2).fate(connection));
    }
    return fates;
  }

  private static Impairment impairment(long seed) {
    return new Impairment(
        seed, Duration.ofMillis(80), Duration.ofMillis(20), 0, 0.1, 0.2, 0.3, WITHIN, 0);
  }
}
