package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SampleBudgetTest {
  private final SampleBudget budget = new SampleBudget(100, Duration.ofMillis(1));

  @Test
  void whatAnAnswerHoldsGrowsAndShrinksAndIsGivenBackOnce() {
    SampleBudget.Permit permit = budget.take(10).orElseThrow();
    assertTrue(permit.grow(50));
    assertEquals(40, budget.freeSamples());
    SampleBudget.Permit other = budget.take(30).orElseThrow();
    assertFalse(permit.grow(11), "10 are left");
    assertEquals(10, budget.freeSamples());
    permit.shrinkTo(20);
    assertEquals(50, budget.freeSamples());
    permit.close();
    permit.close();
    other.close();
    assertEquals(100, budget.freeSamples());
  }

  @Test
  void whatIsLargerThanAllGetsAll() {
    try (SampleBudget.Permit permit = budget.take(30).orElseThrow()) {
      assertTrue(permit.grow(1000));
      assertEquals(0, budget.freeSamples());
      assertTrue(budget.take(1).isEmpty());
    }
    assertEquals(100, budget.freeSamples());
  }
}
