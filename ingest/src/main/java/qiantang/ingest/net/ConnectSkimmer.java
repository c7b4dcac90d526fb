package qiantang.ingest.net;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Steps over a CONNECT that is too large to be kept and holds its user name alone, at most {@link
 * #USER_NAME_BYTES_MAX}: whoever sends it is a stranger still, but its owner is to read why it is
 * refused. Each byte is looked at once. Event loop only.
 */
final class ConnectSkimmer {
  /** A token has at most 161 bytes; what is longer names no owner. */
  static final int USER_NAME_BYTES_MAX = 256;

  // Length and text of the protocol name, level, flags, keep-alive.
  private static final int HEAD_BYTES = 10;
  private static final byte[] NAME = {0, 4, 'M', 'Q', 'T', 'T'};

  private static final int WILL = 0x04;
  private static final int USER_NAME = 0x80;

  /** What follows the head; each begins with its length. */
  private enum Field {
    PROPERTIES,
    CLIENT_ID,
    WILL_TOPIC,
    WILL_PAYLOAD,
    USER_NAME
  }

  /** What the bytes that come next are kept for. */
  private enum Stage {
    HEAD,
    LENGTH,
    USER_NAME
  }

  private final int packetBytes;
  private final int packetBytesMax;
  private final ArrayDeque<Field> fields = new ArrayDeque<>(6);
  private final byte[] kept = new byte[USER_NAME_BYTES_MAX];
  private Stage stage = Stage.HEAD;
  private int filled;
  private int left;
  private int skip;
  private int clientIdBytes;
  private int userNameBytes;
  private @Nullable MqttVersion version;

  /**
   * For one packet, from the first byte of its body.
   *
   * @param packetBytes fixed header included
   * @param packetBytesMax what it would have to be kept within
   */
  ConnectSkimmer(int packetBytes, int remainingLength, int packetBytesMax) {
    this.packetBytes = packetBytes;
    this.packetBytesMax = packetBytesMax;
    left = remainingLength;
  }

  /** Takes bytes; the packet as soon as there is no more to learn, else null. */
  @Nullable Packet read(ByteBuf in) {
    while (in.isReadable()) {
      @Nullable Packet packet = null;
      if (skip > 0) {
        int count = Math.min(skip, in.readableBytes());
        in.skipBytes(count);
        skip -= count;
        left -= count;
      } else {
        left--;
        kept[filled++] = in.readByte();
        packet = step();
      }
      if (packet == null && (skip > left || left == 0)) {
        packet = broken(ReasonCode.MALFORMED_PACKET, "a packet that ends within a field");
      }
      if (packet != null) {
        return packet;
      }
    }
    return null;
  }

  private @Nullable Packet step() {
    return switch (stage) {
      case HEAD -> filled == HEAD_BYTES ? beginFields() : null;
      case LENGTH -> isLengthWhole() ? beginField() : null;
      case USER_NAME -> filled == userNameBytes ? refused(userName()) : null;
    };
  }

  private @Nullable Packet beginFields() {
    for (int i = 0; i < NAME.length; i++) {
      if (kept[i] != NAME[i]) {
        return refused("");
      }
    }
    int level = kept[6];
    if (level != 4 && level != 5) {
      return refused("");
    }
    version = level == 4 ? MqttVersion.V3_1_1 : MqttVersion.V5;
    int flags = kept[7];
    addProperties();
    fields.add(Field.CLIENT_ID);
    if ((flags & WILL) != 0) {
      addProperties();
      fields.add(Field.WILL_TOPIC);
      fields.add(Field.WILL_PAYLOAD);
    }
    if ((flags & USER_NAME) != 0) {
      fields.add(Field.USER_NAME);
    }
    return expectLength();
  }

  private void addProperties() {
    if (version == MqttVersion.V5) {
      fields.add(Field.PROPERTIES);
    }
  }

  private @Nullable Packet expectLength() {
    stage = Stage.LENGTH;
    filled = 0;
    return fields.isEmpty() ? refused("") : null;
  }

  private boolean isLengthWhole() {
    return fields.element() == Field.PROPERTIES
        ? kept[filled - 1] >= 0 || filled == 4
        : filled == 2;
  }

  private @Nullable Packet beginField() {
    Field field = fields.remove();
    if (field == Field.PROPERTIES) {
      if (kept[filled - 1] < 0) {
        return broken(
            ReasonCode.MALFORMED_PACKET, "a variable byte integer of more than four bytes");
      }
      skip = new PacketCursor(kept, 0, filled).getVarint();
      return expectLength();
    }
    int length = new PacketCursor(kept, 0, 2).getShort();
    if (field == Field.USER_NAME) {
      stage = Stage.USER_NAME;
      filled = 0;
      userNameBytes = length;
      return length == 0 || length > USER_NAME_BYTES_MAX ? refused("") : null;
    }
    if (field == Field.CLIENT_ID) {
      clientIdBytes = length;
    }
    skip = length;
    return expectLength();
  }

  private String userName() {
    String text = Utf8.decode(kept, 0, userNameBytes);
    return text == null || text.indexOf('\0') >= 0 ? "" : text;
  }

  private Packet refused(String userName) {
    boolean isByClientId = packetBytes - clientIdBytes <= packetBytesMax;
    ReasonCode code = isByClientId ? ReasonCode.CLIENT_ID_INVALID : ReasonCode.PACKET_TOO_LARGE;
    String cause = isByClientId ? "a client id of " + clientIdBytes + " bytes makes " : "";
    String detail =
        cause + "a CONNECT of " + packetBytes + " bytes; at most " + packetBytesMax + " are taken";
    MqttVersion known = version;
    return known == null || userName.isEmpty()
        ? new Packet.Broken(known, code, detail, false)
        : new Packet.BrokenConnect(known, code, detail, userName);
  }

  private Packet broken(ReasonCode code, String detail) {
    return new Packet.Broken(version, code, detail, false);
  }
}
