package qiantang.ingest.net;

import static qiantang.ingest.net.PacketCursor.malformed;
import static qiantang.ingest.net.PacketCursor.protocolError;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.PropertySet.Place;

/** Turns the body of one whole packet into a {@link Packet}. One per connection. */
final class PacketParser {
  static final int CONNECT = 1;
  static final int PUBLISH = 3;

  // Topics of dialects are shorter; a hostile one of 64 KiB must not stay with the connection.
  private static final int TOPIC_REMEMBERED_BYTES_MAX = 256;

  private static final Packet PING_REQ = new Packet.PingReq();

  private @Nullable MqttVersion version; // null until CONNECT
  private @Nullable TopicAliases aliases; // most clients give none
  private @Nullable String lastTopic;
  private byte[] lastTopicBytes = {};

  @Nullable MqttVersion version() {
    return version;
  }

  Packet parse(int header, byte[] body, int length) {
    PacketCursor cursor = new PacketCursor(body, 0, length);
    try {
      MqttVersion known = version;
      if (known == null) {
        return parseFirst(header, cursor);
      }
      Packet packet = parseKnown(header, cursor, known);
      if (cursor.remaining() > 0) {
        throw malformed("a packet with surplus bytes");
      }
      return packet;
    } catch (PacketCursor.Broken broken) {
      return new Packet.Broken(version, broken.code, broken.detail, header >> 4 == PUBLISH);
    }
  }

  /**
   * The beginning of a PUBLISH that is too large to be kept.
   *
   * @param remainingLength the whole body's length by its fixed header
   */
  Packet parseOversized(int header, byte[] head, int headLength, int remainingLength) {
    PacketCursor cursor = new PacketCursor(head, 0, headLength);
    try {
      int qos = checkPublishFlags(header);
      String topic = cursor.getText();
      ConnectParser.checkTopicName(topic);
      int packetId = qos > 0 ? getPacketId(cursor) : 0;
      int from = cursor.position();
      return new Packet.OversizedPublish(
          topic, qos, packetId, Arrays.copyOfRange(head, from, headLength), remainingLength - from);
    } catch (PacketCursor.Broken broken) {
      return new Packet.Broken(version, broken.code, broken.detail, true);
    }
  }

  private Packet parseFirst(int header, PacketCursor cursor) {
    if (header >> 4 != CONNECT) {
      throw protocolError("a first packet that is not CONNECT"); // [MQTT-3.1.0-1]
    }
    checkFlags(header, 0);
    Packet packet = ConnectParser.parse(cursor);
    if (packet instanceof Packet.Connect connect) {
      version = connect.version();
    }
    return packet;
  }

  private Packet parseKnown(int header, PacketCursor cursor, MqttVersion known) {
    return switch (header >> 4) {
      case CONNECT -> throw protocolError("a second CONNECT"); // [MQTT-3.1.0-2]
      case PUBLISH -> parsePublish(header, cursor, known);
      case 4 -> {
        checkFlags(header, 0);
        int packetId = getPacketId(cursor);
        yield new Packet.PubAck(packetId, getCode(cursor, known));
      }
      case 5, 7 -> {
        checkFlags(header, 0);
        yield new Packet.Acknowledgement(parseAcknowledgement(cursor, known));
      }
      case 6 -> {
        checkFlags(header, 2); // [MQTT-3.6.1-1]
        yield new Packet.PubRel(parseAcknowledgement(cursor, known));
      }
      case 8 -> {
        checkFlags(header, 2); // [MQTT-3.8.1-1]
        yield parseSubscribe(cursor, known);
      }
      case 10 -> {
        checkFlags(header, 2); // [MQTT-3.10.1-1]
        yield parseUnsubscribe(cursor, known);
      }
      case 12 -> {
        checkFlags(header, 0);
        yield PING_REQ;
      }
      case 14 -> {
        checkFlags(header, 0);
        yield parseDisconnect(cursor, known);
      }
      case 15 -> throw protocolError("an AUTH, although no method was agreed on");
      case 2, 9, 11, 13 -> throw protocolError("a packet that only a server sends");
      default -> throw malformed("a packet of type 0");
    };
  }

  private Packet parsePublish(int header, PacketCursor cursor, MqttVersion known) {
    int qos = checkPublishFlags(header);
    String topic = cursor.getText(lastTopic, lastTopicBytes);
    if (!topic.equals(lastTopic)) {
      boolean mayBeAlias = known == MqttVersion.V5 && topic.isEmpty();
      if (!mayBeAlias) {
        ConnectParser.checkTopicName(topic);
        remember(topic, cursor);
      }
    }
    int packetId = qos > 0 ? getPacketId(cursor) : 0;
    boolean isText = false;
    if (known == MqttVersion.V5) {
      PropertySet properties = PropertySet.parse(cursor, Place.PUBLISH);
      isText = properties.isText();
      if (properties.has(PropertySet.TOPIC_ALIAS)) {
        topic = aliases().resolve(properties.topicAlias(), topic);
      } else if (topic.isEmpty()) {
        throw protocolError("an empty topic name");
      }
    }
    int offset = cursor.position();
    int length = cursor.remaining();
    cursor.slice(length);
    return new Packet.Publish(
        topic,
        qos,
        (header & 8) != 0,
        (header & 1) != 0,
        isText,
        packetId,
        cursor.array(),
        offset,
        length);
  }

