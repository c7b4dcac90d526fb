package qiantang.store.model;

/** What became of a message: the only thing an acknowledgement is made from. */
public sealed interface WriteResult {
  /** Committed at LOCAL_QUORUM: acknowledge with success. */
  record Stored() implements WriteResult {}

  /** Never to be accepted, and its rejection record is committed: answer per protocol. */
  record Refused(Reason reason, String detail) implements WriteResult {}

  /** Neither stored nor refused: no acknowledgement, the device resends. */
  record Unavailable() implements WriteResult {}

  /** The one {@link Stored}. */
  Stored STORED = new Stored();

  /** The one {@link Unavailable}. */
  Unavailable UNAVAILABLE = new Unavailable();
}
