package qiantang.ingest.payload.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/**
 * What this server sends as the host application of all edge nodes (specification 5.17, 6.4.27).
 */
public final class HostApplication {
  // Codes of the schema: the wire has 3 bits of type below the field's number.
  private static final int TIMESTAMP = 0x08;
  private static final int METRICS = 0x12;
  private static final int NAME = 0x0A;
  private static final int METRIC_TIMESTAMP = 0x18;
  private static final int DATATYPE = 0x20;
  private static final int BOOLEAN = 11;
  private static final int BOOLEAN_VALUE = 0x70;

  private static final byte[] REBIRTH = "Node Control/Rebirth".getBytes(UTF_8);

  private HostApplication() {}

  /** Where its state is told; retained, QoS 1. [tck-id-host-topic-phid-birth-topic] */
  public static String stateTopic(String host) {
    return Address.NAMESPACE + "STATE/" + host;
  }

  /**
   * That it is there. The time is always the present: a node that comes from another server of the
   * same host must not take this state for an older one.
   * [tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp]
   */
  public static byte[] online(long nowMillis) {
    return ("{\"online\":true,\"timestamp\":" + nowMillis + "}").getBytes(UTF_8);
  }

  /**
   * Where a node takes commands.
   *
   * @param node {@code group/node}
   */
  public static String commandTopic(String node) {
    return Address.NAMESPACE + node.replace("/", "/" + Address.Type.NCMD + "/");
  }

  /**
   * The command to be born again: {@code Node Control/Rebirth} = true, without a sequence number.
   * [tck-id-operational-behavior-data-commands-ncmd-rebirth-name, tck-id-payloads-ncmd-seq]
   */
  public static byte[] rebirth(long nowMillis) {
    ByteArrayOutputStream metric = new ByteArrayOutputStream();
    metric.write(NAME);
    metric.write(REBIRTH.length);
    metric.write(REBIRTH, 0, REBIRTH.length);
    metric.write(METRIC_TIMESTAMP);
    varint(metric, nowMillis);
    metric.write(DATATYPE);
    metric.write(BOOLEAN);
    metric.write(BOOLEAN_VALUE);
    metric.write(1);
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.write(TIMESTAMP);
    varint(payload, nowMillis);
    payload.write(METRICS);
    payload.write(metric.size());
    payload.write(metric.toByteArray(), 0, metric.size());
    return payload.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; rest >= 0x80; rest >>>= 7) {
      out.write((int) (rest & 0x7F) | 0x80);
    }
    out.write((int) rest);
  }
}
