package qiantang.sim.fleet;

import java.time.Duration;

/**
 * What an open-loop generator must report of a server that stands still once: a check of the
 * generator, not of the server. Messages are planned evenly; those planned during the pause wait
 * for its end, and those after it for the queue, which shrinks by what the server has to spare. So
 * latencies fall in a straight line from the pause to nothing over {@code pause / (1 -
 * utilisation)}. A generator that waits for answers before it sends on (coordinated omission: Tene,
 * How NOT to Measure Latency, 2013) has one slow message instead.
 *
 * @param run over which messages are planned; the queue of the pause is gone before its end
 * @param pause how long the server stands still
 * @param utilisation the rate planned as a share of what the server can do, 0 to below 1
 * @param usual latency without the pause
 */
public record PausePrediction(Duration run, Duration pause, double utilisation, Duration usual) {

  /** The latency that this share of all messages does not exceed, such as 0.99. */
  public Duration latencyAt(double share) {
    double above = (1 - share) * run.toNanos() * (1 - utilisation);
    long waiting = Math.max(0, pause.toNanos() - Math.round(above));
    return usual.plusNanos(waiting);
  }
}
