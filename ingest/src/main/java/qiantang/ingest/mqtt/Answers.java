package qiantang.ingest.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.PacketEncoder.AckType;
import qiantang.ingest.net.ReasonCode;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;

/**
 * Writes the answers to a client's messages: PUBACK, PUBREC and PUBCOMP, with what it wants to know
 * and within the packets it takes. Event loop only.
 */
final class Answers {
  private Answers() {}

  /**
   * Answers a message.
   *
   * @param qos 1 for a PUBACK, 2 for a PUBREC; with the message's own packet id [MQTT-2.2.1-5]
   * @param detail for a person; left out where the client wants none, or takes no packet as large
   *     [MQTT-3.1.2-29, MQTT-3.4.2-2, MQTT-3.5.2-2]
   */
  static void answer(
      MqttSession session, int qos, int packetId, ReasonCode code, @Nullable String detail) {
    if (session.isEnded()) {
      return;
    }
    AckType type = qos == 2 ? AckType.PUBREC : AckType.PUBACK;
    boolean isPlain = code == ReasonCode.SUCCESS && detail == null;
    if (isPlain || session.version() == MqttVersion.V3_1_1) {
      PacketEncoder.ack(session.out(), type, packetId); // 3.1.1 has no other [MQTT-3.3.5-2]
      return;
    }
    boolean mayExplain =
        session.wantsReasons() && PacketEncoder.ackBytes(detail) <= session.packetBytesMax();
    PacketEncoder.ack(session.out(), type, packetId, code, mayExplain ? detail : null);
  }

  /** SUBACK; one that the client would not take is as good as sent. [MQTT-3.1.2-25] */
  static void subscribed(MqttSession session, int packetId, List<Integer> codes) {
    if (codes.size() + 8L <= session.packetBytesMax()) {
      PacketEncoder.subAck(session.out(), session.version(), packetId, codes);
    }
  }

  /** UNSUBACK, likewise. */
  static void unsubscribed(MqttSession session, int packetId, List<Integer> codes) {
    if (codes.size() + 8L <= session.packetBytesMax()) {
      PacketEncoder.unsubAck(session.out(), session.version(), packetId, codes);
    }
  }

  /** Answers a PUBREL. [MQTT-4.3.3-11; MQTT-3.6.4-1 of 3.1.1] */
  static void complete(MqttSession session, int packetId, boolean isKnown) {
    if (isKnown || session.version() == MqttVersion.V3_1_1) {
      PacketEncoder.ack(session.out(), AckType.PUBCOMP, packetId);
    } else {
      PacketEncoder.ack(
          session.out(), AckType.PUBCOMP, packetId, ReasonCode.PACKET_ID_NOT_FOUND, null);
    }
  }

  /** The code that MQTT 5 has for a refused message. */
  static ReasonCode codeOf(Reason reason) {
    return switch (reason) {
      case MALFORMED, CLOCK, TOO_LARGE -> ReasonCode.PAYLOAD_INVALID;
      case TOPIC -> ReasonCode.TOPIC_NAME_INVALID;
      case UNAUTHORIZED -> ReasonCode.NOT_AUTHORIZED;
      case QUOTA, OVERLOAD, LOST, SLOWED -> ReasonCode.QUOTA_EXCEEDED;
      case PROTOCOL -> ReasonCode.IMPLEMENTATION_ERROR;
    };
  }

  /** Why a session ends that is ended with this code. */
  static SessionEnd endOf(ReasonCode code) {
    return switch (code) {
      case MALFORMED_PACKET -> SessionEnd.MALFORMED;
      case PACKET_TOO_LARGE -> SessionEnd.PACKET_TOO_LARGE;
      case RECEIVE_MAXIMUM_EXCEEDED -> SessionEnd.RECEIVE_MAXIMUM;
      case TOPIC_ALIAS_INVALID -> SessionEnd.TOPIC_ALIAS;
      case RETAIN_NOT_SUPPORTED,
          SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
          SUBSCRIPTION_IDS_NOT_SUPPORTED ->
          SessionEnd.NOT_OFFERED;
      case QUOTA_EXCEEDED -> SessionEnd.QUOTA;
      default -> SessionEnd.PROTOCOL_ERROR;
    };
  }

  /** Why its enterprise reads that it did. */
  static Reason reasonOf(ReasonCode code) {
    return code == ReasonCode.PACKET_TOO_LARGE ? Reason.TOO_LARGE : Reason.PROTOCOL;
  }
}
