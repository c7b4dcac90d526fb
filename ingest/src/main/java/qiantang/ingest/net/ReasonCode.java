package qiantang.ingest.net;

import org.jspecify.annotations.Nullable;

/** The reason codes of MQTT 5 that this server sends, with what 3.1.1 says in a CONNACK instead. */
public enum ReasonCode {
  /** Done; in DISCONNECT: normal disconnection. */
  SUCCESS(0x00, 0x00),
  /** The PUBLISH did not match: never sent, every message has its answer. */
  UNSPECIFIED(0x80, 0x03),
  /** The packet does not follow the specification's format. */
  MALFORMED_PACKET(0x81, 0x02),
  /** The packet is well formed but not allowed here. */
  PROTOCOL_ERROR(0x82, 0x02),
  /** Valid, but this server does not do it. */
  IMPLEMENTATION_ERROR(0x83, 0x03),
  /** Neither 3.1.1 nor 5.0. */
  UNSUPPORTED_VERSION(0x84, 0x01),
  /** A client id this server does not take. */
  CLIENT_ID_INVALID(0x85, 0x02),
  /** Unknown token, user or password. */
  BAD_CREDENTIALS(0x86, 0x04),
  /** Known, but not allowed. */
  NOT_AUTHORIZED(0x87, 0x05),
  /** The store is away or the node is not ready. */
  SERVER_UNAVAILABLE(0x88, 0x03),
  /** No room for another session just now. */
  SERVER_BUSY(0x89, 0x03),
  /** The node ends. */
  SERVER_SHUTTING_DOWN(0x8B, 0x03),
  /** Extended authentication is not offered. */
  BAD_AUTHENTICATION_METHOD(0x8C, 0x05),
  /** Nothing came for one and a half times the keep-alive. */
  KEEP_ALIVE_TIMEOUT(0x8D, 0x03),
  /** Another connection came with the same client id. */
  SESSION_TAKEN_OVER(0x8E, 0x03),
  /** A malformed topic filter. */
  TOPIC_FILTER_INVALID(0x8F, 0x03),
  /** A topic name of no dialect. */
  TOPIC_NAME_INVALID(0x90, 0x03),
  /** PUBREL for a packet id that is not open. */
  PACKET_ID_NOT_FOUND(0x92, 0x03),
  /** More unacknowledged PUBLISH than the Receive Maximum. */
  RECEIVE_MAXIMUM_EXCEEDED(0x93, 0x03),
  /** A topic alias although none is allowed. */
  TOPIC_ALIAS_INVALID(0x94, 0x03),
  /** Larger than the maximum packet size. */
  PACKET_TOO_LARGE(0x95, 0x03),
  /** A quota or a byte budget is used up. */
  QUOTA_EXCEEDED(0x97, 0x03),
  /** The payload is not what the topic's dialect says. */
  PAYLOAD_INVALID(0x99, 0x03),
  /** Messages of clients are stored, not retained. */
  RETAIN_NOT_SUPPORTED(0x9A, 0x03),
  /** The node ends, and says which one to use. */
  USE_ANOTHER_SERVER(0x9C, 0x03),
  /** Shared subscriptions are not offered. */
  SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, 0x03),
  /** Too many connects in a time. */
  CONNECTION_RATE_EXCEEDED(0x9F, 0x03),
  /** Subscription identifiers are not offered. */
  SUBSCRIPTION_IDS_NOT_SUPPORTED(0xA1, 0x03);

  private final int code;
  private final int connackCode311;

  ReasonCode(int code, int connackCode311) {
    this.code = code;
    this.connackCode311 = connackCode311;
  }

  /** The byte of MQTT 5. */
  public int code() {
    return code;
  }

  /** The return code that a CONNACK of MQTT 3.1.1 has for it. */
  public int connackCode311() {
    return connackCode311;
  }

  /** The one with this byte, or null: kinds of ends that nobody is told have none. */
  public static @Nullable ReasonCode of(int code) {
    for (ReasonCode each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    return null;
  }
}
