package qiantang.sim.fleet;

import qiantang.sim.plan.Mix;

/**
 * Something that happens to a share of the connections at one moment.
 *
 * @param share 0 to 1; which ones follows from the seed and the publishers' numbers, so that it is
 *     the same ones however many loops and workers there are
 * @param backoff how they come back where they are cut, and whoever is cut later
 */
public record Disturbance(Kind kind, double share, long seed, Backoff backoff) {

  /** What happens. */
  public enum Kind {
    /** Cut, as by a failing switch. */
    DROP,
    /**
     * The publishers lose their power: the old connections stay open and dead, which the system can
     * only find out by the keep-alive or by the new ones.
     */
    LEAVE_HALF_OPEN,
    /** They read nothing that they are sent, so that the system cannot get rid of answers. */
    STOP_READING,
    /** They read again. */
    READ_AGAIN
  }

  /** Whether it happens to publisher number {@code index} of the run. */
  boolean concerns(int index) {
    return Mix.unit(seed, index) < share;
  }
}
