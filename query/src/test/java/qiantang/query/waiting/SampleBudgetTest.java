package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SampleBudgetTest {
  private static final int MAX = 1_000_000;

  private final SampleBudget budget = new SampleBudget(MAX);

  @Test
  void whatAnAnswerHoldsGrowsAndShrinksAndIsGivenBackOnce() {
    SampleBudget.Permit permit = budget.take("a", 100_000);
    permit.grow(500_000);
    assertEquals(400_000, budget.freeSamples());
    SampleBudget.Permit other = budget.take("b", 250_000);
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
    SampleBudget.Permit permit = budget.take("a", 30_000);
    permit.grow(10 * MAX);
    assertEquals(MAX / 10, budget.freeSamples());
    assertThrows(NoRoom.class, () -> budget.take("a", SampleBudget.SMALL_SAMPLES + 1));
    SampleBudget.Permit small = budget.take("a", SampleBudget.SMALL_SAMPLES);
    permit.close();
    small.close();
    assertEquals(MAX, budget.freeSamples());
  }

  @Test
  void largeAnswersOfOneReaderLeaveRoomForThoseOfAnother() {
    SampleBudget.Permit first = budget.take("a", MAX / 4);
    SampleBudget.Permit second = budget.take("a", SampleBudget.SMALL_SAMPLES);
    SampleBudget.Permit third = budget.take("a", MAX / 10);
    assertThrows(NoRoom.class, () -> second.grow(MAX / 4), "450,000 are a half without the tenth");
    budget.take("a", SampleBudget.SMALL_SAMPLES).close();
    SampleBudget.Permit other = budget.take("b", MAX / 4);
    third.close();
    second.grow(MAX / 10);
    other.close();
    second.close();
    first.close();
    assertEquals(MAX, budget.freeSamples());
  }

  @Test
  void oneThatIsLargerThanTheShareOfItsReaderRunsBesideThoseOfOthers() {
    SampleBudget.Permit other = budget.take("b", MAX / 10);
    SampleBudget.Permit small = budget.take("a", SampleBudget.SMALL_SAMPLES);
    SampleBudget.Permit begun = budget.take("a", SampleBudget.SMALL_SAMPLES);
    begun.grow(MAX / 2);
    NoRoom lacking = assertThrows(NoRoom.class, () -> small.grow(MAX / 2));
    assertFalse(lacking.await(1));
    begun.close();
    assertTrue(lacking.await(1));
    small.grow(MAX / 2);
    small.close();
    other.close();
    assertEquals(MAX, budget.freeSamples());
  }
}
