package qiantang.sim.plan;

import java.time.Duration;
import java.util.List;

/**
 * One scenario file.
 *
 * @param duration how long messages are planned for; sending may take longer when the system is
 *     slow
 * @param connectPerSecond how many connections are opened a second before the run
 * @param ackGrace how long after the last planned message acknowledgements are waited for
 * @param thresholds what must hold at the end besides the audit
 */
public record Scenario(
    long seed,
    Duration duration,
    int connectPerSecond,
    Duration ackGrace,
    List<FleetSpec> fleets,
    List<Threshold> thresholds) {}
