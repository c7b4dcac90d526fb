package qiantang.ingest.net;

import org.jspecify.annotations.Nullable;

/**
 * The properties of one MQTT 5 packet: those this server needs are kept, all are checked. One table
 * says for each property its type and where it may stand (MQTT 5, section 2.2.2.2).
 */
final class PropertySet {
  /** Where properties stand. */
  enum Place {
    CONNECT,
    WILL,
    PUBLISH,
    SUBSCRIBE,
    UNSUBSCRIBE,
    ACKNOWLEDGEMENT,
    DISCONNECT
  }

  static final int SESSION_EXPIRY = 0x11;
  static final int AUTHENTICATION_METHOD = 0x15;
  static final int RECEIVE_MAXIMUM = 0x21;
  static final int REQUEST_PROBLEM_INFORMATION = 0x17;
  static final int MAXIMUM_PACKET_SIZE = 0x27;
  static final int TOPIC_ALIAS = 0x23;
  static final int SUBSCRIPTION_ID = 0x0B;

  private static final int AUTHENTICATION_DATA = 0x16;
  private static final int USER_PROPERTY = 0x26;

  /** No properties: what holds where none is given. */
  static final PropertySet NONE = new PropertySet();

  private long seen; // bit by identifier, all are below 64
  private long sessionExpiry;
  private int receiveMaximum = 65_535;
  private long maximumPacketSize = Long.MAX_VALUE;
  private boolean wantsProblemInformation = true;
  private boolean isText;
  private int topicAlias;
  private @Nullable String authenticationMethod;

  private PropertySet() {}

  /** Reads the length and the properties; what is wrong is thrown as {@code Broken}. */
  static PropertySet parse(PacketCursor cursor, Place place) {
    return parseAll(cursor.slice(cursor.getVarint()), place);
  }

  /** Reads properties up to the cursor's end. */
  static PropertySet parseAll(PacketCursor properties, Place place) {
    PropertySet set = new PropertySet();
    while (properties.remaining() > 0) {
      set.parseOne(properties, place);
    }
    if (set.has(AUTHENTICATION_DATA) && !set.has(AUTHENTICATION_METHOD)) {
      throw PacketCursor.protocolError("authentication data without a method");
    }
    return set;
  }

  boolean has(int id) {
    return (seen & 1L << id) != 0;
  }

  long sessionExpiry() {
    return sessionExpiry;
  }

  int receiveMaximum() {
    return receiveMaximum;
  }

  long maximumPacketSize() {
    return maximumPacketSize;
  }

  boolean wantsProblemInformation() {
    return wantsProblemInformation;
  }

  /** Whether the payload is what its format indicator says, else it is thrown. */
  void checkPayload(byte[] bytes, int offset, int length) {
    if (isText && Utf8.firstBad(bytes, offset, length) >= 0) {
      throw new PacketCursor.Broken(
          ReasonCode.PAYLOAD_INVALID, "a payload that is said to be UTF-8 and is not");
    }
  }

  int topicAlias() {
    return topicAlias;
  }

  boolean isText() {
    return isText;
  }

  @Nullable String authenticationMethod() {
    return authenticationMethod;
  }

  private void parseOne(PacketCursor cursor, Place place) {
    int id = cursor.getVarint();
    if (!mayStand(id, place)) {
      throw PacketCursor.protocolError(
          "property 0x%02x, which may not stand in %s".formatted(id, place));
    }
    boolean mayRepeat = id == USER_PROPERTY;
    if (has(id) && !mayRepeat) {
      throw PacketCursor.protocolError("property 0x%02x twice".formatted(id));
    }
    seen |= 1L << id;
    switch (id) {
      case 0x01 -> isText = getFlag(cursor, id) == 1; // payload format indicator
      case 0x02 -> cursor.getInt(); // message expiry interval
      case 0x03, 0x1F -> cursor.getText(); // content type, reason
      case 0x08 -> ConnectParser.checkTopicName(cursor.getText()); // response topic [3.3.2-14]
      case 0x09, AUTHENTICATION_DATA -> cursor.getBinary(); // correlation data
      case SUBSCRIPTION_ID -> requirePositive(cursor.getVarint(), id);
      case SESSION_EXPIRY -> sessionExpiry = cursor.getInt();
      case AUTHENTICATION_METHOD -> authenticationMethod = cursor.getText();
      case REQUEST_PROBLEM_INFORMATION -> wantsProblemInformation = getFlag(cursor, id) == 1;
      case 0x18 -> cursor.getInt(); // will delay interval
      case 0x19 -> getFlag(cursor, id); // request response information
      case RECEIVE_MAXIMUM -> {
        receiveMaximum = cursor.getShort();
        requirePositive(receiveMaximum, id);
      }
      case 0x22 -> cursor.getShort(); // topic alias maximum
      case TOPIC_ALIAS -> topicAlias = cursor.getShort();
      case USER_PROPERTY -> {
        cursor.getText();
        cursor.getText();
      }
      case MAXIMUM_PACKET_SIZE -> {
        maximumPacketSize = cursor.getInt();
        requirePositive(maximumPacketSize, id);
      }
      default -> throw new AssertionError("BUG: property " + id + " may stand but is not read");
    }
  }

  private static int getFlag(PacketCursor cursor, int id) {
    int value = cursor.getByte();
    if (value > 1) {
      throw PacketCursor.protocolError("property 0x%02x of %d".formatted(id, value));
    }
    return value;
  }

  private static void requirePositive(long value, int id) {
    if (value == 0) {
      throw PacketCursor.protocolError("property 0x%02x of 0".formatted(id));
    }
  }

  private static boolean mayStand(int id, Place place) {
    return switch (id) {
      case 0x01, 0x02, 0x03, 0x08, 0x09 -> place == Place.PUBLISH || place == Place.WILL;
      case SUBSCRIPTION_ID -> place == Place.SUBSCRIBE; // in PUBLISH only from server to client
      case SESSION_EXPIRY -> place == Place.CONNECT || place == Place.DISCONNECT;
      case AUTHENTICATION_METHOD, AUTHENTICATION_DATA -> place == Place.CONNECT;
      case REQUEST_PROBLEM_INFORMATION, 0x19, RECEIVE_MAXIMUM, 0x22, MAXIMUM_PACKET_SIZE ->
          place == Place.CONNECT;
      case 0x18 -> place == Place.WILL;
      case 0x1F -> place == Place.ACKNOWLEDGEMENT || place == Place.DISCONNECT;
      case TOPIC_ALIAS -> place == Place.PUBLISH;
      case USER_PROPERTY -> true;
      default -> false;
    };
  }
}
