package qiantang.sim.fleet;

/**
 * Something that happens to some of the connections at one moment.
 *
 * @param lot to whose connections, where they are open
 * @param backoff how they come back; where they are cut, whoever is cut later too
 */
public record Disturbance(Kind kind, Lot lot, Backoff backoff) {

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
    return all(kind, Backoff.PROMPT);
  }

  /** Likewise; they come back as the back-off says. */
  public static Disturbance all(Kind kind, Backoff backoff) {
    return new Disturbance(kind, new Lot(0, Integer.MAX_VALUE, Integer.MAX_VALUE), backoff);
  }
}
