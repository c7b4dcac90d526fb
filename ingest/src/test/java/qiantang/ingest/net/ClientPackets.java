package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Writes what a client sends, byte by byte as the specification has it, right or wrong. */
public final class ClientPackets {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ClientPackets() {}

  /** A body or a stream to be filled. */
  public static ClientPackets bytes() {
    return new ClientPackets();
  }

  /** Raw bytes from hexadecimal text; blanks are for the eye. */
  public static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** Adds one byte. */
  public ClientPackets put(int value) {
    out.write(value);
    return this;
  }

  /** Adds two bytes. */
  public ClientPackets putShort(int value) {
    return put(value >> 8).put(value);
  }

  /** Adds bytes. */
  public ClientPackets put(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
    return this;
  }

  /** Adds a length and UTF-8. */
  public ClientPackets putText(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return putShort(utf8.length).put(utf8);
  }

  /** All so far. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  /** A packet: first byte, remaining length, body. */
  public static byte[] packet(int header, byte[] body) {
    ClientPackets packet = bytes().put(header);
    int rest = body.length;
    while (rest >= 0x80) {
      packet.put((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return packet.put(rest).put(body).toBytes();
  }

  /** A packet from the hexadecimal text of its body. */
  public static byte[] packet(int header, String body) {
    return packet(header, hex(body));
  }

  /** CONNECT with a user name and no password, clean start. */
  public static byte[] connect(
      MqttVersion version, String clientId, String userName, int keepAliveSeconds) {
    ClientPackets body = bytes().putText("MQTT").put(version == MqttVersion.V5 ? 5 : 4);
    body.put(0x82).putShort(keepAliveSeconds);
    if (version == MqttVersion.V5) {
      body.put(0);
    }
    return packet(0x10, body.putText(clientId).putText(userName).toBytes());
  }

  /** CONNECT of MQTT 5 as above, with properties as hexadecimal text without their length. */
  public static byte[] connect5(String clientId, String userName, String properties) {
    byte[] bytes = hex(properties);
    ClientPackets body = bytes().putText("MQTT").put(hex("05 82 0014")).put(bytes.length);
    return packet(0x10, body.put(bytes).putText(clientId).putText(userName).toBytes());
  }

  /** PUBLISH of QoS 1, or of QoS 0 with packet id 0. */
  public static byte[] publish(MqttVersion version, String topic, int packetId, String payload) {
    return publish(version, packetId == 0 ? 0x30 : 0x32, topic, packetId, payload.getBytes(UTF_8));
  }

  /** PUBLISH with any first byte. */
  public static byte[] publish(
      MqttVersion version, int header, String topic, int packetId, byte[] payload) {
    ClientPackets body = bytes().putText(topic);
    if ((header & 6) != 0) {
      body.putShort(packetId);
    }
    if (version == MqttVersion.V5) {
      body.put(0);
    }
    return packet(header, body.put(payload).toBytes());
  }

  /** SUBSCRIBE to one filter. */
  public static byte[] subscribe(MqttVersion version, int packetId, String filter, int options) {
    ClientPackets body = bytes().putShort(packetId);
    if (version == MqttVersion.V5) {
      body.put(0);
    }
    return packet(0x82, body.putText(filter).put(options).toBytes());
  }

  /** UNSUBSCRIBE from one filter. */
  public static byte[] unsubscribe(MqttVersion version, int packetId, String filter) {
    ClientPackets body = bytes().putShort(packetId);
    if (version == MqttVersion.V5) {
      body.put(0);
    }
    return packet(0xA2, body.putText(filter).toBytes());
  }

  /** PINGREQ. */
  public static byte[] ping() {
    return hex("C000");
  }

  /** DISCONNECT. */
  public static byte[] disconnect() {
    return hex("E000");
  }
}
