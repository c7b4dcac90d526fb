package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the packets a server sends, at the end of a buffer that the caller owns. */
public final class PacketEncoder {
  /** Longest reason string, in bytes: a sentence. Longer details are cut, never a character. */
  public static final int REASON_BYTES_MAX = 512;

  private static final int REASON_STRING = 0x1F;
  private static final int SERVER_REFERENCE = 0x1C;

  // CONNACK beside the text of its reason: header and length, flags, code, properties, length.
  private static final int REFUSED_BYTES = 3 + 2 + 2 + 3;

  /** A CONNACK of MQTT 5 that says no, without any word: header, length, flags, code, length. */
  public static final int REFUSED_BYTES_LEAST = 5;

  private static final byte[] NOTHING = {};

  private PacketEncoder() {}

  /**
   * What a CONNACK of MQTT 5 announces.
   *
   * @param assignedClientId null where the client brought its own
   * @param serverKeepAliveSeconds -1 where the client's own holds
   * @param sendsSessionExpiry whether to say that no session is kept, because the client asked
   */
  public record Announcement(
      int receiveMaximum,
      @Nullable String assignedClientId,
      int serverKeepAliveSeconds,
      boolean sendsSessionExpiry) {}

  /** How many bytes the CONNACK of MQTT 5 takes that announces this. */
  public static int connectedBytes(Announcement announcement) {
    String assigned = announcement.assignedClientId();
    return 22 // what is always there
        + (announcement.sendsSessionExpiry() ? 5 : 0)
        + (assigned == null ? 0 : 3 + assigned.length()) // ASCII, as we made it
        + (announcement.serverKeepAliveSeconds() >= 0 ? 3 : 0);
  }

  /** The CONNACK that lets a client in. */
  public static void connected(ByteBuf out, MqttVersion version, Announcement announcement) {
    if (version == MqttVersion.V3_1_1) {
      out.writeByte(0x20).writeByte(2).writeShort(0);
      return;
    }
    int start = out.writerIndex();
    out.writeByte(0x20).writeByte(0); // the lengths are below 128: the client id is bounded
    out.writeByte(0).writeByte(0).writeByte(0);
    int properties = out.writerIndex();
    if (announcement.sendsSessionExpiry()) {
      out.writeByte(0x11).writeInt(0);
    }
    out.writeByte(0x21).writeShort(announcement.receiveMaximum());
    // No Maximum QoS: 2 is taken. [MQTT-3.2.2-9]
    out.writeByte(0x25).writeByte(0); // messages of clients are not retained
    out.writeByte(0x27).writeInt(PacketDecoder.PACKET_BYTES_MAX);
    String assigned = announcement.assignedClientId();
    if (assigned != null) {
      out.writeByte(0x12);
      writeText(out, assigned);
    }
    out.writeByte(0x22).writeShort(TopicAliases.MAXIMUM);
    out.writeByte(0x29).writeByte(0); // no subscription identifiers
    out.writeByte(0x2A).writeByte(0); // no shared subscriptions
    if (announcement.serverKeepAliveSeconds() >= 0) {
      out.writeByte(0x13).writeShort(announcement.serverKeepAliveSeconds());
    }
    out.setByte(properties - 1, out.writerIndex() - properties);
    out.setByte(start + 1, out.writerIndex() - start - 2);
  }

  /**
   * The CONNACK that does not; the connection is closed behind it.
   *
   * @param elsewhere another server; told with the code for it alone
   * @param bytesMax at least {@link #REFUSED_BYTES_LEAST}; reason and server are left out where the
   *     packet would be larger [MQTT-3.2.2-19]
   */
  public static void refused(
      ByteBuf out,
      MqttVersion version,
      ReasonCode code,
      @Nullable String reason,
      @Nullable String elsewhere,
      long bytesMax) {
    if (version == MqttVersion.V3_1_1) {
      out.writeByte(0x20).writeByte(2).writeByte(0).writeByte(code.connackCode311());
      return;
    }
    byte[] server = server(code, elsewhere, bytesMax - REFUSED_BYTES);
    byte[] text = cut(reason, bytesMax - REFUSED_BYTES - propertyBytes(server));
    int properties = propertyBytes(server) + propertyBytes(text);
    out.writeByte(0x20);
    writeVarint(out, 2 + varintBytes(properties) + properties);
    out.writeByte(0).writeByte(code.code());
    writeProperties(out, text, server);
  }

  /** The answers that name one packet of the client. */
  public enum AckType {
    /** To a PUBLISH of QoS 1. */
    PUBACK(0x40),
    /** To a PUBLISH of QoS 2. */
    PUBREC(0x50),
    /** To a PUBREL. */
    PUBCOMP(0x70);

    private final int header;

    AckType(int header) {
      this.header = header;
    }
  }

  /** An acknowledgement of success, the commonest packet: four bytes in both versions. */
  public static void ack(ByteBuf out, AckType type, int packetId) {
    out.writeInt(type.header << 24 | 0x2_0000 | packetId);
  }

  /** An acknowledgement of MQTT 5 with a code and, where there is one, a reason string. */
  public static void ack(
      ByteBuf out, AckType type, int packetId, ReasonCode code, @Nullable String reason) {
    byte[] text = cut(reason);
    int properties = propertyBytes(text);
    out.writeByte(type.header);
    // Without properties their length is left out.
    writeVarint(out, properties == 0 ? 3 : 3 + varintBytes(properties) + properties);
    out.writeShort(packetId).writeByte(code.code());
    if (properties > 0) {
      writeProperties(out, text, NOTHING);
    }
  }

