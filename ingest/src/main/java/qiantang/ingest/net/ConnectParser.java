package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static qiantang.ingest.net.PacketCursor.malformed;
import static qiantang.ingest.net.PacketCursor.protocolError;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.PropertySet.Place;

/** CONNECT: the one packet that says which version it is written in. */
final class ConnectParser {
  private static final byte[] NAME = "MQTT".getBytes(US_ASCII);
  private static final byte[] NAME_OF_3_1 = "MQIsdp".getBytes(US_ASCII);

  private static final int RESERVED = 0x01;
  private static final int CLEAN_START = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_QOS = 0x18;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USER_NAME = 0x80;

  private ConnectParser() {}

  static Packet parse(PacketCursor cursor) {
    // Unless it says otherwise: what comes after 5 will be answered as 5 is.
    MqttVersion version = MqttVersion.V5;
    try {
      byte[] name = cursor.getBinary();
      int level = cursor.getByte();
      boolean isOld = Arrays.equals(name, NAME_OF_3_1) || level < 4;
      version = isOld || level == 4 ? MqttVersion.V3_1_1 : MqttVersion.V5;
      if (!Arrays.equals(name, NAME) || isOld || level > 5) { // [MQTT-3.1.2-1, MQTT-3.1.2-2]
        return new Packet.Broken(
            version, ReasonCode.UNSUPPORTED_VERSION, "only MQTT 3.1.1 and 5.0 are spoken");
      }
      return parseRest(cursor, version);
    } catch (PacketCursor.Broken broken) {
      return new Packet.Broken(version, broken.code, broken.detail);
    }
  }

  private static Packet parseRest(PacketCursor cursor, MqttVersion version) {
    int flags = cursor.getByte();
    checkFlags(flags, version);
    int keepAliveSeconds = cursor.getShort();
    @Nullable PropertySet properties =
        version == MqttVersion.V5 ? PropertySet.parse(cursor, Place.CONNECT) : null;
    String clientId = cursor.getText();
    int willQos = -1;
    if ((flags & WILL) != 0) {
      willQos = (flags & WILL_QOS) >> 3;
      if (version == MqttVersion.V5) {
        PropertySet.parse(cursor, Place.WILL);
      }
      checkTopicName(cursor.getText());
      cursor.getBinary();
    }
    @Nullable String userName = (flags & USER_NAME) != 0 ? cursor.getText() : null;
    byte @Nullable [] password = (flags & PASSWORD) != 0 ? cursor.getBinary() : null;
    if (cursor.remaining() > 0) {
      throw malformed("a CONNECT with surplus bytes");
    }
    return new Packet.Connect(
        version,
        (flags & CLEAN_START) != 0,
        clientId,
        keepAliveSeconds,
        userName,
        password,
        willQos,
        properties == null ? 0 : properties.sessionExpiry(),
        properties == null ? 65_535 : properties.receiveMaximum(),
        properties == null ? Long.MAX_VALUE : properties.maximumPacketSize(),
        properties == null || properties.wantsProblemInformation(),
        properties == null ? null : properties.authenticationMethod());
  }

  private static void checkFlags(int flags, MqttVersion version) {
    if ((flags & RESERVED) != 0) {
      throw malformed("a CONNECT with its reserved flag set"); // [MQTT-3.1.2-3]
    }
    if ((flags & WILL_QOS) == WILL_QOS) {
      throw malformed("a will of QoS 3"); // [MQTT-3.1.2-12]
    }
    if ((flags & WILL) == 0 && (flags & (WILL_QOS | WILL_RETAIN)) != 0) {
      throw malformed("will flags without a will"); // [MQTT-3.1.2-11, MQTT-3.1.2-13]
    }
    if (version == MqttVersion.V3_1_1 && (flags & PASSWORD) != 0 && (flags & USER_NAME) == 0) {
      throw malformed("a password without a user name"); // [MQTT-3.1.2-22] of 3.1.1, legal in 5
    }
  }

  /** A name of at least one character without wildcards. [MQTT-4.7.3-1, MQTT-3.3.2-2] */
  static void checkTopicName(String topic) {
    if (topic.isEmpty()) {
      throw protocolError("an empty topic name");
    }
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw malformed("a topic name with a wildcard");
    }
  }
}
