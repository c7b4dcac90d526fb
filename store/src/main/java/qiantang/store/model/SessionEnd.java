package qiantang.store.model;

import org.jspecify.annotations.Nullable;

/**
 * Why a session ended: one word in presence and death records, and the reason code that an MQTT 5
 * client is told in a DISCONNECT. Words are stored, so none is ever given another meaning.
 */
public enum SessionEnd {
  /** The client said goodbye. */
  DISCONNECT("disconnect", SessionEnd.NOTHING_TO_SAY),
  /** The client said goodbye and asked for its will to be published. */
  DISCONNECT_WITH_WILL("disconnect-with-will", SessionEnd.NOTHING_TO_SAY),
  /** The connection broke, or the client closed it without a word. */
  CONNECTION_LOST("connection-lost", SessionEnd.NOTHING_TO_SAY),
  /** Nothing came for one and a half times the keep-alive. */
  KEEP_ALIVE("keep-alive", 0x8D),
  /** Another connection came with the same client id. */
  TAKEN_OVER("taken-over", 0x8E),
  /** What the client sent is no MQTT packet. */
  MALFORMED("malformed", 0x81),
  /** A packet that is not allowed where it came; before 2026-12 all of these kinds. */
  PROTOCOL_ERROR("protocol-error", 0x82),
  /** A packet larger than the announced maximum. */
  PACKET_TOO_LARGE("packet-too-large", 0x95),
  /** More messages under way than the announced Receive Maximum. */
  RECEIVE_MAXIMUM("receive-maximum", 0x93),
  /** A topic alias outside of the announced maximum, or one that stands for nothing. */
  TOPIC_ALIAS("topic-alias", 0x94),
  /** Something that the CONNACK said is not offered. */
  NOT_OFFERED("not-offered", 0x83),
  /** The client did not take what was written to it. */
  NOT_READING("not-reading", 0x97),
  /** A quota that ends sessions is used up. */
  QUOTA("quota", 0x97),
  /** The credential was revoked or rotated away. */
  CREDENTIAL_REVOKED("credential-revoked", 0x87),
  /** The credential or the client's certificate has expired. */
  CREDENTIAL_EXPIRED("credential-expired", 0x87),
  /** The authority that issued the client's certificate has revoked it. */
  CERTIFICATE_REVOKED("certificate-revoked", 0x87),
  /** The device or its enterprise was disabled. */
  DEVICE_DISABLED("device-disabled", 0x87),
  /** Access changed and the store is away: log in again. */
  ACCESS_UNKNOWN("access-unknown", 0x87),
  /** The node drains: come again, elsewhere if told so. */
  SHUTDOWN("shutdown", 0x8B),
  /** The node was declared dead by another one and begins anew. */
  SEALED("sealed", 0x8B),
  /** The node has a bug, which ended this session alone. */
  BUG("bug", 0x80);

  private static final int NOTHING_TO_SAY = -1;

  private final String word;
  private final int code;

  SessionEnd(String word, int code) {
    this.word = word;
    this.code = code;
  }

  /** The word in records and metrics. */
  public String word() {
    return word;
  }

  /** The reason code of MQTT 5; -1 where nobody is there to be told. */
  public int code() {
    return code;
  }

  /** The kind of this word, or null: words of later programs are read as text. */
  public static @Nullable SessionEnd ofWord(String word) {
    for (SessionEnd end : values()) {
      if (end.word.equals(word)) {
        return end;
      }
    }
    return null;
  }
}
