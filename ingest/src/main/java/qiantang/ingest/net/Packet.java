package qiantang.ingest.net;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A control packet from a client, whole and checked as far as a packet alone can be checked. */
public sealed interface Packet {
  /**
   * The first packet of a connection.
   *
   * @param clientId empty where the server is to assign one
   * @param keepAliveSeconds 0 for none
   * @param userName null where there is none
   * @param password null where there is none
   * @param will null where there is none
   * @param sessionExpirySeconds MQTT 5, 0 where not given
   * @param receiveMaximum MQTT 5, 65,535 where not given
   * @param maximumPacketBytes MQTT 5, the largest packet the client takes
   * @param wantsProblemInformation MQTT 5, whether reason strings may be sent
   * @param authenticationMethod MQTT 5, null where there is none
   */
  record Connect(
      MqttVersion version,
      boolean cleanStart,
      String clientId,
      int keepAliveSeconds,
      @Nullable String userName,
      byte @Nullable [] password,
      @Nullable Will will,
      long sessionExpirySeconds,
      int receiveMaximum,
      long maximumPacketBytes,
      boolean wantsProblemInformation,
      @Nullable String authenticationMethod)
      implements Packet {
    @Override
    public String toString() {
      return "Connect[" + version + ", " + clientId + "]"; // no credentials in a log
    }
  }

  /**
   * What is to be published when the client is gone. A delay ends with the session at the latest,
   * and ours ends with the connection, so it is not kept. [MQTT-3.1.3-9]
   */
  record Will(String topic, byte[] payload, int qos, boolean retain) {}

  /**
   * A message.
   *
   * @param isText MQTT 5, whether the payload is said to be UTF-8
   * @param packetId 0 with QoS 0
   * @param bytes the array in which the payload lies
   */
  record Publish(
      String topic,
      int qos,
      boolean duplicate,
      boolean retain,
      boolean isText,
      int packetId,
      byte[] bytes,
      int payloadOffset,
      int payloadLength)
      implements Packet {}

  /**
   * A message beyond the maximum packet, of which only the beginning was kept.
   *
   * @param head the payload's first bytes
   * @param payloadLength what it would have been
   */
  record OversizedPublish(String topic, int qos, int packetId, byte[] head, int payloadLength)
      implements Packet {}

  /**
   * One filter of a SUBSCRIBE.
   *
   * @param qos the most the client wants
   * @param noLocal MQTT 5, not to get what itself publishes
   * @param retainAsPublished MQTT 5, to be told which messages were published to be retained
   * @param retainHandling MQTT 5: retained messages now (0), for a new subscription (1), none (2)
   */
  record Filter(
      String text, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

  /** A request for messages. */
  record Subscribe(int packetId, List<Filter> filters, boolean hasSubscriptionId)
      implements Packet {}

  /** The end of such requests. */
  record Unsubscribe(int packetId, List<String> filters) implements Packet {}

  /** A PUBLISH of QoS 1 of the server has come, whatever the client makes of it. */
  record PubAck(int packetId, int code) implements Packet {}

  /** PUBREC or PUBCOMP for a PUBLISH of the server; it sends none of QoS 2, so none is expected. */
  record Acknowledgement(int packetId) implements Packet {}

  /** The second half of a QoS 2 delivery from the client. */
  record PubRel(int packetId) implements Packet {}

  /** A sign of life. */
  record PingReq() implements Packet {}

  /**
   * The client says goodbye.
   *
   * @param sessionExpirySeconds MQTT 5, 0 where not given
   */
  record Disconnect(int reasonCode, long sessionExpirySeconds) implements Packet {}

  /**
   * Bytes that are no packet, or one that is never allowed. Nothing follows it: the decoder does
   * not look at the rest of the connection.
   *
   * @param version as far as it is known, else null
   * @param detail what was wrong, for a person
   * @param isPublish whether its first byte said that it is a PUBLISH
   */
  record Broken(@Nullable MqttVersion version, ReasonCode code, String detail, boolean isPublish)
      implements Packet {}

  /**
   * A CONNECT that is broken or too large, but whose user name could be read, so that its owner can
   * read why it was refused. Nothing follows it.
   *
   * @param detail what was wrong, for a person
   */
  record BrokenConnect(MqttVersion version, ReasonCode code, String detail, String userName)
      implements Packet {
    @Override
    public String toString() {
      return "BrokenConnect[" + version + ", " + code + "]"; // no credentials in a log
    }
  }
}
