package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serial;
import java.util.Arrays;

/** Reads what {@link ByteSink} wrote, within bounds, and says so where the bytes are not that. */
final class ByteSource {
  /** The bytes are not what the format says. Never leaves the codec package. */
  static final class Damaged extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Damaged(String message) {
      super(message, null, false, false);
    }
  }

  private final byte[] bytes;
  private int position;
  private int end;

  ByteSource(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    position = from;
    end = to;
  }

  int remaining() {
    return end - position;
  }

  byte[] array() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** A source of the next bytes; this one goes on behind them. */
  ByteSource slice(long count) {
    ByteSource slice = new ByteSource(bytes, position, position);
    skip(count);
    slice.end = position;
    return slice;
  }

  /** A source of the same bytes from here on, for whoever wants to look ahead. */
  ByteSource peek() {
    return new ByteSource(bytes, position, end);
  }

  void skip(long count) {
    if (count < 0 || count > remaining()) {
      throw new Damaged("a length of " + count + " with " + remaining() + " bytes left");
    }
    position += (int) count;
  }

  /** Says that the bytes are damaged where some are left. */
  void requireEnd() {
    if (remaining() > 0) {
      throw new Damaged(remaining() + " bytes too many");
    }
  }

  int get() {
    if (position >= end) {
      throw new Damaged("ends too early");
    }
    return bytes[position++] & 0xff;
  }

  byte[] get(long count) {
    int from = position;
    skip(count);
    return Arrays.copyOfRange(bytes, from, position);
  }

  int getInt32() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value = (value << 8) | get();
    }
    return value;
  }

  long getInt64() {
    return ((long) getInt32() << 32) | (getInt32() & 0xffff_ffffL);
  }

  long getVarint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = get();
      value |= ((long) (b & 0x7f)) << shift;
      if ((b & 0x80) == 0) {
        return value;
      }
    }
    throw new Damaged("a varint of more than ten bytes");
  }

  long getZigzag() {
    long value = getVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A count of things that take at least one byte each, so that it cannot ask for much memory. */
  int getCount() {
    long count = getVarint();
    if (count < 0 || count > remaining()) {
      throw new Damaged("a count of " + count + " with " + remaining() + " bytes left");
    }
    return (int) count;
  }

  String getText() {
    int count = getCount();
    int from = position;
    skip(count);
    return new String(bytes, from, count, UTF_8);
  }

  /** Whether what is left is exactly these bytes. */
  boolean equalTo(byte[] other) {
    return Arrays.equals(bytes, position, end, other, 0, other.length);
  }

  /** What is left, as text. */
  String getRest() {
    return new String(bytes, position, end - position, UTF_8);
  }
}
