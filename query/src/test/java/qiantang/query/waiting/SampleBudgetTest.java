package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class SampleBudgetTest {
  private static final int MAX = 1_000_000;

  private final SampleBudget budget = new SampleBudget(MAX);

  @Test
  void whatAnAnswerHoldsGrowsAndShrinksAndIsGivenBackOnce() {
    SampleBudget.Permit permit = budget.take(100_000);
    permit.grow(500_000);
    assertEquals(400_000, budget.freeSamples());
    SampleBudget.Permit other = budget.take(250_000);
    assertThrows(NoRoom.class, () -> permit.grow(50_001));
    assertEquals(150_000, budget.freeSamples());
    permit.shrinkTo(20_000);
    permit.shrinkTo(30_000);
    assertEquals(730_000, budget.freeSamples());
    permit.close();
    permit.close();
    other.close();
    assertEquals(MAX, budget.freeSamples());
  }

  @Test
  void whatIsLargerThanAllGetsAllButWhatIsKeptForSmallOnes() {
    SampleBudget.Permit permit = budget.take(30_000);
    permit.grow(10 * MAX);
    assertEquals(MAX / 10, budget.freeSamples());
    assertThrows(NoRoom.class, () -> budget.take(SampleBudget.SMALL_SAMPLES + 1));
    SampleBudget.Permit small = budget.take(SampleBudget.SMALL_SAMPLES);
    permit.close();
    small.close();
    assertEquals(MAX, budget.freeSamples());
  }
}
