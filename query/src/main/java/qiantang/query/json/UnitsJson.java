package qiantang.query.json;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import qiantang.query.read.FleetDevice;
import qiantang.store.registry.Units;

/** Units, as JSON. */
public final class UnitsJson {
  private UnitsJson() {}

  /** All of an enterprise, in order: those of all models first. */
  public static JsonOut.Text list(Units units) {
    return out -> {
      out.object().array("items");
      for (var entry : units.byMetric().entrySet()) {
        String model = entry.getKey().model();
        out.object()
            .text("model", model.equals(Units.Metric.ALL) ? null : model)
            .text("metric", entry.getKey().name())
            .text("unit", entry.getValue())
            .endObject();
      }
      out.endArray().text("next", null).endObject();
    };
  }

  /** A device with its metrics, and the units of those that have one. */
  public static JsonOut.Text device(FleetDevice device, Units.OfModel units) {
    return out -> {
      out.object();
      RegistryJson.deviceWithMetrics(out, device);
      out.object("units");
      for (String metric : device.metrics()) {
        unit(out, metric, units.of(metric));
      }
      out.endObject().endObject();
    };
  }

  /** Left out where there is none. */
  static void unit(JsonOut out, String name, @Nullable String unit) throws IOException {
    if (unit != null) {
      out.text(name, unit);
    }
  }
}
