package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads aggregates of intervals; such an answer comes whole. */
public final class SummaryReader {
  private final ApiClient api;

  public SummaryReader(ApiClient api) {
    this.api = api;
  }

  /**
   * Reads count, min, max and sum of all metrics of a device. Intervals begin at whole multiples of
   * their length in UTC; a day is the longest that is the same everywhere.
   *
   * @return null when it was read and handed on, else why not
   */
  public @Nullable String read(
      Target.Access access,
      String device,
      long fromMillis,
      long toMillis,
      long intervalMillis,
      Consumer<List<Aggregates>> answer) {
    String path =
        "/v1/enterprises/%s/devices/%s/series?from=%d&to=%d&interval=%dms&tz=UTC"
            .formatted(access.enterprise(), device, fromMillis, toMillis, intervalMillis);
    return switch (api.get(path + "&aggregate=count,min,max,sum", access.token())) {
      case Answer.Ok(JsonNode body) -> {
        if (!body.path("completeness").path("complete").asBoolean(true)) {
          yield "the summary says that it is incomplete: " + body.path("completeness");
        }
        answer.accept(aggregates(body));
        yield null;
      }
      case Answer.Refused refused ->
          "GET " + path + " answered " + refused.status() + " " + refused.detail();
      case Answer.Unreachable unreachable -> unreachable.cause();
    };
  }

  /** What an answer of the API holds. */
  public static List<Aggregates> aggregates(JsonNode body) {
    List<Aggregates> all = new ArrayList<>();
    for (JsonNode series : body.path("series")) {
      Map<Long, JsonNode> values = new HashMap<>();
      for (int i = 0; i < series.path("times").size(); i++) {
        values.put(series.path("times").path(i).asLong(), series.path("values").path(i));
      }
      all.add(
          new Aggregates(
              series.path("metric").asText(), series.path("aggregate").asText(), values));
    }
    return all;
  }
}
