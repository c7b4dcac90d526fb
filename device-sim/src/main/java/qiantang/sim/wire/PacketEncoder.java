package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Packets of a publisher as bytes. Pure; any thread that owns the buffer. */
final class PacketEncoder {
  private static final int CONNECT = 0x10;
  private static final int PUBLISH = 0x30;
  private static final int PUBREL = 0x62; // [MQTT-3.6.1-1] with the flags 2
  private static final int DUP = 0x08;
  private static final int PINGREQ = 0xC0;
  private static final int DISCONNECT = 0xE0;

  private static final int FLAG_USER_NAME = 0x80;

  private static final int PROPERTY_SESSION_EXPIRY = 0x11;
  private static final int SESSION_EXPIRY_SECONDS = 3_600;

  /** PUBREL of MQTT 5 [3.6.2.1]: the message is not known here. */
  private static final int PACKET_ID_NOT_FOUND = 0x92;

  static final int PUBREL_BYTES_MAX = 5;

  private PacketEncoder() {}

  /**
   * The session is kept over a lost connection: only then does the protocol know of a resend with
   * DUP and the packet id of before. [MQTT-4.4.0-1]
   */
  static void connect(ByteBuf out, Login login) {
    byte[] clientId = login.clientId().getBytes(StandardCharsets.UTF_8);
    byte[] token = login.token().getBytes(StandardCharsets.UTF_8);
    boolean v5 = login.version() == MqttVersion.V5;
    int propertyBytes = v5 ? 6 : 0;
    out.writeByte(CONNECT);
    writeVariableInt(out, 10 + propertyBytes + 2 + clientId.length + 2 + token.length);
    writeText(out, new byte[] {'M', 'Q', 'T', 'T'});
    out.writeByte(login.version().level());
    out.writeByte(FLAG_USER_NAME);
    out.writeShort(login.keepAliveSeconds());
    if (v5) {
      writeVariableInt(out, propertyBytes - 1);
      out.writeByte(PROPERTY_SESSION_EXPIRY);
      out.writeInt(SESSION_EXPIRY_SECONDS);
    }
    writeText(out, clientId);
    writeText(out, token);
  }

  /** At least as many bytes as a PUBLISH takes: fixed header 5, lengths, packet id, properties. */
  static int publishBytesMax(int topicBytes, int payloadBytes) {
    return 5 + 2 + topicBytes + 2 + 1 + payloadBytes;
  }

  static void publish(
      ByteBuf out,
      MqttVersion version,
      String topic,
      int topicBytes,
      int qos,
      int packetId,
      boolean dup,
      byte[] payload) {
    int propertyBytes = version == MqttVersion.V5 ? 1 : 0;
    int packetIdBytes = qos == 0 ? 0 : 2; // [MQTT-2.3.1-5]
    out.writeByte(PUBLISH | qos << 1 | (dup ? DUP : 0));
    writeVariableInt(out, 2 + topicBytes + packetIdBytes + propertyBytes + payload.length);
    out.writeShort(topicBytes);
    ByteBufUtil.writeUtf8(out, topic);
    if (qos > 0) {
      out.writeShort(packetId);
    }
    if (version == MqttVersion.V5) {
      out.writeByte(0);
    }
    out.writeBytes(payload);
  }

  /** Without a reason code, which is 0 then. */
  static void pubRel(ByteBuf out, int packetId) {
    out.writeByte(PUBREL);
    out.writeByte(2);
    out.writeShort(packetId);
  }

  /** [MQTT-4.3.3-4] a PUBREC is answered whatever is known of its message. */
  static void pubRelUnknown(ByteBuf out, MqttVersion version, int packetId) {
    if (version != MqttVersion.V5) {
      pubRel(out, packetId);
      return;
    }
    out.writeByte(PUBREL);
    out.writeByte(3);
    out.writeShort(packetId);
    out.writeByte(PACKET_ID_NOT_FOUND);
  }

  static void pingReq(ByteBuf out) {
    out.writeByte(PINGREQ);
    out.writeByte(0);
  }

  static void disconnect(ByteBuf out) {
    out.writeByte(DISCONNECT);
    out.writeByte(0);
  }

  private static void writeText(ByteBuf out, byte[] utf8) {
    out.writeShort(utf8.length);
    out.writeBytes(utf8);
  }

  private static void writeVariableInt(ByteBuf out, int value) {
    int rest = value;
    do {
      int digit = rest & 0x7F;
      rest >>>= 7;
      out.writeByte(rest == 0 ? digit : digit | 0x80);
    } while (rest != 0);
  }
}
