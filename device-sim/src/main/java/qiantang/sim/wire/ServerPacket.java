package qiantang.sim.wire;

/** What a server may send to a client that only publishes. */
public sealed interface ServerPacket {

  /** What becomes of a message of ours. */
  sealed interface OfMessage extends ServerPacket {}

  /**
   * The answer to CONNECT.
   *
   * @param code 0 accepted, else the code of the protocol's version
   * @param receiveMax how many unacknowledged messages the server allows
   * @param keepAliveSeconds what the server wants instead of ours, or -1
   * @param maximumQos of a message, 2 unless the server says less
   */
  record ConnAck(
      boolean sessionPresent, int code, int receiveMax, int keepAliveSeconds, int maximumQos)
      implements ServerPacket {}

  /**
   * The answer to a PUBLISH with QoS 1.
   *
   * @param code below 0x80 is success; 3.1.1 knows only success
   * @param reason the server's text, empty if it gave none
   */
  record PubAck(int packetId, int code, String reason) implements OfMessage {
    public boolean success() {
      return code < 0x80;
    }
  }

  /**
   * The answer to a SUBSCRIBE of one topic.
   *
   * @param code the QoS that is granted, or 0x80 and more where none is
   */
  record SubAck(int packetId, int code) implements ServerPacket {}

  /**
   * A message of a topic that was asked for.
   *
   * @param packetId that is to be acknowledged; 0 for QoS 0
   */
  record Message(String topic, int packetId, byte[] payload) implements ServerPacket {}

  /**
   * The first answer to a PUBLISH with QoS 2: the server has the message.
   *
   * @param code as of a PUBACK; from 0x80 on it is the last answer too [MQTT-5 4.3.3]
   */
  record PubRec(int packetId, int code, String reason) implements OfMessage {
    public boolean success() {
      return code < 0x80;
    }
  }

  /**
   * The answer to PUBREL: the message is done.
   *
   * @param code 0x92 where the server knows no such message, as it has long been done
   */
  record PubComp(int packetId, int code, String reason) implements OfMessage {}

  record PingResp() implements ServerPacket {}

  record Disconnect(int code, String reason) implements ServerPacket {}

  /** A packet that a publisher has no use for. */
  record Other(int type) implements ServerPacket {}
}
