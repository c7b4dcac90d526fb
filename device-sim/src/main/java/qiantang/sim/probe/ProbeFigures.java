package qiantang.sim.probe;

import org.HdrHistogram.Histogram;

/**
 * What probes found.
 *
 * @param latency from the planned time to the arrival of the answer that held the message, in
 *     microseconds; what was not seen counts with the time limit, so that percentiles are not those
 *     of the quick ones alone
 * @param resolution from the last question whose answer did not hold it to that arrival: within
 *     this time it became visible
 */
public record ProbeFigures(Histogram latency, Histogram resolution, ProbeCounts counts) {
  /** An hour and three digits, as all latencies of a run have. */
  static final long MICROS_MAX = 3_600_000_000L;

  static final int DIGITS = 3;

  /** Of a run without probes. */
  public static ProbeFigures none() {
    return new ProbeFigures(histogram(), histogram(), ProbeCounts.NONE);
  }

  static Histogram histogram() {
    return new Histogram(MICROS_MAX, DIGITS);
  }
}
