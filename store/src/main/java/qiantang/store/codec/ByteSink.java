package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** A growing byte array with the few number formats that our bodies use. Not thread-safe. */
final class ByteSink {
  private byte[] bytes;
  private int length;

  ByteSink(int capacityBytes) {
    bytes = new byte[capacityBytes];
  }

  int length() {
    return length;
  }

  byte[] array() {
    return bytes;
  }

  /** Forgets all behind this length. */
  void truncate(int toLength) {
    length = toLength;
  }

  /**
   * Makes the next bytes part of the sink and says where they begin; the caller writes them into
   * {@link #array()}. Up to eight bytes behind them may be written over without harm.
   */
  int claim(int count) {
    reserve(count + Long.BYTES);
    int from = length;
    length += count;
    return from;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void put(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void put(byte[] source, int offset, int count) {
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  void putInt32(int value) {
    reserve(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  void putInt64(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  /** Seven bits a byte, least significant first (LEB128); the value is taken as unsigned. */
  void putVarint(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** A varint that keeps small negative numbers short. */
  void putZigzag(long value) {
    putVarint((value << 1) ^ (value >> 63));
  }

  /** Length and UTF-8 bytes. */
  void putText(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    putVarint(utf8.length);
    put(utf8, 0, utf8.length);
  }

  /** Bytes that {@link #putVarint} takes. */
  static int varintBytes(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** Bytes that {@link #putZigzag} takes. */
  static int zigzagBytes(long value) {
    return varintBytes((value << 1) ^ (value >> 63));
  }

  private void reserve(int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
