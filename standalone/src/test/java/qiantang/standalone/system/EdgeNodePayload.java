package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** A Sparkplug payload as an edge node writes it: every metric has the payload's time. */
final class EdgeNodePayload {
  private static final int INT64 = 4;
  private static final int DOUBLE = 10;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final long millis;

  EdgeNodePayload(long millis) {
    this.millis = millis;
    varint(out, 1, millis);
  }

  EdgeNodePayload seq(int seq) {
    varint(out, 3, seq);
    return this;
  }

  /** The number that a birth shares with the will of its connection. */
  EdgeNodePayload bdSeq(long number) {
    ByteArrayOutputStream metric = new ByteArrayOutputStream();
    bytes(metric, 1, "bdSeq".getBytes(UTF_8));
    varint(metric, 3, millis);
    varint(metric, 4, INT64);
    varint(metric, 11, number);
    bytes(out, 2, metric.toByteArray());
    return this;
  }

  /** Declares a metric and says its value. */
  EdgeNodePayload birth(String name, int alias, double value) {
    ByteArrayOutputStream metric = new ByteArrayOutputStream();
    bytes(metric, 1, name.getBytes(UTF_8));
    varint(metric, 2, alias);
    varint(metric, 3, millis);
    varint(metric, 4, DOUBLE);
    real(metric, value);
    bytes(out, 2, metric.toByteArray());
    return this;
  }

  /** A value of a metric that was declared. */
  EdgeNodePayload data(int alias, double value) {
    ByteArrayOutputStream metric = new ByteArrayOutputStream();
    varint(metric, 2, alias);
    varint(metric, 3, millis);
    real(metric, value);
    bytes(out, 2, metric.toByteArray());
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream to, int field, long value) {
    number(to, (long) field << 3);
    number(to, value);
  }

  private static void bytes(ByteArrayOutputStream to, int field, byte[] value) {
    number(to, ((long) field << 3) | 2);
    number(to, value.length);
    to.write(value, 0, value.length);
  }

  private static void real(ByteArrayOutputStream to, double value) {
    number(to, (13 << 3) | 1);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i++) {
      to.write((int) (bits >> (8 * i)));
    }
  }

  private static void number(ByteArrayOutputStream to, long value) {
    long rest = value;
    for (; rest >= 0x80; rest >>>= 7) {
      to.write((int) (rest & 0x7F) | 0x80);
    }
    to.write((int) rest);
  }
}
