package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.read.ReadPlatforms.PlanFigure;

/** The plan's figures, of {@code seeds/plan.json}. */
final class PlanFigures {
  private PlanFigures() {}

  /** Those that have a value. */
  static List<PlanFigure> load() {
    try (@Nullable InputStream stream = PlanFigures.class.getResourceAsStream("seeds/plan.json")) {
      if (stream == null) {
        throw new AssertionError("BUG: seeds/plan.json is not on the class path");
      }
      JsonObject plan = new JsonObject(new String(stream.readAllBytes(), UTF_8));
      List<PlanFigure> figures = new ArrayList<>();
      for (Object element : plan.getJsonArray("figures")) {
        Long value = ((JsonObject) element).getLong("value");
        if (value != null) {
          figures.add(new PlanFigure(((JsonObject) element).getString("id"), value));
        }
      }
      return figures;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the plan's figures", e);
    }
  }
}
