package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
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
  void anEnterpriseThatTakesItsAnswersSlowlyLeavesRoomForOthers() {
    SampleBudget.Permit first = budget.take("a", 400_000);
    assertThrows(NoRoom.class, () -> budget.take("a", 50_001), "450,000 are half without a tenth");
    SampleBudget.Permit second = budget.take("a", 50_000);
    SampleBudget.Permit begun = budget.take("a", SampleBudget.SMALL_SAMPLES);
    assertThrows(NoRoom.class, () -> begun.grow(1));
    SampleBudget.Permit other = budget.take("b", 400_000);
    other.close();
    first.close();
    begun.grow(390_000);
    begun.close();
    second.close();
    assertEquals(MAX, budget.freeSamples());
  }

  @Test
  void oneThatIsLargerThanItsShareRunsBesideFewOfItsAccount() {
    SampleBudget.Permit other = budget.take("b", 100_000);
    SampleBudget.Permit waits = budget.take("a", 100_000);
    SampleBudget.Permit begun = budget.take("a", 100_000);
    begun.grow(500_000);
    NoRoom lacking = assertThrows(NoRoom.class, () -> waits.grow(500_000));
    assertFalse(lacking.await(1));
    begun.close();
    assertTrue(lacking.await(1));
    waits.grow(500_000);
    waits.close();
    other.close();
    assertEquals(MAX, budget.freeSamples());
  }

  @Test
  void smallAnswersOfOneEnterpriseAreHalfOfAllAndComeBesideItsLargeOnes() {
    SampleBudget.Permit large = budget.take("a", 100_000);
    List<SampleBudget.Permit> small =
        IntStream.range(0, 50).mapToObj(i -> budget.take("a", SampleBudget.SMALL_SAMPLES)).toList();
    assertThrows(NoRoom.class, () -> budget.take("a", 1));
    budget.take("b", 250_000).close();
    small.getFirst().close();
    budget.take("a", SampleBudget.SMALL_SAMPLES).close();
    large.close();
    small.forEach(SampleBudget.Permit::close);
    assertEquals(MAX, budget.freeSamples());
  }
}
