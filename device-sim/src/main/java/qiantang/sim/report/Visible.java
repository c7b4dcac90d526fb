package qiantang.sim.report;

import java.util.Locale;
import qiantang.sim.probe.ProbeCounts;

/**
 * What probes found in a run.
 *
 * @param latency from the planned time to the arrival of the answer that held the message; what was
 *     not seen counts with the time limit
 * @param resolution within which it became visible before that arrival
 */
public record Visible(Latency latency, Latency resolution, ProbeCounts counts) {

  /** Whether the scenario had any. */
  boolean asked() {
    return counts.chosen() > 0;
  }

  /** Messages that nobody knows the latency of. */
  long unknown() {
    return counts.skipped() + counts.waiting();
  }

  String text() {
    return String.format(
        Locale.ROOT,
        "%s; %d seen, %d absent, %d skipped; resolution p99 %.0f ms",
        latency.text(),
        counts.seen(),
        counts.absent(),
        unknown(),
        resolution.p99());
  }
}
