package qiantang.ingest.net;

import org.jspecify.annotations.Nullable;

/** Reads the fields of one packet's body. Not thread-safe. */
final class PacketCursor {
  /** Thrown by the fields, caught where the packet's parser began: never leaves this package. */
  static final class Broken extends RuntimeException {
    final ReasonCode code;
    final String detail;

    Broken(ReasonCode code, String detail) {
      super(detail, null, false, false); // no stack trace: hostile input must stay cheap
      this.code = code;
      this.detail = detail;
    }
  }

  private final byte[] bytes;
  private final int end;
  private int at;

  PacketCursor(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    at = from;
    end = to;
  }

  static Broken malformed(String detail) {
    return new Broken(ReasonCode.MALFORMED_PACKET, detail);
  }

  static Broken protocolError(String detail) {
    return new Broken(ReasonCode.PROTOCOL_ERROR, detail);
  }

  int position() {
    return at;
  }

  int remaining() {
    return end - at;
  }

  byte[] array() {
    return bytes;
  }

  int getByte() {
    require(1);
    return bytes[at++] & 0xff;
  }

  int getShort() {
    require(2);
    int value = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    at += 2;
    return value;
  }

  long getInt() {
    return (long) getShort() << 16 | getShort();
  }

  /** A variable byte integer of at most four bytes. [MQTT-1.5.5-1] */
  int getVarint() {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int next = getByte();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw malformed("a variable byte integer of more than four bytes");
  }

  byte[] getBinary() {
    int length = getShort();
    require(length);
    byte[] value = new byte[length];
    System.arraycopy(bytes, at, value, 0, length);
    at += length;
    return value;
  }

  /** A length and that much strict UTF-8 without U+0000. [MQTT-1.5.4-1, MQTT-1.5.4-2] */
  String getText() {
    int length = getShort();
    require(length);
    String text = textAt(at, length);
    at += length;
    return text;
  }

  /** All that is left, as such a text without a length before it. */
  String getRest() {
    int from = at;
    at = end;
    return textAt(from, end - from);
  }

  /**
   * A text that is probably the same as last time, as topics are: comparing spares the string.
   *
   * @param lastBytes body of the packet that brought {@code last}
   */
  String getText(@Nullable String last, byte[] lastBytes) {
    int length = getShort();
    require(length);
    boolean same = last != null && length == lastBytes.length;
    for (int i = 0; same && i < length; i++) {
      same = bytes[at + i] == lastBytes[i];
    }
    String text = same && last != null ? last : textAt(at, length);
    at += length;
    return text;
  }

  /** A cursor over the next bytes, which this one steps over. */
  PacketCursor slice(int length) {
    require(length);
    PacketCursor slice = new PacketCursor(bytes, at, at + length);
    at += length;
    return slice;
  }

  private String textAt(int from, int length) {
    String text = Utf8.decode(bytes, from, length);
    if (text == null) {
      throw malformed("a text that is not UTF-8");
    }
    if (text.indexOf('\0') >= 0) {
      throw malformed("a text with U+0000");
    }
    return text;
  }

  private void require(int length) {
    if (length > end - at) {
      throw malformed("a packet that ends within a field");
    }
  }
}
