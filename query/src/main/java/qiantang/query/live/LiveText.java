package qiantang.query.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import qiantang.query.json.DataJson;
import qiantang.query.json.JsonOut;
import qiantang.store.model.MetricValue;

/** Events as text/event-stream has them. */
final class LiveText {
  static final byte[] COMMENT = ":\n\n".getBytes(UTF_8);

  private LiveText() {}

  /** An event without its id: that differs from stream to stream. */
  static byte[] of(LiveEvent event) {
    return switch (event) {
      case LiveEvent.Measured measured -> event("reading", out -> measured(out, measured));
      case LiveEvent.Changed changed -> event("state", out -> changed(out, changed));
      case LiveEvent.Deleted deleted -> event("deleted", out -> deleted(out, deleted));
      case LiveEvent.Refused refused ->
          event("rejection", out -> DataJson.rejection(out, refused.item()));
    };
  }

  private static void measured(JsonOut out, LiveEvent.Measured measured) throws IOException {
    out.object()
        .text("device", measured.device().text())
        .time("time", (Long) measured.eventTimeMicros())
        .time("arrival", (Long) measured.micros())
        .object("values");
    for (MetricValue value : measured.values()) {
      out.value(value.metric(), value.value());
    }
    out.endObject().endObject();
  }

  private static void changed(JsonOut out, LiveEvent.Changed changed) throws IOException {
    Long sinceMillis = changed.on().sinceMillis();
    out.object()
        .text("device", changed.device().text())
        .text("axis", changed.axis().word())
        .text("state", changed.on().state().word())
        .time("since", sinceMillis == null ? null : (Long) (sinceMillis * 1000))
        .text("reason", changed.on().reason())
        .endObject();
  }

  private static void deleted(JsonOut out, LiveEvent.Deleted deleted) throws IOException {
    out.object()
        .text("device", deleted.device().text())
        .time("deleted", (Long) (deleted.deletedMillis() * 1000))
        .endObject();
  }

  /**
   * Events that were not told.
   *
   * @param count how many; null where nobody counted
   * @param fromMicros arrival of the first
   * @param toMicros arrival of the last
   */
  static byte[] missed(@Nullable Long count, long fromMicros, long toMicros) {
    return event(
        "missed",
        out ->
            out.object()
                .number("count", count)
                .time("from", (Long) fromMicros)
                .time("to", (Long) toMicros)
                .endObject());
  }

  static byte[] end(String reason) {
    return event("end", out -> out.object().text("reason", reason).endObject());
  }

  private static byte[] event(String name, JsonOut.Text data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    bytes.writeBytes(("event: " + name + "\ndata: ").getBytes(UTF_8));
    try {
      JsonOut.write(bytes, data);
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
    bytes.write('\n');
    bytes.write('\n');
    return bytes.toByteArray();
  }
}
