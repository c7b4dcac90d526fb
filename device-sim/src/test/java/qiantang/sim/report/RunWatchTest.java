package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.IdleLoad;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.probe.ProbeFigures;

class RunWatchTest {
  private static final long SECOND = 1_000_000_000;

  private final Workers load = new Workers();
  private final List<Interval> shown = new ArrayList<>();

  /** A worker's start, plan and connections take all cores, and are of no second of the run. */
  @Test
  void whatAWorkerTookIsToldOfWholeIntervalsByItsOwnClock() {
    RunWatch watch = new RunWatch(load, Figures.Latencies.empty(), ProbeFigures::none, 0);
    watch.show(view -> shown.add(view.last()));
    watch.begin("connect", 0, 0);
    tell(watch, 1, ProcessHealth.NONE, ProcessHealth.NONE);
    tell(watch, 2, took(5.0, 3), ProcessHealth.NONE);
    tell(watch, 3, took(5.2, 4), took(6.0, 2));
    // Its words come every 200 ms: these are of 1.4 s, and were heard within one.
    tell(watch, 4, took(5.9, 5.4), took(6.5, 3));
    assertEquals(List.of(0, 0, 0, 2), shown.stream().map(i -> i.workers().size()).toList());
    assertEquals(0.5, shown.getLast().workers().get(0).cores(), 1e-9);
    assertEquals(0.5, shown.getLast().workers().get(1).cores(), 1e-9);
  }

  private void tell(RunWatch watch, int second, ProcessHealth... healths) {
    load.healths = List.of(healths);
    watch.look(second * SECOND);
  }

  private static ProcessHealth took(double cpuSeconds, double seconds) {
    return new ProcessHealth((long) (cpuSeconds * SECOND), 0, 1, (long) (seconds * SECOND));
  }

  /** Processes that do nothing. */
  private static final class Workers extends IdleLoad {
    private List<ProcessHealth> healths = List.of();

    @Override
    public List<ProcessHealth> workers() {
      return healths;
    }
  }
}
