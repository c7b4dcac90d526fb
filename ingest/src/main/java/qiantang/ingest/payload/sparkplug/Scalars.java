package qiantang.ingest.payload.sparkplug;

import java.util.Base64;
import java.util.Locale;
import qiantang.ingest.net.Utf8;
import qiantang.ingest.payload.sparkplug.Wire.Span;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/** What a raw value of a plain type says: integers, floats, booleans, texts, bytes. */
final class Scalars {
  // What fits a value as base64, four characters for three bytes.
  private static final int BYTES_MAX = Value.TEXT_BYTES_MAX / 4 * 3;

  private Scalars() {}

  /**
   * An integer of the type's width. Encoders differ in how they send negative ones of 8 and 16
   * bits: sign-extended to 32 (Java, C), or the low bits alone (Python); both are understood. Some
   * send Int64 as int_value, or UInt32 as long_value, which loses nothing either.
   */
  static Value integer(DataType type, Raw raw) throws Fault {
    boolean isInt = raw.kind() == Raw.Kind.INT;
    if (!isInt && raw.kind() != Raw.Kind.LONG) {
      throw mismatch(type, raw);
    }
    long sent = raw.bits();
    int bits = type.bits();
    boolean isSigned =
        switch (type) {
          case INT8, INT16, INT32, INT64 -> true;
          default -> false;
        };
    if (isSigned) {
      long value = isInt ? (int) sent : sent;
      if (bits == 64 || (value >= -1L << (bits - 1) && value < 1L << (bits - 1))) {
        return new Value.Int(value);
      }
      if (sent >= 0 && sent < 1L << bits) {
        return new Value.Int(sent - (1L << bits));
      }
    } else if (bits == 64) {
      if (sent < 0) {
        throw Fault.malformed(
            "is %s, beyond the 63 bits that are kept".formatted(Long.toUnsignedString(sent)));
      }
      return new Value.Int(sent);
    } else if (sent >= 0 && sent < 1L << bits) {
      return new Value.Int(sent);
    }
    throw Fault.malformed(
        "is %s, which is no %s".formatted(isInt ? (int) sent : sent, type.word()));
  }

  /**
   * A Float by its shortest decimal, 0.1 and not 0.10000000149011612: it reads back to the same
   * float, people know it again, and a decimal takes a third of the bytes of a double.
   */
  static Value real(DataType type, Raw raw) throws Fault {
    return switch (raw.kind()) {
      case FLOAT -> new Value.Real(shortest(Float.intBitsToFloat((int) raw.bits())));
      case DOUBLE -> new Value.Real(Double.longBitsToDouble(raw.bits()));
      default -> throw mismatch(type, raw);
    };
  }

  static double shortest(float value) {
    boolean isPlain = !Float.isFinite(value) || value == (int) value;
    return isPlain ? value : Double.parseDouble(Float.toString(value));
  }

  static Value bool(DataType type, Raw raw) throws Fault {
    if (raw.kind() != Raw.Kind.BOOLEAN) {
      throw mismatch(type, raw);
    }
    return new Value.Bool(raw.bits() != 0);
  }

  static Value.Text text(byte[] bytes, DataType type, Raw raw) throws Fault {
    if (raw.kind() != Raw.Kind.STRING) {
      throw mismatch(type, raw);
    }
    return new Value.Text(utf8(bytes, raw.requiredSpan()));
  }

  /** A text, looked at before it is made. */
  static String utf8(byte[] bytes, Span span) throws Fault {
    if (!JsonText.mayFit(span.length())) {
      throw tooLarge();
    }
    String text = Utf8.decode(bytes, span.from(), span.length());
    if (text == null) {
      throw Fault.malformed("has a text that is not UTF-8");
    }
    return text;
  }

  /** Bytes have no type of their own among values: they become base64. */
  static Value base64(byte[] bytes, DataType type, Raw raw) throws Fault {
    if (raw.kind() != Raw.Kind.BYTES) {
      throw mismatch(type, raw);
    }
    Span span = raw.requiredSpan();
    if (span.length() > BYTES_MAX) {
      throw new Fault(
          Reason.TOO_LARGE,
          "has %d bytes; at most %d are kept, as base64".formatted(span.length(), BYTES_MAX));
    }
    byte[] copy = new byte[span.length()];
    System.arraycopy(bytes, span.from(), copy, 0, copy.length);
    return new Value.Text(Base64.getEncoder().encodeToString(copy));
  }

  /**
   * A value whose type nobody has told: its birth has not come. What can mean one thing only is
   * taken. An integer that could be a negative number of 8, 16, 32 or 64 bits as well as a large
   * one cannot, nor can bytes.
   */
  static Value untyped(byte[] bytes, Raw raw) throws Fault {
    return switch (raw.kind()) {
      case INT, LONG -> {
        long bits = raw.bits();
        boolean isAmbiguous =
            bits < 0
                || (bits >= 1L << 7 && bits < 1L << 8)
                || (bits >= 1L << 15 && bits < 1L << 16)
                || (bits >= 1L << 31 && bits < 1L << 32);
        if (isAmbiguous) {
          throw Fault.malformed(
              "is an integer of an unknown type, %s or a negative number: send its birth first"
                  .formatted(Long.toUnsignedString(bits)));
        }
        yield new Value.Int(bits);
      }
      case FLOAT -> real(DataType.FLOAT, raw);
      case DOUBLE -> real(DataType.DOUBLE, raw);
      case BOOLEAN -> bool(DataType.BOOLEAN, raw);
      case STRING -> text(bytes, DataType.STRING, raw);
      case BYTES -> throw Fault.malformed("is bytes of an unknown type: send its birth first");
      case DATA_SET, TEMPLATE, EXTENSION, NONE -> throw mismatch(DataType.UNKNOWN, raw);
    };
  }

  static Fault tooLarge() {
    return new Fault(
        Reason.TOO_LARGE, "has a value of more than " + Value.TEXT_BYTES_MAX + " bytes");
  }

  static Fault mismatch(DataType type, Raw raw) {
    return Fault.malformed(
        raw.kind() == Raw.Kind.NONE
            ? "has no value and does not say is_null"
            : "is declared %s and comes as %s".formatted(type.word(), raw.kind().word()));
  }

  /** A word for a person, of a number that is no type. */
  static Fault unknownType(long code) {
    return Fault.malformed(
        String.format(Locale.ROOT, "has the data type %d, which Sparkplug B does not have", code));
  }
}
