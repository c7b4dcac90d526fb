package qiantang.store.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds nothing in the store, and every bug that is planted into it. */
class SimulationTest {
  private static final long SEEDS = 3000;

  // Most are found by the first 50; a change of what is drawn moves each by some factor.
  private static final long SEEDS_MUTANT_MAX = 2000;
  private static final int LINES = 60;

  @Test
  void nothingIsFoundInTheStore() {
    OptionalLong found =
        LongStream.rangeClosed(1, SEEDS)
            .parallel()
            .filter(seed -> Simulation.violation(seed) != null)
            .findAny();
    if (found.isPresent()) {
      Outcome outcome = Simulation.run(found.getAsLong(), LINES);
      fail(
          "seed %d: %s%n%s"
              .formatted(
                  found.getAsLong(), outcome.violation(), String.join("\n", outcome.lines())));
    }
  }

  @Test
  void aSeedRepeatsExactly() {
    for (long seed = 1; seed <= 20; seed++) {
      Outcome first = Simulation.run(seed);
      Outcome second = Simulation.run(seed, LINES);
      assertEquals(first.hash(), second.hash(), "seed " + seed);
      assertEquals(first.events(), second.events(), "seed " + seed);
      assertNotEquals(first.hash(), Simulation.run(seed + 1).hash());
    }
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aPlantedBugIsFound(Mutant mutant, TestReporter reporter) throws Exception {
    Path sources = Path.of(System.getProperty("qiantang.root", ".."), "store/src/main/java");
    Method violation = mutant.simulation(sources).getMethod("violation", long.class);
    Object found = null;
    long seed = 0;
    while (found == null && seed < SEEDS_MUTANT_MAX) {
      found = violation.invoke(null, ++seed);
    }
    assertNotNull(found, "not found by " + seed + " seeds");
    reporter.publishEntry(mutant.name(), "seed " + seed + ": " + found);
  }

  static List<Mutant> mutants() {
    return Mutants.ALL;
  }
}