  /** How many bytes that takes at most, for clients with a small maximum packet. */
  public static int ackBytes(@Nullable String reason) {
    return 9 + cut(reason).length + 3;
  }

  /**
   * A PUBLISH to a client, without properties.
   *
   * @param topic its UTF-8
   * @param packetId 0 with QoS 0
   */
  public static void publish(
      ByteBuf out,
      MqttVersion version,
      byte[] topic,
      int qos,
      boolean retain,
      int packetId,
      byte[] payload) {
    out.writeByte(0x30 | qos << 1 | (retain ? 1 : 0)); // DUP is 0: nothing is sent twice
    writeVarint(out, publishBody(version, topic.length, qos, payload.length));
    out.writeShort(topic.length).writeBytes(topic);
    if (qos > 0) {
      out.writeShort(packetId);
    }
    if (version == MqttVersion.V5) {
      out.writeByte(0);
    }
    out.writeBytes(payload);
  }

  /** How many bytes that PUBLISH takes. */
  public static int publishBytes(MqttVersion version, int topicBytes, int qos, int payloadBytes) {
    int body = publishBody(version, topicBytes, qos, payloadBytes);
    return 1 + varintBytes(body) + body;
  }

  private static int publishBody(MqttVersion version, int topicBytes, int qos, int payloadBytes) {
    return 2 + topicBytes + (qos > 0 ? 2 : 0) + (version == MqttVersion.V5 ? 1 : 0) + payloadBytes;
  }

  /** SUBACK, one code a filter. */
  public static void subAck(ByteBuf out, MqttVersion version, int packetId, List<Integer> codes) {
    writeCodes(out, 0x90, version, packetId, codes);
  }

  /** UNSUBACK; MQTT 3.1.1 has no codes in it. */
  public static void unsubAck(ByteBuf out, MqttVersion version, int packetId, List<Integer> codes) {
    writeCodes(out, 0xB0, version, packetId, version == MqttVersion.V5 ? codes : List.of());
  }

  /** The answer to a sign of life. */
  public static void pingResp(ByteBuf out) {
    out.writeShort(0xD000);
  }

  /**
   * The server's goodbye, which only MQTT 5 has.
   *
   * @param elsewhere another server; told with the code for it alone
   * @param bytesMax reason and server are left out where the packet would be larger [MQTT-3.14.2-3]
   */
  public static void disconnect(
      ByteBuf out,
      ReasonCode code,
      @Nullable String reason,
      @Nullable String elsewhere,
      long bytesMax) {
    byte[] server = server(code, elsewhere, bytesMax - REFUSED_BYTES);
    byte[] text = cut(reason, bytesMax - REFUSED_BYTES - propertyBytes(server));
    int properties = propertyBytes(server) + propertyBytes(text);
    out.writeByte(0xE0);
    if (properties == 0) {
      out.writeByte(1).writeByte(code.code());
      return;
    }
    writeVarint(out, 1 + varintBytes(properties) + properties);
    out.writeByte(code.code());
    writeProperties(out, text, server);
  }

  private static void writeCodes(
      ByteBuf out, int type, MqttVersion version, int packetId, List<Integer> codes) {
    int properties = version == MqttVersion.V5 ? 1 : 0;
    out.writeByte(type);
    writeVarint(out, 2 + properties + codes.size());
    out.writeShort(packetId);
    if (properties > 0) {
      out.writeByte(0);
    }
    for (int code : codes) {
      out.writeByte(code);
    }
  }

  /** An empty one is left out. */
  private static int propertyBytes(byte[] text) {
    return text.length == 0 ? 0 : 3 + text.length;
  }

  private static void writeProperties(ByteBuf out, byte[] reason, byte[] server) {
    writeVarint(out, propertyBytes(reason) + propertyBytes(server));
    if (reason.length > 0) {
      out.writeByte(REASON_STRING).writeShort(reason.length).writeBytes(reason);
    }
    if (server.length > 0) {
      out.writeByte(SERVER_REFERENCE).writeShort(server.length).writeBytes(server);
    }
  }

  /** Goes before the reason where both are too much: a client can act on it. */
  private static byte[] server(ReasonCode code, @Nullable String elsewhere, long bytesMax) {
    if (code != ReasonCode.USE_ANOTHER_SERVER || elsewhere == null) {
      return NOTHING;
    }
    byte[] text = elsewhere.getBytes(UTF_8);
    return propertyBytes(text) <= bytesMax ? text : NOTHING;
  }

  /** The reason, cut; none where that is longer than what is left. */
  private static byte[] cut(@Nullable String reason, long bytesMax) {
    byte[] text = cut(reason);
    return text.length <= bytesMax ? text : NOTHING;
  }

  private static byte[] cut(@Nullable String reason) {
    if (reason == null) {
      return NOTHING;
    }
    byte[] utf8 = reason.getBytes(UTF_8);
    if (utf8.length <= REASON_BYTES_MAX) {
      return utf8;
    }
    int end = REASON_BYTES_MAX;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(utf8, end);
  }

  private static void writeText(ByteBuf out, String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    out.writeShort(utf8.length).writeBytes(utf8);
  }

  private static void writeVarint(ByteBuf out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.writeByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static int varintBytes(int value) {
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
  }
}
