package qiantang.store.model;

/**
 * How much an enterprise sent and what became of it, cumulative per (start, lane): accepted +
 * refused = received, exact up to the last committed frame. A message of which some readings were
 * refused counts as accepted; the readings are counted apart.
 */
public record Counts(
    long messagesAccepted, long messagesRefused, long readingsAccepted, long readingsRefused) {
  /** Nothing yet. */
  public static final Counts NONE = new Counts(0, 0, 0, 0);

  /** The sum of both. */
  public Counts plus(Counts other) {
    return new Counts(
        messagesAccepted + other.messagesAccepted,
        messagesRefused + other.messagesRefused,
        readingsAccepted + other.readingsAccepted,
        readingsRefused + other.readingsRefused);
  }

  /** The larger of each: cumulative counts read twice or out of order still come out right. */
  public Counts max(Counts other) {
    return new Counts(
        Math.max(messagesAccepted, other.messagesAccepted),
        Math.max(messagesRefused, other.messagesRefused),
        Math.max(readingsAccepted, other.readingsAccepted),
        Math.max(readingsRefused, other.readingsRefused));
  }
}
