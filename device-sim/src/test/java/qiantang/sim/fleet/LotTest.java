package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LotTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 20, 64, 65, 1_000, 1_023, 1_025})
  void exactlyAsManyAreChosenAsAreToBe(int of) {
    for (int chosen = 0; chosen <= of; chosen = chosen < 20 ? chosen + 1 : chosen + of / 7 + 1) {
      for (int seed = 0; seed < 5; seed++) {
        assertEquals(chosen, chosen(new Lot(seed, chosen, of)).size(), seed + ": " + chosen);
      }
    }
    assertEquals(of, chosen(new Lot(9, of, of)).size());
  }

  @Test
  void theSameSeedChoosesTheSameAndMoreOfThemAreTheseAndOthers() {
    List<Integer> few = chosen(new Lot(7, 50, 1_000));
    assertEquals(few, chosen(new Lot(7, 50, 1_000)));
    assertNotEquals(few, chosen(new Lot(8, 50, 1_000)));
    assertTrue(chosen(new Lot(7, 60, 1_000)).containsAll(few));
  }

  /** Of 20 numbers each is among 2 of them in one of ten turns: 1,000 of 10,000, give or take. */
  @Test
  void everyPublisherHasItsTurn() {
    int[] times = new int[20];
    for (int seed = 0; seed < 10_000; seed++) {
      chosen(new Lot(seed, 2, 20)).forEach(index -> times[index]++);
    }
    for (int index = 0; index < times.length; index++) {
      // Six standard deviations of 30: a permutation that favours some shows.
      assertTrue(Math.abs(times[index] - 1_000) < 180, index + " had " + times[index]);
    }
  }

  private static List<Integer> chosen(Lot lot) {
    return IntStream.range(0, lot.of()).filter(lot::has).boxed().toList();
  }
}
