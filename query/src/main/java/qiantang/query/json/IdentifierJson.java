package qiantang.query.json;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.change.DeleteDevice;
import qiantang.query.read.FleetDevice;
import qiantang.query.read.Resolve;
import qiantang.store.health.Axis;
import qiantang.store.health.Evidence;
import qiantang.store.health.Health;
import qiantang.store.identifier.Identifier;

/** What devices are called elsewhere, as JSON. */
public final class IdentifierJson {
  private IdentifierJson() {}

  /** Identifiers, as a member of an object that was begun. */
  static void identifiers(JsonOut out, List<Identifier> identifiers) throws IOException {
    out.array("identifiers");
    for (Identifier one : identifiers) {
      out.object().text("kind", one.kind().word()).text("id", one.text()).endObject();
    }
    out.endArray();
  }

  /** What an identifier leads to, and how it is. */
  public static JsonOut.Text resolved(Resolve.Result.Found found) {
    return out -> {
      FleetDevice device = found.device();
      Evidence evidence = device.health().evidence();
      String enterprise = found.enterprise().id().text();
      out.object()
          .text("id", found.identifier().text())
          .text("kind", found.identifier().kind().word())
          .object("enterprise")
          .text("id", enterprise)
          .text("name", found.enterprise().name())
          .endObject()
          .object("device")
          .text("id", device.id().text())
          .text("name", device.name())
          .text("model", device.model())
          .endObject()
          .object("health");
      for (Axis axis : Axis.values()) {
        Health.On on = device.health().on(axis);
        out.object(axis.word()).text("state", on.state().word());
        out.time("since", micros(on.sinceMillis())).text("reason", on.reason()).endObject();
      }
      out.endObject()
          .time("lastReading", micros(evidence.lastEventMillis()))
          .text("link", "/v1/enterprises/" + enterprise + "/devices/" + device.id())
          .endObject();
    };
  }

  /** What was deleted, and what was not. */
  public static JsonOut.Text deleted(DeleteDevice.Deleted deleted) {
    return out -> {
      out.object()
          .text("device", deleted.device().text())
          .time("deleted", deleted.when())
          .number("credentials", deleted.credentials());
      identifiers(out, deleted.identifiers());
      out.object("data")
          .flag("kept", true)
          .text("retention", deleted.retention().word())
          .text(
              "detail",
              "what it sent can be read by its id until it is older than the retention, is deleted"
                  + " by DELETE .../devices/{device}/data, or a device is created with this id:"
                  + " that one begins anew")
          .endObject()
          .endObject();
    };
  }

  private static @Nullable Long micros(@Nullable Long millis) {
    return millis == null ? null : (Long) (millis * 1000);
  }
}
