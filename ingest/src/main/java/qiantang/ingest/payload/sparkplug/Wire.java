package qiantang.ingest.payload.sparkplug;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * The fields of one protobuf message, one after the other. Read by hand, not by generated classes:
 * those allocate all that is nested before anybody can look at a limit, and keep what they do not
 * know. Here a nested message, a text or bytes is a {@link Span} of the payload until somebody
 * wants it, so a payload costs one look along its bytes however deep it is.
 *
 * <p>Groups are refused: Sparkplug has none, and nested ones are what readers overflow their stack
 * on (CVE-2024-7254). Unknown fields are stepped over, as the schema's extensions want it.
 */
final class Wire {
  /** Where in the payload's array something lies, not copied. */
  record Span(int from, int length) {}

  private final byte[] bytes;
  private final int base;
  private final int from;
  private final CodedInputStream in;
  private int tag;

  /** Reads the message that lies there. */
  Wire(byte[] bytes, Span span) {
    this(bytes, span, span.from());
  }

  private Wire(byte[] bytes, Span span, int base) {
    this.bytes = bytes;
    this.base = base;
    from = span.from();
    in = CodedInputStream.newInstance(bytes, span.from(), span.length());
  }

  /** Reads a message inside this one; what is wrong with it has its place in this one. */
  Wire nested(Span span) {
    return new Wire(bytes, span, base);
  }

  /** Moves to the next field; false at the end of the message. */
  boolean next() throws Unreadable {
    try {
      tag = in.readTag();
    } catch (IOException e) {
      throw broken();
    }
    if (tag == 0) {
      return false;
    }
    int type = WireFormat.getTagWireType(tag);
    if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
      throw new Unreadable(
          "no Sparkplug B payload at byte %d: a protobuf group, and Sparkplug has none"
              .formatted(position()));
    }
    return true;
  }

  /** Number of the field that {@link #next} moved to. */
  int field() {
    return WireFormat.getTagFieldNumber(tag);
  }

  /** A varint: 64-bit integers, and those of 32 bits, which some encoders sign-extend to 64. */
  long varint() throws Unreadable {
    expect(WireFormat.WIRETYPE_VARINT);
    return rawVarint();
  }

  /** Whether packed numbers go on. */
  boolean hasMore() throws Unreadable {
    try {
      return !in.isAtEnd();
    } catch (IOException e) {
      throw broken();
    }
  }

  /** The next of packed numbers. */
  long rawVarint() throws Unreadable {
    try {
      return in.readRawVarint64();
    } catch (IOException e) {
      throw broken();
    }
  }

  boolean bool() throws Unreadable {
    return varint() != 0;
  }

  int fixed32() throws Unreadable {
    expect(WireFormat.WIRETYPE_FIXED32);
    try {
      return in.readRawLittleEndian32();
    } catch (IOException e) {
      throw broken();
    }
  }

  long fixed64() throws Unreadable {
    expect(WireFormat.WIRETYPE_FIXED64);
    try {
      return in.readRawLittleEndian64();
    } catch (IOException e) {
      throw broken();
    }
  }

  /** Bytes, a text or a nested message, stepped over. */
  Span span() throws Unreadable {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    try {
      int length = in.readRawVarint32();
      int start = from + in.getTotalBytesRead();
      in.skipRawBytes(length);
      return new Span(start, length);
    } catch (IOException e) {
      throw broken();
    }
  }

  /** Whether the field is bytes, a text, a nested message or packed numbers. */
  boolean isSpan() {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** Steps over a field that nobody asked for. */
  void skip() throws Unreadable {
    try {
      var _ = in.skipField(tag);
    } catch (IOException e) {
      throw broken();
    }
  }

  private void expect(int type) throws Unreadable {
    if (WireFormat.getTagWireType(tag) != type) {
      throw new Unreadable(
          "no Sparkplug B payload at byte %d: field %d has wire type %d, not %d"
              .formatted(position(), field(), WireFormat.getTagWireType(tag), type));
    }
  }

  private int position() {
    return from - base + in.getTotalBytesRead();
  }

  private Unreadable broken() {
    return new Unreadable(
        "no Sparkplug B payload at byte %d: the protobuf breaks off or is damaged"
            .formatted(position()));
  }
}
