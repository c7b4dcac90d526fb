package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Series that are sent before all of them is read: more than 10,000 samples. */
final class BegunSeriesIT {
  private static final String SERIES = "/v1/enterprises/mine/devices/d/series?from=0";
  private static final EnterpriseId MINE = new EnterpriseId("mine");
  private static final int FIRST = 10_000;
  private static final int INSTANTS = 9_000;
  private static final int OLDER = 7_000;
  private static final int SAMPLES = 2 * INSTANTS + OLDER;

  @Test
  void nothingIsToldTwiceOrNotAtAll() {
    try (World world = new World()) {
      String viewer = begin(world);
      JsonObject whole = world.api.json(200, SERIES, viewer);
      assertEquals(expected(), valuesOf(List.of(whole)));
      assertTrue(whole.getJsonObject("completeness").getBoolean("complete"));
      assertNull(whole.getJsonObject("completeness").getString("truncatedBy"));
      assertEquals(
          whole.getJsonObject("completeness").getLong("freshness"), NOW_MICROS / 1000, "newest");
      assertNull(whole.getString("next"));
      // Each metric once, though "a" is met when "m" is under way.
      assertEquals(List.of("m", "a", "z"), metricsOf(whole));
      for (int limit : new int[] {FIRST - 1, FIRST, FIRST + 1, SAMPLES - 1, SAMPLES}) {
        List<JsonObject> pages = pages(world, viewer, limit);
        assertEquals((SAMPLES + limit - 1) / limit, pages.size());
        assertEquals(expected(), valuesOf(pages));
        for (JsonObject page : pages) {
          assertTrue(valuesOf(List.of(page)).size() <= limit);
          boolean isLast = page.getString("next") == null;
          assertEquals(isLast, page.getJsonObject("completeness").getBoolean("complete"));
          assertEquals(
              isLast ? null : "limit", page.getJsonObject("completeness").getString("truncatedBy"));
        }
      }
    }
  }

  @Test
  void whereTheStoreFailsMeanwhileItEndsAndGoesOn() {
    AtomicInteger readsLeft = new AtomicInteger(Integer.MAX_VALUE);
    try (World world = new World(config -> config, World.away(readsLeft), rows -> rows)) {
      String viewer = begin(world);
      HttpResponse<String> response =
          World.asReadsFail(readsLeft, () -> world.api.get(SERIES, viewer));
      JsonObject answer = World.json(response);
      assertEquals(200, response.statusCode());
      assertEquals("store", answer.getJsonObject("completeness").getString("truncatedBy"));
      assertEquals(false, answer.getJsonObject("completeness").getBoolean("complete"));
      assertEquals(FIRST, valuesOf(List.of(answer)).size());
      JsonObject rest = world.api.json(200, SERIES + "&cursor=" + answer.getString("next"), viewer);
      assertTrue(rest.getJsonObject("completeness").getBoolean("complete"));
      assertEquals(expected(), valuesOf(List.of(answer, rest)));
    }
  }

  /** What cannot say at its end what became of it is read before it is sent. */
  @Test
  void aTableIsReadBeforeItIsSent() {
    AtomicInteger readsLeft = new AtomicInteger(Integer.MAX_VALUE);
    try (World world = new World(config -> config, World.away(readsLeft), rows -> rows)) {
      String viewer = begin(world);
      HttpResponse<String> response =
          World.asReadsFail(readsLeft, () -> world.api.get(SERIES, viewer, "Accept", "text/csv"));
      assertEquals(SAMPLES, response.body().lines().count() - 1);
      response = world.api.get(SERIES + "&limit=20000", viewer, "Accept", "text/csv");
      assertTrue(Api.header(response, "Content-Type").startsWith("text/csv"));
      assertTrue(Api.header(response, "Link").endsWith("rel=next"));
      assertEquals(20_000, response.body().lines().count() - 1);
    }
  }

  /** Room is taken for 100,000 first, and for all that are wanted when there are more. */
  @Test
  void whatIsReadInTwoStepsIsTheSame() {
    int many = 120_000;
    try (World world = new World()) {
      world.enterprise("mine");
      world.sendBack(MINE, "d", many, 10_000, Value.Int::new);
      String viewer = world.token(MINE, Role.VIEWER);
      for (int limit : new int[] {many - 1, many, 1_000_000}) {
        String path = SERIES + "&limit=" + limit;
        List<JsonObject> page = List.of(world.api.json(200, path, viewer));
        int all = Math.min(limit, many);
        assertEquals(all, valuesOf(page).size());
        assertEquals(
            limit < many ? "limit" : null,
            page.getFirst().getJsonObject("completeness").getString("truncatedBy"));
        HttpResponse<String> table = world.api.get(path, viewer, "Accept", "text/csv");
        assertEquals(all, table.body().lines().distinct().count() - 1);
      }
    }
  }

  /** "z" and "m" at the first instants, "a" at the later ones. */
  private static String begin(World world) {
    world.enterprise("mine");
    long fromMicros = NOW_MICROS - INSTANTS - OLDER;
    List<Reading> readings =
        IntStream.range(0, INSTANTS + OLDER)
            .mapToObj(
                i ->
                    i < INSTANTS
                        ? World.reading(
                            "d",
                            fromMicros + i,
                            new MetricValue("z", new Value.Int(i)),
                            new MetricValue("m", new Value.Real(i / 8.0)))
                        : World.reading(
                            "d", fromMicros + i, new MetricValue("a", new Value.Int(i))))
            .toList();
    world.send(MINE, World.message("d", readings.toArray(Reading[]::new)));
    return world.token(MINE, Role.VIEWER);
  }

  private static Map<String, Object> expected() {
    Map<String, Object> expected = new HashMap<>();
    for (int i = 0; i < INSTANTS + OLDER; i++) {
      double millis = (NOW_MICROS - INSTANTS - OLDER + i) / 1000.0;
      if (i < INSTANTS) {
        expected.put("z " + millis, (double) i);
        expected.put("m " + millis, i / 8.0);
      } else {
        expected.put("a " + millis, (double) i);
      }
    }
    return expected;
  }

  private static List<JsonObject> pages(World world, String viewer, int limit) {
    List<JsonObject> pages = new ArrayList<>();
    String next = "";
    while (next != null) {
      String path = SERIES + "&limit=" + limit + (next.isEmpty() ? "" : "&cursor=" + next);
      JsonObject page = world.api.json(200, path, viewer);
      pages.add(page);
      next = page.getString("next");
    }
    return pages;
  }

  private static List<String> metricsOf(JsonObject answer) {
    return answer.getJsonArray("series").stream()
        .map(series -> ((JsonObject) series).getString("metric"))
        .toList();
  }

  private static Map<String, Object> valuesOf(List<JsonObject> pages) {
    Map<String, Object> values = new HashMap<>();
    for (JsonObject page : pages) {
      for (Object one : page.getJsonArray("series")) {
        JsonObject series = (JsonObject) one;
        int size = series.getJsonArray("times").size();
        assertEquals(size, series.getJsonArray("values").size());
        for (int i = 0; i < size; i++) {
          String key =
              series.getString("metric")
                  + " "
                  + ((Number) series.getJsonArray("times").getValue(i)).doubleValue();
          Object value = ((Number) series.getJsonArray("values").getValue(i)).doubleValue();
          assertNull(values.put(key, value), () -> key + " is told twice");
        }
      }
    }
    return values;
  }
}
