package qiantang.store.codec;

import java.math.BigInteger;
import qiantang.store.summary.Exact;

/**
 * Exact numbers, as they are.
 *
 * <pre>
 * exact := exponent(zigzag) bytes(varint) units(two's complement)
 * </pre>
 */
final class ExactCodec {
  // From 2^-1074 to 2^1024 times microseconds times a count.
  private static final int EXPONENT_MAX = 1200;
  private static final int UNITS_BYTES_MAX = 300;

  private ExactCodec() {}

  static void encode(ByteSink sink, Exact exact) {
    byte[] units = exact.units().toByteArray();
    sink.putZigzag(exact.exponent());
    sink.putVarint(units.length);
    sink.put(units, 0, units.length);
  }

  static Exact decode(ByteSource source) {
    long exponent = source.getZigzag();
    long bytes = source.getVarint();
    if (Math.abs(exponent) > EXPONENT_MAX || bytes < 1 || bytes > UNITS_BYTES_MAX) {
      throw new ByteSource.Damaged(bytes + " bytes of units of 2^" + exponent);
    }
    return new Exact(new BigInteger(source.get(bytes)), (int) exponent);
  }

  /** Steps over one. */
  static void skip(ByteSource source) {
    source.getZigzag();
    source.skip(source.getVarint());
  }
}
