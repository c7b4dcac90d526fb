package qiantang.store.codec;

import qiantang.store.model.Value;
import qiantang.store.summary.Numbers;

/** One value: a type byte and its bits, exact for everything a device can send. */
final class ValueCodec {
  private static final int FALSE = 0;
  private static final int TRUE = 1;
  private static final int INT = 2;
  private static final int RAW = 3;
  private static final int DECIMAL = 4; // 4 + scale, so that 42.1 takes 3 bytes and not 9
  private static final int TEXT = 16;
  private static final int JSON = 17;

  // Powers of ten up to 10^8: sensors send at most 8 decimals (NAB machine temperature does).
  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  // A mantissa below 2^49 takes at most 7 bytes as a varint, so a decimal is never longer than raw.
  private static final double MANTISSA_MAX = 0x1p48;

  private ValueCodec() {}

  static void encode(ByteSink sink, Value value) {
    switch (value) {
      case Value.Bool bool -> sink.put(bool.value() ? TRUE : FALSE);
      case Value.Int integer -> {
        sink.put(INT);
        sink.putZigzag(integer.value());
      }
      case Value.Real real -> encodeReal(sink, real.value());
      case Value.Text text -> {
        sink.put(TEXT);
        sink.putText(text.value());
      }
      case Value.Json json -> {
        sink.put(JSON);
        sink.putText(json.text());
      }
    }
  }

  static Value decode(ByteSource source) {
    int type = source.get();
    if (type >= DECIMAL && type < DECIMAL + POWERS.length) {
      return new Value.Real(source.getZigzag() / POWERS[type - DECIMAL]);
    }
    return switch (type) {
      case FALSE -> new Value.Bool(false);
      case TRUE -> new Value.Bool(true);
      case INT -> new Value.Int(source.getZigzag());
      case RAW -> new Value.Real(Double.longBitsToDouble(source.getInt64()));
      case TEXT -> new Value.Text(source.getText());
      case JSON -> new Value.Json(source.getText());
      default -> throw new ByteSource.Damaged("a value of unknown type " + type);
    };
  }

  /** The same of a value that is a number, in the sense of {@link Numbers}. */
  static Value decodeNumber(ByteSource source) {
    Value value = decode(source);
    if (!Numbers.isNumber(value)) {
      throw new ByteSource.Damaged("no number: " + value);
    }
    return value;
  }

  private static void encodeReal(ByteSink sink, double value) {
    long bits = Double.doubleToRawLongBits(value);
    for (int scale = 0; scale < POWERS.length; scale++) {
      double scaled = value * POWERS[scale];
      if (!(Math.abs(scaled) < MANTISSA_MAX)) {
        break;
      }
      long mantissa = Math.round(scaled);
      // The division is correctly rounded, so equal bits here mean equal bits after decoding.
      if (Double.doubleToRawLongBits(mantissa / POWERS[scale]) == bits) {
        sink.put(DECIMAL + scale);
        sink.putZigzag(mantissa);
        return;
      }
    }
    sink.put(RAW);
    sink.putInt64(bits);
  }
}
