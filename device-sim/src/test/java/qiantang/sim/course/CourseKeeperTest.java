package qiantang.sim.course;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.IdleLoad;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;

/** Who sees to the course, in virtual time. */
class CourseKeeperTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Recorder load = new Recorder();

  /** Remembers what was done to it. */
  private static final class Recorder extends IdleLoad {
    final List<Disturbance.Kind> kinds = new ArrayList<>();

    @Override
    public void disturb(Disturbance disturbance) {
      kinds.add(disturbance.kind());
    }
  }

  @Test
  void turnsComeWhenTheyAreDueAndWhatWasMissedAtOnce() {
    CourseKeeper keeper =
        keeper("phases: [{name: c, kind: churn, duration: 1m, share: 2%, every: 10s}]\n");
    assertEquals("", keeper.text());
    keeper.look(99 * SECOND);
    assertEquals(List.of(), load.kinds, "the plan has not begun");
    keeper.begin(100 * SECOND);
    keeper.look(100 * SECOND - 1);
    assertEquals(0, load.kinds.size());
    keeper.look(100 * SECOND);
    keeper.look(110 * SECOND - 1);
    assertEquals(1, load.kinds.size());
    keeper.look(131 * SECOND);
    assertEquals(4, load.kinds.size());
    assertEquals(
        List.of(
            new Disturbances.Repeated("c", Disturbance.Kind.LEAVE, 0.02, 2, 1, 4, 90_000, 121_000)),
        keeper.done().turns());
    assertEquals("0 left, 0 cut, 0 half open, 0 slow", keeper.text());
    keeper.end();
    keeper.look(200 * SECOND);
    assertEquals(4, load.kinds.size(), "the plan has ended");
  }

  @Test
  void atTheEndEverybodyReads() {
    CourseKeeper keeper = keeper("duration: 1m\nfaults: {slowReaders: 2%}\n");
    keeper.begin(0);
    keeper.look(SECOND);
    keeper.end();
    assertEquals(List.of(Disturbance.Kind.STOP_READING, Disturbance.Kind.READ_AGAIN), load.kinds);
  }

  private CourseKeeper keeper(String rest) {
    String text = "version: 1\nfleets: [{name: a, count: 2, model: pump}]\n" + rest;
    return switch (ScenarioReader.read("t", text)) {
      case Outcome.Done<Scenario>(Scenario scenario) ->
          new CourseKeeper(Course.of(scenario), load, new Network(Faults.Net.NONE, 1), 10 * SECOND);
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
