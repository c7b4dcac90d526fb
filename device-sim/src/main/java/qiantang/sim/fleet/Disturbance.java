package qiantang.sim.fleet;

import qiantang.sim.plan.Mix;

/**
 * Something that happens to a share of the connections at one moment.
 *
 * @param share 0 to 1; which ones follows from the seed and the publishers' numbers, so that it is
 *     the same ones however many loops and workers there are
 * @param backoff how they come back; where they are cut, whoever is cut later too
 */
public record Disturbance(Kind kind, double share, long seed, Backoff backoff) {

  /** What happens. */
  public enum Kind {
    /** They say DISCONNECT and are away for a while, as a gateway that is switched off. */
    LEAVE("leave"),
    /** Cut, as by a failing switch. */
    DROP("are cut"),
    /**
     * The publishers lose their power: the old connections stay open and dead, which the system can
     * only find out by the keep-alive or by the new ones.
     */
    LEAVE_HALF_OPEN("are left half open"),
    /** They read nothing that they are sent, so that the system cannot get rid of answers. */
    STOP_READING("stop reading"),
    /** They read again. */
    READ_AGAIN("read again");

    private final String phrase;

    Kind(String phrase) {
      this.phrase = phrase;
    }

    /** What connections do, as a sentence says it. */
    public String phrase() {
      return phrase;
    }
  }

  /** This to every connection. */
  public static Disturbance all(Kind kind) {
    return new Disturbance(kind, 1, 0, Backoff.PROMPT);
  }

  /** Whether it happens to publisher number {@code index} of the run. */
  boolean concerns(int index) {
    return Mix.unit(seed, index) < share;
  }
}
