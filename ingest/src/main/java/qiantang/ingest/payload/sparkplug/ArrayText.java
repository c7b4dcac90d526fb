package qiantang.ingest.payload.sparkplug;

import qiantang.ingest.payload.sparkplug.JsonText.TooLong;
import qiantang.ingest.payload.sparkplug.Wire.Span;
import qiantang.store.model.Value;

/**
 * Array types as JSON arrays: {@code bytes_value} holds the elements packed, little-endian
 * (specification 6.4.17). Each element writes a byte or more of JSON, so 4 KiB of that end the work
 * on an array of any size.
 */
final class ArrayText {
  private final byte[] bytes;
  private final Span span;
  private final JsonText out = new JsonText();

  private ArrayText(byte[] bytes, Span span) {
    this.bytes = bytes;
    this.span = span;
  }

  static Value of(byte[] bytes, DataType type, Raw raw) throws Fault {
    if (raw.kind() != Raw.Kind.BYTES) {
      throw Scalars.mismatch(type, raw);
    }
    ArrayText array = new ArrayText(bytes, raw.requiredSpan());
    try {
      array.out.raw("[");
      switch (type) {
        case BOOLEAN_ARRAY -> array.booleans();
        case STRING_ARRAY -> array.strings();
        default -> array.numbers(type);
      }
      return array.out.raw("]").value();
    } catch (TooLong e) {
      throw Scalars.tooLarge();
    }
  }

  private void numbers(DataType type) throws Fault, TooLong {
    int width = type.bits() / 8;
    if (span.length() % width != 0) {
      throw Fault.malformed(
          "is %d bytes, no whole number of elements of %d".formatted(span.length(), width));
    }
    for (int at = 0; at < span.length(); at += width) {
      out.comma(at == 0);
      number(type, little(at, width));
    }
  }

  private void number(DataType type, long bits) throws TooLong {
    int unused = 64 - type.bits();
    switch (type) {
      case FLOAT_ARRAY -> out.number(Scalars.shortest(Float.intBitsToFloat((int) bits)));
      case DOUBLE_ARRAY -> out.number(Double.longBitsToDouble(bits));
      case UINT8_ARRAY, UINT16_ARRAY, UINT32_ARRAY, UINT64_ARRAY ->
          out.raw(Long.toUnsignedString(bits));
      default -> out.raw(Long.toString((bits << unused) >> unused));
    }
  }

  /** A count of four bytes, then a bit an element, the highest of each byte first. */
  private void booleans() throws Fault, TooLong {
    long count = span.length() < 4 ? -1 : little(0, 4);
    if (count < 0 || (count + 7) / 8 != span.length() - 4) {
      throw Fault.malformed("is a BooleanArray whose count and length differ");
    }
    for (int i = 0; i < count; i++) {
      int octet = bytes[span.from() + 4 + i / 8];
      out.comma(i == 0).raw(((octet >> (7 - i % 8)) & 1) != 0 ? "true" : "false");
    }
  }

  /** Each ends with a zero byte. */
  private void strings() throws Fault, TooLong {
    int end = span.from() + span.length();
    int begin = span.from();
    for (int at = begin; at < end; at++) {
      if (bytes[at] == 0) {
        out.comma(begin == span.from());
        out.string(Scalars.utf8(bytes, new Span(begin, at - begin)));
        begin = at + 1;
      }
    }
    if (begin < end) {
      throw Fault.malformed("is a StringArray whose last text does not end with a zero byte");
    }
  }

  private long little(int at, int width) {
    long bits = 0;
    for (int i = width - 1; i >= 0; i--) {
      bits = (bits << 8) | (bytes[span.from() + at + i] & 0xFF);
    }
    return bits;
  }
}
