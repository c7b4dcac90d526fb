package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads raw series page by page. */
public final class SeriesReader {
  /** Samples of a page: as JSON nodes some 20 MB. */
  private static final int PAGE_SAMPLES = 50_000;

  private final ApiClient api;
  private final Runnable beforeEach;

  public SeriesReader(ApiClient api) {
    this(api, () -> {});
  }

  /**
   * A reader that is not free to ask.
   *
   * @param beforeEach runs before each question and may take its time
   */
  public SeriesReader(ApiClient api, Runnable beforeEach) {
    this.api = api;
    this.beforeEach = beforeEach;
  }

  /** One page: whose it says it is, and what it holds. */
  public record Page(String device, List<Sample> samples) {}

  /**
   * Reads all metrics of a device between two times and hands each page on.
   *
   * @return null when everything was read, else why not
   */
  public @Nullable String read(
      Target.Access access, String device, long fromMillis, long toMillis, Consumer<Page> pages) {
    String path =
        "/v1/enterprises/%s/devices/%s/series?from=%d&to=%d&limit=%d"
            .formatted(access.enterprise(), device, fromMillis, toMillis, PAGE_SAMPLES);
    String cursor = "";
    while (true) {
      beforeEach.run();
      switch (api.get(path + cursor, access.token())) {
        case Answer.Ok ok -> {
          JsonNode body = ok.body();
          pages.accept(page(body));
          JsonNode next = body.path("next");
          if (next.isTextual()) {
            cursor = "&cursor=" + URLEncoder.encode(next.asText(), StandardCharsets.UTF_8);
          } else if (body.path("completeness").path("complete").asBoolean(true)) {
            return null;
          } else {
            return "the answer says that it is incomplete: " + body.path("completeness");
          }
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

  public static Page page(JsonNode body) {
    List<Sample> samples = new ArrayList<>();
    for (JsonNode series : body.path("series")) {
      String metric = series.path("metric").asText();
      JsonNode times = series.path("times");
      JsonNode values = series.path("values");
      for (int i = 0; i < times.size(); i++) {
        samples.add(new Sample(metric, micros(times.get(i)), values.path(i)));
      }
    }
    return new Page(body.path("device").asText(), samples);
  }

  /** Epoch milliseconds with up to three decimals. */
  private static long micros(JsonNode millis) {
    return millis.decimalValue().movePointRight(3).longValue();
  }
}
