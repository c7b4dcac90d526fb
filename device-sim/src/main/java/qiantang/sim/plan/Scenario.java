package qiantang.sim.plan;

import java.time.Duration;
import java.util.List;

/**
 * One scenario file.
 *
 * @param duration how long messages are planned for, the sum of the phases; sending may take longer
 *     when the system is slow
 * @param connectPerSecond how many connections are opened a second before the run
 * @param ackGrace how long after the last planned message acknowledgements are waited for
 * @param thresholds what must hold at the end besides the audit
 * @param phases one after the other; at least one
 */
public record Scenario(
    long seed,
    Duration duration,
    int connectPerSecond,
    Duration ackGrace,
    List<FleetSpec> fleets,
    List<Threshold> thresholds,
    List<Phase> phases,
    Disorder disorder,
    Faults faults,
    Probes probes) {

  /** A scenario of one phase at full load in which nothing goes wrong. */
  public Scenario(
      long seed,
      Duration duration,
      int connectPerSecond,
      Duration ackGrace,
      List<FleetSpec> fleets,
      List<Threshold> thresholds) {
    this(
        seed,
        duration,
        connectPerSecond,
        ackGrace,
        fleets,
        thresholds,
        List.of(Phase.steady(duration)),
        Disorder.NONE,
        Faults.NONE,
        Probes.NONE);
  }
}
