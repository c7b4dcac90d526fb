package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static qiantang.ingest.net.PacketCursor.malformed;
import static qiantang.ingest.net.PacketCursor.protocolError;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.PropertySet.Place;

/** CONNECT: the one packet that says which version it is written in, and who sends it. */
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

  private final PacketCursor cursor;

  // Unless it says otherwise: what comes after 5 will be answered as 5 is.
  private MqttVersion version = MqttVersion.V5;
  private String userName = "";
  private PacketCursor.@Nullable Broken fault;

  private ConnectParser(PacketCursor cursor) {
    this.cursor = cursor;
  }

  static Packet parse(PacketCursor cursor) {
    ConnectParser parser = new ConnectParser(cursor);
    try {
      return parser.parse();
    } catch (PacketCursor.Broken broken) {
      return parser.broken(broken);
    }
  }

  private Packet parse() {
    byte[] name = cursor.getBinary();
    int level = cursor.getByte();
    boolean isOld = Arrays.equals(name, NAME_OF_3_1) || level < 4;
    version = isOld || level == 4 ? MqttVersion.V3_1_1 : MqttVersion.V5;
    if (!Arrays.equals(name, NAME) || isOld || level > 5) { // [MQTT-3.1.2-1, MQTT-3.1.2-2]
      throw new PacketCursor.Broken(
          ReasonCode.UNSUPPORTED_VERSION, "only MQTT 3.1.1 and 5.0 are spoken");
    }
    Packet.Connect connect = parseRest();
    PacketCursor.Broken noted = fault;
    if (noted != null) {
      throw noted;
    }
    return connect;
  }

  private Packet.Connect parseRest() {
    int flags = cursor.getByte();
    check(() -> checkFlags(flags, version));
    int keepAliveSeconds = cursor.getShort();
    PropertySet properties = properties(Place.CONNECT);
    String clientId = text();
    Packet.@Nullable Will will = (flags & WILL) != 0 ? parseWill(flags) : null;
    boolean hasUserName = (flags & USER_NAME) != 0;
    if (hasUserName) {
      userName = text();
    }
    byte @Nullable [] password = (flags & PASSWORD) != 0 ? cursor.getBinary() : null;
    if (cursor.remaining() > 0) {
      throw malformed("a CONNECT with surplus bytes");
    }
    return new Packet.Connect(
        version,
        (flags & CLEAN_START) != 0,
        clientId,
        keepAliveSeconds,
        hasUserName ? userName : null,
        password,
        will,
        properties.sessionExpiry(),
        properties.receiveMaximum(),
        properties.maximumPacketSize(),
        properties.wantsProblemInformation(),
        properties.authenticationMethod());
  }

  private Packet.Will parseWill(int flags) {
    PropertySet properties = properties(Place.WILL);
    String topic = text();
    check(() -> checkTopicName(topic));
    byte[] payload = cursor.getBinary();
    check(() -> properties.checkPayload(payload, 0, payload.length));
    return new Packet.Will(topic, payload, (flags & WILL_QOS) >> 3, (flags & WILL_RETAIN) != 0);
  }

  private PropertySet properties(Place place) {
    if (version != MqttVersion.V5) {
      return PropertySet.NONE;
    }
    PacketCursor field = cursor.slice(cursor.getVarint());
    return within(() -> PropertySet.parseAll(field, place), PropertySet.NONE);
  }

  private String text() {
    PacketCursor field = cursor.slice(cursor.getShort());
    return within(field::getRest, "");
  }

  private void check(Runnable rule) {
    var _ =
        within(
            () -> {
              rule.run();
              return true;
            },
            false);
  }

  /**
   * What is wrong within a field is noted and the next one read, so that the user name is reached:
   * its owner is to read the first fault. A field that does not end in the packet ends it all.
   */
  private <T> T within(Supplier<T> reading, T standIn) {
    try {
      return reading.get();
    } catch (PacketCursor.Broken broken) {
      if (fault == null) {
        fault = broken;
      }
      return standIn;
    }
  }

  private Packet broken(PacketCursor.Broken last) {
    PacketCursor.Broken first = fault == null ? last : fault;
    return userName.isEmpty()
        ? new Packet.Broken(version, first.code, first.detail, false)
        : new Packet.BrokenConnect(version, first.code, first.detail, userName);
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