  /** Most clients publish to one topic: its text is made once. */
  private void remember(String topic, PacketCursor behindTopic) {
    int bytes = behindTopic.position() - 2;
    if (bytes <= TOPIC_REMEMBERED_BYTES_MAX) {
      lastTopicBytes = Arrays.copyOfRange(behindTopic.array(), 2, 2 + bytes);
      lastTopic = topic;
    }
  }

  private TopicAliases aliases() {
    TopicAliases known = aliases;
    if (known == null) {
      known = new TopicAliases();
      aliases = known;
    }
    return known;
  }

  private static int checkPublishFlags(int header) {
    int qos = header >> 1 & 3;
    if (qos == 3) {
      throw malformed("a PUBLISH of QoS 3"); // [MQTT-3.3.1-4]
    }
    if (qos == 0 && (header & 8) != 0) {
      throw malformed("a PUBLISH of QoS 0 with DUP"); // [MQTT-3.3.1-2]
    }
    return qos;
  }

  private static int getPacketId(PacketCursor cursor) {
    int packetId = cursor.getShort();
    if (packetId == 0) {
      throw protocolError("packet id 0"); // [MQTT-2.2.1-3]
    }
    return packetId;
  }

  private static int parseAcknowledgement(PacketCursor cursor, MqttVersion known) {
    int packetId = getPacketId(cursor);
    getCode(cursor, known);
    return packetId;
  }

  /** The rest of an acknowledgement: MQTT 5 may leave out properties, and 0 with them. */
  private static int getCode(PacketCursor cursor, MqttVersion known) {
    if (known == MqttVersion.V3_1_1 || cursor.remaining() == 0) {
      return 0;
    }
    int code = cursor.getByte();
    if (cursor.remaining() > 0) {
      PropertySet.parse(cursor, Place.ACKNOWLEDGEMENT);
    }
    return code;
  }

  private static Packet parseSubscribe(PacketCursor cursor, MqttVersion known) {
    int packetId = getPacketId(cursor);
    boolean hasSubscriptionId =
        known == MqttVersion.V5
            && PropertySet.parse(cursor, Place.SUBSCRIBE).has(PropertySet.SUBSCRIPTION_ID);
    List<Packet.Filter> filters = new ArrayList<>(1);
    while (cursor.remaining() > 0) {
      String text = cursor.getText();
      int options = cursor.getByte();
      int reserved = known == MqttVersion.V5 ? 0xC0 : 0xFC;
      if ((options & reserved) != 0 || (options & 3) == 3) {
        throw malformed("a subscription with invalid options"); // [MQTT-3.8.3-5]
      }
      if ((options >> 4 & 3) == 3) {
        throw protocolError("a subscription with retain handling 3");
      }
      filters.add(
          new Packet.Filter(
              text, options & 3, (options & 4) != 0, (options & 8) != 0, options >> 4 & 3));
    }
    if (filters.isEmpty()) {
      throw protocolError("a SUBSCRIBE without a filter"); // [MQTT-3.8.3-2]
    }
    return new Packet.Subscribe(packetId, filters, hasSubscriptionId);
  }

  private static Packet parseUnsubscribe(PacketCursor cursor, MqttVersion known) {
    int packetId = getPacketId(cursor);
    if (known == MqttVersion.V5) {
      PropertySet.parse(cursor, Place.UNSUBSCRIBE);
    }
    List<String> filters = new ArrayList<>(1);
    while (cursor.remaining() > 0) {
      filters.add(cursor.getText());
    }
    if (filters.isEmpty()) {
      throw protocolError("an UNSUBSCRIBE without a filter"); // [MQTT-3.10.3-2]
    }
    return new Packet.Unsubscribe(packetId, filters);
  }

  private static Packet parseDisconnect(PacketCursor cursor, MqttVersion known) {
    int code = 0;
    long sessionExpirySeconds = 0;
    if (known == MqttVersion.V5 && cursor.remaining() > 0) {
      code = cursor.getByte();
      if (cursor.remaining() > 0) {
        sessionExpirySeconds = PropertySet.parse(cursor, Place.DISCONNECT).sessionExpiry();
      }
      if (!isGoodbyeOfClient(code)) { // [MQTT-3.14.2-1]
        throw protocolError("a DISCONNECT with code 0x%02x".formatted(code));
      }
    }
    return new Packet.Disconnect(code, sessionExpirySeconds);
  }

  private static boolean isGoodbyeOfClient(int code) {
    return switch (code) {
      case 0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99 ->
          true;
      default -> false;
    };
  }

  private static void checkFlags(int header, int flags) {
    if ((header & 15) != flags) {
      throw malformed("a packet of type " + (header >> 4) + " with invalid flags"); // [2.1.3-1]
    }
  }
}
