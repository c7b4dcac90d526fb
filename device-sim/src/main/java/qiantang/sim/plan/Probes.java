package qiantang.sim.plan;

/**
 * Which latencies are taken, both from the planned time. That to the acknowledgement is always.
 *
 * @param visible share of the messages that the query API is asked for until it answers with them,
 *     0 to 1
 */
public record Probes(double visible) {
  public static final Probes NONE = new Probes(0);
}
