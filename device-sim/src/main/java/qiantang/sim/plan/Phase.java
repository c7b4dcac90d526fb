package qiantang.sim.plan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A stretch of a run.
 *
 * @param loadPercent of what the fleets' periods say; of a ramp, what it ends with
 * @param share of the time (burst) or of the connections (churn, storm) it is about, 0 to 1
 * @param every how often that happens; the duration if once
 */
public record Phase(
    String name, Kind kind, Duration duration, int loadPercent, double share, Duration every) {

  /** What a phase does. */
  public enum Kind {
    /** One load. */
    HOLD,
    /** From the load of the phase before, at first 0 %, in a straight line to its own. */
    RAMP,
    /** Of each {@code every} the first {@code share} has the load, the rest 100 %. */
    BURST,
    /** Each {@code every} that {@code share} of the connections leave and come back. */
    CHURN,
    /** Each {@code every} that {@code share} of the connections are cut at the same moment. */
    STORM,
    /** A hold that is there for what only hours show: leaks, files, folds that fall behind. */
    SOAK;

    /** The name in scenario files. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a phase is called that the scenario does not name. */
  private static final String STEADY = "send";

  /** The one phase of a scenario that has none: the full load all the time. */
  static Phase steady(Duration duration) {
    return new Phase(STEADY, Kind.HOLD, duration, 100, 1, duration);
  }

  /** The highest load of phases one after the other, in percent. */
  public static int loadPercentMax(List<Phase> phases) {
    int max = 0;
    int before = 0;
    for (Phase phase : phases) {
      max = Math.max(max, phase.loadPercentMax(before));
      before = phase.loadPercentAtEnd();
    }
    return max;
  }

  /** The highest load in it, where the phase before ended with so much. */
  int loadPercentMax(int before) {
    return switch (kind) {
      case RAMP -> Math.max(before, loadPercent);
      case BURST -> share < 1 ? Math.max(100, loadPercent) : loadPercent;
      case HOLD, CHURN, STORM, SOAK -> loadPercent;
    };
  }

  /** The load at its end, from which a ramp goes on. */
  int loadPercentAtEnd() {
    return kind == Kind.BURST && share < 1 ? 100 : loadPercent;
  }
}
