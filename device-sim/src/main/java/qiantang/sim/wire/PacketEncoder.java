package qiantang.sim.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Packets of a publisher as bytes. Pure; any thread that owns the buffer. */
final class PacketEncoder {
  private static final int CONNECT = 0x10;
  private static final int PUBLISH = 0x30;
  private static final int PUBREL = 0x62; // [MQTT-3.6.1-1] with the flags 2
  private static final int DUP = 0x08;
  private static final int PINGREQ = 0xC0;
  private static final int DISCONNECT = 0xE0;

  private static final int PUBACK = 0x40;
  private static final int SUBSCRIBE = 0x82;

  private static final int FLAG_USER_NAME = 0x80;
  private static final int FLAG_PASSWORD = 0x40;
  private static final int FLAG_WILL_QOS_1 = 0x0C;
  private static final int FLAG_CLEAN = 0x02;

  private static final int PROPERTY_SESSION_EXPIRY = 0x11;
  private static final int SESSION_EXPIRY_SECONDS = 3_600;

  private static final byte[] NONE = {};

  /** PUBREL of MQTT 5 [3.6.2.1]: the message is not known here. */
  private static final int PACKET_ID_NOT_FOUND = 0x92;

  static final int PUBREL_BYTES_MAX = 5;

  private PacketEncoder() {}

  /**
   * The session is kept over a lost connection: only then does the protocol know of a resend with
   * DUP and the packet id of before. [MQTT-4.4.0-1] That of an edge node is not, for Sparkplug
   * forbids it: what it sends again after a loss is a matter of its own.
   * [tck-id-principles-persistence-clean-session-311]
   */
  static void connect(ByteBuf out, Login login) {
    byte[] clientId = login.clientId().getBytes(StandardCharsets.UTF_8);
    byte[] credentials = credentials(login);
    boolean v5 = login.version() == MqttVersion.V5;
    int propertyBytes = v5 ? 6 : 0;
    Login.Will will = login.will();
    byte[] willTopic = will == null ? NONE : will.topic().getBytes(StandardCharsets.UTF_8);
    byte[] willPayload = will == null ? NONE : will.payload();
    int willBytes = will == null ? 0 : (v5 ? 1 : 0) + 2 + willTopic.length + 2 + willPayload.length;
    out.writeByte(CONNECT);
    writeVariableInt(
        out, 10 + propertyBytes + 2 + clientId.length + willBytes + credentials.length);
    writeText(out, new byte[] {'M', 'Q', 'T', 'T'});
    out.writeByte(login.version().level());
    out.writeByte(
        (login.token().isEmpty() ? 0 : FLAG_USER_NAME)
            | (login.password() == null ? 0 : FLAG_PASSWORD)
            | (will == null ? 0 : FLAG_WILL_QOS_1 | FLAG_CLEAN));
    out.writeShort(login.keepAliveSeconds());
    if (v5) {
      writeVariableInt(out, propertyBytes - 1);
      out.writeByte(PROPERTY_SESSION_EXPIRY);
      out.writeInt(will == null ? SESSION_EXPIRY_SECONDS : 0);
    }
    writeText(out, clientId);
    if (will != null) {
      if (v5) {
        out.writeByte(0); // no properties
      }
      writeText(out, willTopic);
      writeText(out, willPayload);
    }
    out.writeBytes(credentials);
  }

  /** Who logs in comes last, the name before the password; nobody has neither. [MQTT-3.1.3-1] */
  private static byte[] credentials(Login login) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Password password = login.password();
    for (String text : new String[] {login.token(), password == null ? "" : password.text()}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0) {
        all.write(bytes.length >> 8);
        all.write(bytes.length);
        all.writeBytes(bytes);
      }
    }
    return all.toByteArray();
  }

  /** A message with QoS 0, that nobody acknowledges. */
  static void announce(
      ByteBuf out, MqttVersion version, String topic, int topicBytes, byte[] payload) {
    publish(out, version, topic, topicBytes, 0, 0, false, payload);
  }

  /** Asks for messages of one topic with QoS 0 or 1. */
  static void subscribe(ByteBuf out, MqttVersion version, int packetId, String filter) {
    byte[] topic = filter.getBytes(StandardCharsets.UTF_8);
    int propertyBytes = version == MqttVersion.V5 ? 1 : 0;
    out.writeByte(SUBSCRIBE);
    writeVariableInt(out, 2 + propertyBytes + 2 + topic.length + 1);
    out.writeShort(packetId);
    if (version == MqttVersion.V5) {
      out.writeByte(0);
    }
    writeText(out, topic);
    out.writeByte(1);
  }

  static void pubAck(ByteBuf out, int packetId) {
    out.writeByte(PUBACK);
    out.writeByte(2);
    out.writeShort(packetId);
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
    writeTopic(out, topic, topicBytes);
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

  /** In room for just these bytes: without their number three are asked for a character. */
  private static void writeTopic(ByteBuf out, String topic, int topicBytes) {
    var _ = ByteBufUtil.reserveAndWriteUtf8(out, topic, topicBytes);
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
