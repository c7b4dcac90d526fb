package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.Packet;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.quota.Limit;
import qiantang.ingest.quota.Limits;
import qiantang.store.model.Reason;
import qiantang.store.registry.Quota;

/** The quotas of one message's size, looked at before it is decoded. */
final class Sizes {
  private Sizes() {}

  /** Why a message is refused; null where its size is fine. */
  static Decoded.@Nullable Refused judge(Packet.Publish publish, Limits limits, IngestMeter meter) {
    Limit bytes = limits.of(Quota.PAYLOAD_BYTES);
    if (publish.payloadLength() > bytes.value()) {
      return refused(publish, bytes, publish.payloadLength(), Reason.TOO_LARGE, meter);
    }
    Limit levels = limits.of(Quota.TOPIC_LEVELS);
    int count = levels(publish.topic());
    return count > levels.value() ? refused(publish, levels, count, Reason.TOPIC, meter) : null;
  }

  private static int levels(String topic) {
    int levels = 1;
    for (int at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) {
      levels++;
    }
    return levels;
  }

  private static Decoded.Refused refused(
      Packet.Publish publish, Limit limit, int units, Reason reason, IngestMeter meter) {
    meter.overQuota(limit.quota());
    return new Decoded.Refused(
        new Decoded.Refusal(
            null, reason, limit.excess(units), null, 0, 0, publish.payloadLength()));
  }
}
