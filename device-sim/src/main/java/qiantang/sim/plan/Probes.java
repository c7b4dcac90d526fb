package qiantang.sim.plan;

/**
 * Which latencies are taken, both from the planned time. That to the acknowledgement is always.
 *
 * @param visible share of the messages that the query API is asked for until it answers with them,
 *     0 to 1
 */
public record Probes(double visible) {
  public static final Probes NONE = new Probes(0);

  /** Different draws from one seed. */
  private static final long OF_CHOICE = 0x9B0B_0000_0000_0005L;

  private static final long OF_DEVICE = 0xDE5C_0000_0000_0006L;

  /**
   * Whether message n is asked for. A copy is not: what shows it may be its original; nor is a
   * broken one, which nobody is to see.
   */
  public boolean chooses(PublisherPlan publisher, long n) {
    return Mix.unit(publisher.seed() ^ OF_CHOICE, n) < visible
        && publisher.original(n) == n
        && publisher.broken(n) == null;
  }

  /** Which device's reading in message n is asked for, for all of them come and go together. */
  public int device(PublisherPlan publisher, long n) {
    if (publisher.fleet().turns() > 1) {
      return publisher.turn(n);
    }
    return Math.toIntExact(
        Math.floorMod(Mix.bits(publisher.seed() ^ OF_DEVICE, n), publisher.devices().size()));
  }
}
