package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an enterprise's rejections page by page. Records of what was not refused, only lost before
 * it came or slowed, are left aside.
 */
public final class RejectionReader {
  private static final int PAGE_RECORDS = 1_000;

  private static final Set<String> NOT_REFUSED = Set.of("lost", "slowed");

  private final ApiClient api;

  public RejectionReader(ApiClient api) {
    this.api = api;
  }

  /**
   * Reads the rejections that arrived since a time and hands each on.
   *
   * @return null when everything was read, else why not
   */
  public @Nullable String read(Target.Access access, long fromMillis, Consumer<Rejection> sink) {
    String path =
        "/v1/enterprises/%s/rejections?from=%d&limit=%d"
            .formatted(access.enterprise(), fromMillis, PAGE_RECORDS);
    String cursor = "";
    while (true) {
      switch (api.get(path + cursor, access.token())) {
        case Answer.Ok ok -> {
          for (JsonNode item : ok.body().path("items")) {
            if (!NOT_REFUSED.contains(item.path("reason").asText())) {
              sink.accept(rejection(item));
            }
          }
          JsonNode next = ok.body().path("next");
          if (!next.isTextual()) {
            return null;
          }
          cursor = "&cursor=" + URLEncoder.encode(next.asText(), StandardCharsets.UTF_8);
        }
        case Answer.Refused refused -> {
          return "GET " + path + " answered " + refused.status() + " " + refused.detail();
        }
        case Answer.Unreachable unreachable -> {
          return unreachable.cause();
        }
      }
    }
  }

  private static Rejection rejection(JsonNode item) {
    JsonNode eventTime = item.path("eventTime");
    return new Rejection(
        item.path("publisher").asText(""),
        // A JSON null reads as the text "null".
        item.path("device").isTextual() ? item.path("device").asText() : "",
        item.path("reason").asText("unknown"),
        item.path("count").asLong(1),
        eventTime.isNumber() ? eventTime.decimalValue().movePointRight(3).longValue() : -1);
  }
}
