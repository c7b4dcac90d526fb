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
import qiantang.sim.fleet.Disturbance;
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
    assertEquals(0.02, turns.getFirst().disturbance().share());
    assertEquals(Disturbance.Kind.DROP, turns.getLast().disturbance().kind());
    assertEquals(1, turns.get(3).disturbance().share());
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
    turns.forEach(turn -> seeds.add(turn.disturbance().seed()));
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
          case STOP_READING -> assertTrue(deaf.add(turn.disturbance().seed()));
          case READ_AGAIN -> assertTrue(deaf.remove(turn.disturbance().seed()));
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

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }

  private static List<Turn> turns(long seed, String rest) {
    List<Turn> turns = new ArrayList<>();
    course(seed, rest).turns().forEachRemaining(turns::add);
    return turns;
  }

  private static Course course(long seed, String rest) {
    String text = "version: 1\nseed: " + seed + "\n" + FLEET + rest;
    return switch (ScenarioReader.read("t", text)) {
      case Outcome.Done<Scenario>(Scenario scenario) -> Course.of(scenario);
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
