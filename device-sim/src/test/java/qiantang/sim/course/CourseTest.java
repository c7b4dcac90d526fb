package qiantang.sim.course;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Lot;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;

class CourseTest {
  private static final String FLEET = "fleets: [{name: a, count: 2, model: pump}]\n";

  @Test
  void aPhaseComesBackAsOftenAsItSays() {
    List<Turn> turns =
        turns(
            1,
            """
            phases:
              - {name: quiet, duration: 10s}
              - {name: people, kind: churn, duration: 7s, share: 2%, every: 3s}
              - {name: cut, kind: storm, duration: 4s}
              - {name: again, kind: storm, duration: 4s, share: 50%, every: 2s}
            """);
    assertEquals(
        List.of("people 10", "people 13", "people 16", "cut 17", "again 21", "again 23"),
        turns.stream().map(turn -> turn.name() + " " + seconds(turn.atNanos())).toList());
    assertEquals(Disturbance.Kind.LEAVE, turns.getFirst().disturbance().kind());
    assertEquals(0.02, turns.getFirst().share());
    assertEquals(Disturbance.Kind.DROP, turns.getLast().disturbance().kind());
    assertEquals(new Lot(turns.get(3).disturbance().lot().seed(), 2, 2), lot(turns.get(3)));
  }

  @Test
  void aScenarioThatAsksForNothingHasAnEmptyCourse() {
    assertEquals(List.of(), turns(1, "duration: 1h\n"));
  }

  @Test
  void everyTurnMeetsOthersAndTheSameSeedTheSame() {
    String churn = "phases: [{name: c, kind: churn, duration: 1h, share: 2%, every: 10s}]\n";
    List<Turn> turns = turns(7, churn);
    Set<Long> seeds = new HashSet<>();
    turns.forEach(turn -> seeds.add(turn.disturbance().lot().seed()));
    assertEquals(360, seeds.size());
    assertEquals(turns, turns(7, churn));
    assertNotEquals(turns, turns(8, churn));
  }

  @Test
  void whoStopsReadingReadsAgainBeforeTheEnd() {
    for (int seconds : List.of(1, 7, 12, 60, 600)) {
      Set<Long> deaf = new HashSet<>();
      for (Turn turn : turns(3, "duration: " + seconds + "s\nfaults: {slowReaders: 5%}\n")) {
        assertTrue(turn.atNanos() < Duration.ofSeconds(seconds).toNanos());
        switch (turn.disturbance().kind()) {
          case STOP_READING -> assertTrue(deaf.add(lot(turn).seed()));
          case READ_AGAIN -> assertTrue(deaf.remove(lot(turn).seed()));
          case LEAVE, DROP, LEAVE_HALF_OPEN -> fail(turn.toString());
        }
      }
      assertEquals(Set.of(), deaf, seconds + " s");
    }
  }

  @Test
  void halfOpenComesAllAlongAndOfAWeekNothingIsKept() {
    Course course = course(1, "phases: [{name: w, duration: 7d}]\nfaults: {halfOpen: 1%}\n");
    assertEquals(7 * 86_400 / 30, course.size());
    long before = -1;
    long count = 0;
    for (var turns = course.turns(); turns.hasNext(); count++) {
      Turn turn = turns.next();
      assertTrue(turn.atNanos() > before);
      before = turn.atNanos();
    }
    assertEquals(course.size(), count);
    assertFalse(turns(1, "duration: 1s\nfaults: {halfOpen: 1%}\n").isEmpty());
  }

  @Test
  void faultsAndPhasesAreInOneOrderOfTime() {
    List<Turn> turns =
        turns(
            1,
            """
            phases: [{name: c, kind: churn, duration: 2m, share: 2%, every: 7s}]
            faults: {halfOpen: 1%, slowReaders: 1%}
            """);
    for (int i = 1; i < turns.size(); i++) {
      assertTrue(turns.get(i - 1).atNanos() <= turns.get(i).atNanos());
    }
    assertEquals(18 + 3 * 4, turns.size());
  }

  /** What a person expects of "10 % of 20, four times", and a share below one of them. */
  @ParameterizedTest
  @CsvSource({
    "20, 10, 4, 2 2 2 2",
    "25, 10, 4, 3 2 3 2",
    "20, 1, 11, 1 0 0 0 0 1 0 0 0 0 1",
    "3, 100, 3, 3 3 3",
    "1000000, 0.0001, 3, 1 1 1"
  })
  void aShareIsExactOverAllTurns(int of, String percent, int times, String chosen) {
    String rest =
        "phases: [{name: c, kind: churn, duration: %ds, share: %s%%, every: 1s}]\n"
            .formatted(times, percent);
    String text = "version: 1\nfleets: [{name: a, count: %d, model: pump}]\n%s".formatted(of, rest);
    List<String> each = new ArrayList<>();
    read(text).turns().forEachRemaining(turn -> each.add("" + lot(turn).chosen()));
    assertEquals(chosen, String.join(" ", each));
  }

  /** With the same seed and number, so that those who stopped are those who read again. */
  @Test
  void whoReadsAgainIsWhoStopped() {
    List<Lot> stopped = new ArrayList<>();
    List<Lot> again = new ArrayList<>();
    for (Turn turn : turns(3, "duration: 10m\nfaults: {slowReaders: 30%}\n")) {
      boolean stops = turn.disturbance().kind() == Disturbance.Kind.STOP_READING;
      (stops ? stopped : again).add(lot(turn));
    }
    assertEquals(20, stopped.size());
    assertEquals(stopped, again);
  }

  @Test
  void deadConnectionsAreOneForEachPublisherAtMost() {
    String faults = "faults: {halfOpen: 10%}\n";
    String text = "version: 1\nfleets: [{name: a, count: 50, model: pump}]\n" + faults;
    assertEquals(20, Course.halfOpenMax(scenario(text + "duration: 1m\n")));
    assertEquals(50, Course.halfOpenMax(scenario(text + "duration: 10m\n")));
    assertEquals(0, Course.halfOpenMax(scenario(text.replace(faults, "") + "duration: 10m\n")));
  }

  private static Lot lot(Turn turn) {
    return turn.disturbance().lot();
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }

  private static List<Turn> turns(long seed, String rest) {
    List<Turn> turns = new ArrayList<>();
    course(seed, rest).turns().forEachRemaining(turns::add);
    return turns;
  }

  private static Course course(long seed, String rest) {
    return read("version: 1\nseed: " + seed + "\n" + FLEET + rest);
  }

  private static Course read(String text) {
    return Course.of(scenario(text));
  }

  private static Scenario scenario(String text) {
    return switch (ScenarioReader.read("t", text)) {
      case Outcome.Done<Scenario>(Scenario scenario) -> scenario;
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
