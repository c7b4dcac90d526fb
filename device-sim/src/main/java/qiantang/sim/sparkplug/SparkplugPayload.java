package qiantang.sim.sparkplug;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * One payload, metric after metric: the protobuf message {@code org.eclipse.tahu.protobuf.Payload}
 * (specification 6.4.5). The sequence number comes last, because only the connection knows it.
 */
public final class SparkplugPayload {
  /** What the births and the death of one connection have in common. [tck-id-payloads-nbirth] */
  private static final String BD_SEQ = "bdSeq";

  /** [tck-id-operational-behavior-data-commands-rebirth-name] */
  static final String REBIRTH = "Node Control/Rebirth";

  // Fields of Payload and of Metric, in the schema of specification 6.4.
  private static final int PAYLOAD_TIMESTAMP = 1;
  static final int PAYLOAD_METRICS = 2;
  private static final int PAYLOAD_SEQ = 3;
  static final int NAME = 1;
  private static final int ALIAS = 2;
  private static final int TIMESTAMP = 3;
  private static final int DATATYPE = 4;
  private static final int IS_NULL = 7;
  private static final int LONG_VALUE = 11;
  private static final int DOUBLE_VALUE = 13;
  static final int BOOLEAN_VALUE = 14;
  private static final int STRING_VALUE = 15;

  /** A metric of data takes 25 bytes; a message of a machine 300. */
  private static final int METRIC_BYTES_GUESS = 64;

  private static final int PAYLOAD_BYTES_GUESS = 512;
  private static final int SEQ_BYTES_MAX = 3;

  /** Writes the fields of one metric. */
  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(PAYLOAD_BYTES_GUESS);
  private final ByteArrayOutputStream metric = new ByteArrayOutputStream(METRIC_BYTES_GUESS);
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, PAYLOAD_BYTES_GUESS);
  private final CodedOutputStream metricOut =
      CodedOutputStream.newInstance(metric, METRIC_BYTES_GUESS);
  private final long metricMillis;

  /**
   * A payload without metrics.
   *
   * @param sentMillis when the message is sent, since 1970
   * @param metricMillis when its values were measured
   */
  public SparkplugPayload(long sentMillis, long metricMillis) {
    this.metricMillis = metricMillis;
    try {
      out.writeUInt64(PAYLOAD_TIMESTAMP, sentMillis);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** The number that tells births and deaths of one connection from those of another. */
  public SparkplugPayload bdSeq(int bdSeq) {
    return metric(
        to -> {
          to.writeString(NAME, BD_SEQ);
          to.writeUInt64(TIMESTAMP, metricMillis);
          to.writeUInt32(DATATYPE, DataType.INT64.code());
          to.writeUInt64(LONG_VALUE, bdSeq);
        });
  }

  /**
   * That the node takes the command to be born again. Without an alias.
   * [tck-id-operational-behavior-data-commands-rebirth-name-aliases]
   */
  public SparkplugPayload rebirthControl() {
    return metric(
        to -> {
          to.writeString(NAME, REBIRTH);
          to.writeUInt64(TIMESTAMP, metricMillis);
          to.writeUInt32(DATATYPE, DataType.BOOLEAN.code());
          to.writeBool(BOOLEAN_VALUE, false);
        });
  }

  /** Declares a metric in a birth: its value is not known yet, so that a birth is no reading. */
  public SparkplugPayload declare(String name, long alias, DataType type) {
    return metric(
        to -> {
          to.writeString(NAME, name);
          to.writeUInt64(ALIAS, alias);
          to.writeUInt64(TIMESTAMP, metricMillis);
          to.writeUInt32(DATATYPE, type.code());
          to.writeBool(IS_NULL, true);
        });
  }

  public SparkplugPayload real(long alias, double value) {
    return data(alias, to -> to.writeDouble(DOUBLE_VALUE, value));
  }

  public SparkplugPayload whole(long alias, long value) {
    return data(alias, to -> to.writeUInt64(LONG_VALUE, value));
  }

  public SparkplugPayload flag(long alias, boolean value) {
    return data(alias, to -> to.writeBool(BOOLEAN_VALUE, value));
  }

  public SparkplugPayload text(long alias, String value) {
    return data(alias, to -> to.writeString(STRING_VALUE, value));
  }

  /** A metric with a name and value that are no UTF-8, as no sound encoder writes it. */
  public SparkplugPayload notUtf8(byte[] nameAndValue) {
    return metric(
        to -> {
          to.writeByteArray(NAME, nameAndValue);
          to.writeUInt64(TIMESTAMP, metricMillis);
          to.writeUInt32(DATATYPE, DataType.STRING.code());
          to.writeByteArray(STRING_VALUE, nameAndValue);
        });
  }

  /** Groups inside of groups, in a field of no meaning: what readers overflow their stack on. */
  public SparkplugPayload groups(int depth) {
    // Unknown to the schema, whose extensions begin at 6; field 100, types 3 and 4 begin and end.
    try {
      for (int i = 0; i < depth; i++) {
        out.writeUInt32NoTag(100 << 3 | 3);
      }
      for (int i = 0; i < depth; i++) {
        out.writeUInt32NoTag(100 << 3 | 4);
      }
      return this;
    } catch (IOException e) {
      throw refused(e);
    }
  }

  public byte[] toBytes() {
    try {
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** A payload with its sequence number, 0 to 255. */
  public static byte[] numbered(byte[] payload, int seq) {
    try {
      byte[] field = new byte[SEQ_BYTES_MAX];
      CodedOutputStream to = CodedOutputStream.newInstance(field);
      to.writeUInt64(PAYLOAD_SEQ, seq);
      byte[] all = Arrays.copyOf(payload, payload.length + to.getTotalBytesWritten());
      System.arraycopy(field, 0, all, payload.length, to.getTotalBytesWritten());
      return all;
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** By alias alone, as the birth declared it. [tck-id-payloads-alias-data-cmd-requirement] */
  private SparkplugPayload data(long alias, Fields value) {
    return metric(
        to -> {
          to.writeUInt64(ALIAS, alias);
          to.writeUInt64(TIMESTAMP, metricMillis);
          value.write(to);
        });
  }

  private SparkplugPayload metric(Fields fields) {
    try {
      metric.reset();
      fields.write(metricOut);
      metricOut.flush();
      out.writeByteArray(PAYLOAD_METRICS, metric.toByteArray());
      return this;
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static AssertionError refused(IOException e) {
    return new AssertionError("BUG: memory refused bytes", e);
  }
}
