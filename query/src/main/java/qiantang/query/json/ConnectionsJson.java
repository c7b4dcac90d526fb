package qiantang.query.json;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;
import qiantang.store.read.ConnectionsAnswer;
import qiantang.store.read.ConnectionsAnswer.Began;
import qiantang.store.read.ConnectionsAnswer.End;

/** When a device was connected, as JSON. */
public final class ConnectionsJson {
  private ConnectionsJson() {}

  /**
   * Connections.
   *
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text connections(ConnectionsAnswer answer, @Nullable String next) {
    return out -> {
      out.object().array("items");
      for (ConnectionsAnswer.Item item : answer.items()) {
        connection(out, item);
      }
      out.endArray();
      DataJson.completeness(out, answer.completeness());
      out.text("next", next).endObject();
    };
  }

  private static void connection(JsonOut out, ConnectionsAnswer.Item item) throws IOException {
    out.object().text("id", item.id());
    long connectedMicros =
        switch (item.began()) {
          case Began.Session session -> session.presence().arrivalMicros();
          case Began.SpokenFor spoken -> spoken.birth().arrivalMicros();
        };
    out.time("connectedAt", connectedMicros);
    end(out, item.end(), connectedMicros);
    began(out, item.began());
    out.number("deaths", item.deaths()).array("lastDeaths");
    for (Entry.Death death : item.lastDeaths()) {
      out.object()
          .time("time", death.arrivalMicros())
          .text("reason", death.reason())
          .text("topic", death.topic());
      PayloadJson.write(out, death.payload(), death.payloadBytes());
      out.endObject();
    }
    out.endArray().endObject();
  }

  private static void end(JsonOut out, End end, long connectedMicros) throws IOException {
    switch (end) {
      case End.Open _ -> end(out, "open", null, null, null);
      case End.Ended ended ->
          end(
              out,
              "ended",
              ended.micros(),
              Math.max(0, ended.micros() - connectedMicros) / 1_000_000,
              ended.reason());
      case End.NodeLost lost -> // how long it lasted nobody knows
          end(out, "node-lost", lost.lastSignMicros(), null, "node-lost");
      case End.WithGateway _ -> end(out, "with-gateway", null, null, null);
      case End.Unknown _ -> end(out, "unknown", null, null, null);
    }
  }

  private static void end(
      JsonOut out,
      String state,
      @Nullable Long micros,
      @Nullable Long seconds,
      @Nullable String reason)
      throws IOException {
    out.text("state", state)
        .time("disconnectedAt", micros)
        .number("durationSeconds", seconds)
        .text("reason", reason);
  }

  private static void began(JsonOut out, Began began) throws IOException {
    Entry.@Nullable Presence own =
        began instanceof Began.Session session ? session.presence() : null;
    Entry.@Nullable Birth birth = began instanceof Began.SpokenFor spoken ? spoken.birth() : null;
    out.text("clientId", own == null ? null : own.clientId())
        .text("address", own == null ? null : own.address())
        .text("protocol", own == null ? null : own.protocol())
        .text("transport", own == null ? null : own.transport())
        .text("gateway", birth == null ? null : birth.gateway().text())
        .text("name", birth == null ? null : birth.name())
        .text("model", birth == null ? null : birth.model());
  }
}
