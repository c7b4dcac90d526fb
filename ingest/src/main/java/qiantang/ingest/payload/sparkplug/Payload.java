package qiantang.ingest.payload.sparkplug;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.sparkplug.Wire.Span;

/**
 * The protobuf message {@code org.eclipse.tahu.protobuf.Payload} (specification 6.4.5).
 *
 * @param timestamp when it was sent, milliseconds since 1970; null where it does not say
 * @param seq the sequence number as sent, null where there is none
 * @param body bytes beside the metrics, null where there are none
 */
record Payload(
    @Nullable Long timestamp, List<Metric> metrics, @Nullable Long seq, @Nullable Span body) {
  /**
   * Most metrics of a message: a metric of a birth takes 26 bytes and more, so 256 KiB hold about
   * 10,000; and 10,000 cost 2.5 MB while they are taken apart.
   */
  static final int METRICS_MAX = 10_000;

  // What Eclipse Tahu calls a payload that holds another one, packed, in its body.
  private static final byte[] COMPRESSED = "SPBV1.0_COMPRESSED".getBytes(US_ASCII);

  static Payload read(byte[] bytes, Span span) throws Unreadable {
    if (span.length() > 0 && bytes[span.from()] == '{') {
      throw new Unreadable("no Sparkplug B payload: it begins like JSON; send protobuf");
    }
    Wire wire = new Wire(bytes, span);
    @Nullable Long timestamp = null;
    @Nullable Long seq = null;
    @Nullable Span body = null;
    List<Metric> metrics = new ArrayList<>();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> timestamp = wire.varint();
        case 2 -> {
          if (metrics.size() == METRICS_MAX) {
            throw new Unreadable(
                "more than " + METRICS_MAX + " metrics in a message: send them in several");
          }
          metrics.add(Metric.read(wire, wire.span()));
        }
        case 3 -> seq = wire.varint();
        case 4 -> refuseCompressed(bytes, wire.span());
        case 5 -> body = wire.span();
        default -> wire.skip();
      }
    }
    return new Payload(timestamp, metrics, seq, body);
  }

  private static void refuseCompressed(byte[] bytes, Span uuid) throws Unreadable {
    int end = uuid.from() + uuid.length();
    if (Arrays.equals(bytes, uuid.from(), end, COMPRESSED, 0, COMPRESSED.length)) {
      throw new Unreadable("a compressed payload is not taken: turn the compression off");
    }
  }
}
