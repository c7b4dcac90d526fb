package qiantang.store.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Unsigned numbers of one width in bits, back to back, the least significant bit first. */
final class Bits {
  /** The widest below {@link #WIDE}. */
  static final int NARROW_MAX = 56;

  /** Numbers wider than {@link #NARROW_MAX} take eight bytes: no load spans more than that. */
  static final int WIDE = 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bits() {}

  /** The width that holds numbers up to this unsigned one. */
  static int width(long largest) {
    int width = Long.SIZE - Long.numberOfLeadingZeros(largest);
    return width > NARROW_MAX ? WIDE : width;
  }

  /** Bytes that so many numbers take. */
  static int bytes(int count, int width) {
    return (count * width + 7) >>> 3;
  }

  /** Appends the first of these values, none of them wider than the width. */
  static void pack(ByteSink sink, long[] values, int count, int width) {
    if (width == 0) {
      return;
    }
    int at = sink.claim(bytes(count, width));
    byte[] bytes = sink.array();
    if (width == WIDE) {
      for (int i = 0; i < count; i++) {
        LONG.set(bytes, at + (i << 3), values[i]);
      }
      return;
    }
    long collected = 0;
    int used = 0;
    for (int i = 0; i < count; i++) {
      long value = values[i];
      collected |= value << used;
      used += width;
      if (used >= Long.SIZE) {
        LONG.set(bytes, at, collected);
        at += Long.BYTES;
        used -= Long.SIZE;
        // What did not fit; nothing where it fitted exactly, because the value is narrower than 64.
        collected = value >>> (width - used);
      }
    }
    if (used > 0) {
      LONG.set(bytes, at, collected); // The sink has eight bytes to spare behind its end.
    }
  }

  /** Reads so many numbers into {@code into[at, at + count)}. */
  static void unpack(ByteSource source, int width, long[] into, int at, int count) {
    int from = source.position();
    source.skip(bytes(count, width));
    byte[] bytes = source.array();
    if (width == 0) {
      Arrays.fill(into, at, at + count, 0);
      return;
    }
    if (width == WIDE) {
      for (int i = 0; i < count; i++) {
        into[at + i] = (long) LONG.get(bytes, from + (i << 3));
      }
      return;
    }
    long mask = (1L << width) - 1;
    int whole = wholeLoads(bytes.length - from, width, count);
    for (int i = 0; i < whole; i++) {
      int bit = i * width;
      into[at + i] = ((long) LONG.get(bytes, from + (bit >>> 3)) >>> (bit & 7)) & mask;
    }
    for (int i = whole; i < count; i++) {
      int bit = i * width;
      into[at + i] = (loadTail(bytes, from + (bit >>> 3)) >>> (bit & 7)) & mask;
    }
  }

  /** How many of the numbers have eight bytes of the array from where they begin. */
  private static int wholeLoads(int bytesLeft, int width, int count) {
    if (bytesLeft < Long.BYTES) {
      return 0;
    }
    // Number i begins in byte i * width / 8, which must not be beyond bytesLeft - 8.
    return Math.min(count, ((bytesLeft - Long.BYTES) * 8 + 7) / width + 1);
  }

  private static long loadTail(byte[] bytes, int from) {
    long value = 0;
    for (int i = 0; i < Long.BYTES && from + i < bytes.length; i++) {
      value |= (bytes[from + i] & 0xffL) << (i << 3);
    }
    return value;
  }
}
