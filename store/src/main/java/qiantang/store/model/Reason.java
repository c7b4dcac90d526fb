package qiantang.store.model;

import org.jspecify.annotations.Nullable;

/** Why something was refused: the closed list that answers, records and metrics share. */
public enum Reason {
  /** The payload is not what its topic's dialect says. */
  MALFORMED("malformed"),
  /** An event time outside [now - retention, now + 5 min]. */
  CLOCK("clock"),
  /** Larger than the maximum packet or value. */
  TOO_LARGE("too-large"),
  /** Credentials that are unknown, revoked or expired; a device that is disabled or unknown. */
  UNAUTHORIZED("unauthorized"),
  /** A topic that belongs to no dialect, or one the client may not use. */
  TOPIC("topic"),
  /** A quota of the connection, device or enterprise. */
  QUOTA("quota"),
  /** A QoS 0 message that came while the byte budgets were full. */
  OVERLOAD("overload"),
  /** The client broke the MQTT protocol. */
  PROTOCOL("protocol"),
  /** Not refused but never come: sequence numbers show that messages are missing. */
  LOST("lost"),
  /** Not refused but read less often: a quota that slows is used up. */
  SLOWED("slowed");

  private final String word;

  Reason(String word) {
    this.word = word;
  }

  /** The word used in JSON, metrics and reason strings. */
  public String word() {
    return word;
  }

  /** The reason of this word, or null. */
  public static @Nullable Reason ofWord(String word) {
    for (Reason reason : values()) {
      if (reason.word.equals(word)) {
        return reason;
      }
    }
    return null;
  }
}
