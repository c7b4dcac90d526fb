package qiantang.query.json;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.query.read.ReadTrace;
import qiantang.store.model.DeviceId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceRecord;

/** Live traces and what they tell, as JSON. */
public final class TraceJson {
  private TraceJson() {}

  /** One trace. */
  public static JsonOut.Text one(Trace trace, Instant now) {
    return out -> {
      out.object();
      trace(out, trace, now);
      out.endObject();
    };
  }

  /** Some traces, all on one page. */
  public static JsonOut.Text all(List<Trace> traces, Instant now) {
    return out -> {
      out.object().array("items");
      for (Trace trace : traces) {
        out.object();
        trace(out, trace, now);
        out.endObject();
      }
      out.endArray().text("next", null).endObject();
    };
  }

  private static void trace(JsonOut out, Trace trace, Instant now) throws IOException {
    out.text("id", trace.id())
        .text("device", textOf(trace.device()))
        .text("topic", trace.topic())
        .time("created", trace.created())
        .time("until", trace.until())
        .text("state", state(trace, now));
  }

  private static String state(Trace trace, Instant now) {
    if (trace.isStopped()) {
      return "stopped";
    }
    return trace.isAlive(now) ? "alive" : "over";
  }

  /**
   * What a trace tells.
   *
   * @param next cursor of what comes after it; null where nothing more can come
   */
  public static JsonOut.Text records(ReadTrace.Found found, @Nullable String next, Instant now) {
    return out -> {
      out.object().text("state", state(found.trace(), now)).array("items");
      for (TraceRecord record : found.records()) {
        record(out, record);
      }
      out.endArray().text("next", next).endObject();
    };
  }

  private static void record(JsonOut out, TraceRecord record) throws IOException {
    out.object()
        .text("id", record.id())
        .time("time", record.micros())
        .time("answeredAt", record.answeredMicros())
        .text("device", textOf(record.device()))
        .text("clientId", record.clientId())
        .text("packet", record.packet())
        .text("direction", record.isSent() ? "out" : "in")
        .text("topic", record.topic())
        .number("qos", record.qos())
        .number("packetId", record.packetId());
    PayloadJson.write(out, record.payload(), record.payloadBytes());
    out.text("outcome", record.outcome().word())
        .text("reason", record.reason())
        .text("detail", record.detail())
        .object("readings");
    for (Map.Entry<DeviceId, Integer> count : record.readings().entrySet()) {
      out.number(count.getKey().text(), count.getValue().longValue());
    }
    out.endObject().number("skipped", record.skipped()).endObject();
  }

  private static @Nullable String textOf(@Nullable DeviceId device) {
    return device == null ? null : device.text();
  }
}
