package qiantang.sim.plan;

/** How far a publisher can have come by a time of its plan. */
public final class DueMessages {
  private DueMessages() {}

  /**
   * How many messages are planned before a time; planned times only grow.
   *
   * @param nanos of the plan's time
   */
  public static long before(PublisherPlan publisher, long nanos) {
    long low = 0;
    long high = publisher.messages();
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (publisher.plannedNanos(middle) < nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
