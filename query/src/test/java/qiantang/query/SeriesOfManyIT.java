package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Series of many devices in one answer: what each device's own series tell. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SeriesOfManyIT {
  private static final String QUERY = "/v1/enterprises/mine/series:query";
  private static final long SECOND = 1_000_000L;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String token = world.token(mine, Role.VIEWER);

  @BeforeAll
  void send() {
    for (int device = 0; device < 5; device++) {
      for (int i = 0; i < 100; i++) {
        world.send(
            mine,
            World.message(
                "d" + device,
                World.reading(
                    "d" + device,
                    NOW_MICROS - (100 - i) * (20 * SECOND),
                    new MetricValue("a", new Value.Int(1000L * device + i)),
                    new MetricValue("b", new Value.Text("t," + i)))));
      }
    }
    world.device(mine, "silent");
    world.send(other, World.reading("theirs", NOW_MICROS, "a", new Value.Int(7)));
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void eachDeviceIsToldAsAlone() {
    String[] devices = {"d4", "silent", "d0"};
    Map<String, JsonObject> questions = new TreeMap<>();
    questions.put("", body(devices));
    questions.put("interval=10m&aggregate=max,count", byIntervals(devices, "max", "count"));
    questions.put("points=7", body(devices).put("points", 7));
    questions.put(
        "interval=10m&metrics=a&aggregate=twa",
        byIntervals(devices, "twa").put("metrics", List.of("a")));
    questions.forEach(
        (query, body) -> {
          JsonObject answer = ask(body);
          assertEquals(List.of(devices), devices(answer));
          for (int i = 0; i < devices.length; i++) {
            JsonObject alone =
                world.api.json(
                    200, "/v1/enterprises/mine/devices/" + devices[i] + "/series?" + query, token);
            JsonObject item = answer.getJsonArray("items").getJsonObject(i);
            assertEquals(alone.getJsonArray("series"), item.getJsonArray("series"), query);
          }
          assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
          assertNull(answer.getString("next"));
        });
  }

  @Test
  void m4IsWhatAChartOfTheseIntervalsShows() {
    JsonObject series =
        ask(byIntervals(new String[] {"d1"}, "m4").put("metrics", List.of("a")))
            .getJsonArray("items")
            .getJsonObject(0)
            .getJsonArray("series")
            .getJsonObject(0);
    assertNull(series.getString("aggregate"));
    assertTrue(series.getJsonArray("values").contains(1099), series.encode());
    assertTrue(series.getJsonArray("values").size() <= 4 * 5, series.encode());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void pagesTogetherTellTheSame(long seed) {
    Random random = new Random(seed);
    String[] devices = {"d1", "nobody", "d2", "d3", "silent", "theirs"};
    for (boolean byIntervals : new boolean[] {false, true}) {
      JsonObject body = byIntervals ? byIntervals(devices, "min", "last") : body(devices);
      JsonObject whole = ask(body.copy().put("to", NOW_MICROS / 1000));
      Map<String, List<Object>> paged = new TreeMap<>();
      String next = null;
      int pages = 0;
      do {
        JsonObject page =
            ask(
                body.copy()
                    .put("to", NOW_MICROS / 1000)
                    .put("limit", 1 + random.nextInt(byIntervals ? 12 : 120))
                    .mergeIn(next == null ? new JsonObject() : cursor(next)));
        collect(page, paged);
        next = page.getString("next");
        assertEquals(
            next == null ? null : "limit",
            page.getJsonObject("completeness").getString("truncatedBy"));
        pages++;
      } while (next != null);
      Map<String, List<Object>> all = new TreeMap<>();
      collect(whole, all);
      assertEquals(all, paged, "seed " + seed);
      assertTrue(pages > 1, "seed " + seed);
    }
  }

  private static JsonObject cursor(String next) {
    return new JsonObject().put("cursor", next);
  }

  private static void collect(JsonObject answer, Map<String, List<Object>> into) {
    for (Object one : answer.getJsonArray("items")) {
      JsonObject item = (JsonObject) one;
      String device = item.getString("device");
      if (item.containsKey("error")) {
        into.computeIfAbsent(device, key -> new ArrayList<>())
            .add(item.getJsonObject("error").getString("type"));
        continue;
      }
      for (Object series : item.getJsonArray("series")) {
        JsonObject object = (JsonObject) series;
        String key = device + object.getString("metric") + object.getString("aggregate");
        List<Object> values = into.computeIfAbsent(key, name -> new ArrayList<>());
        for (int i = 0; i < object.getJsonArray("values").size(); i++) {
          values.add(object.getJsonArray("times").getValue(i));
          values.add(object.getJsonArray("values").getValue(i));
        }
      }
    }
  }

  @Test
  void csvSaysWhatIsWrongAndWhereItGoesOn() {
    JsonObject body = body("nobody", "d1", "d2").put("limit", 4);
    String[] lines = csv(body).split("\r\n", -1);
    assertEquals("device,metric,time,value,problem", lines[0]);
    assertEquals("nobody,,,,not-found", lines[1]);
    assertTrue(lines[2].matches("d1,a,[0-9.]+,1000,"), lines[2]);
    assertTrue(lines[4].matches("d1,b,[0-9.]+,\"t,0\","), lines[4]);
    assertEquals(8, lines.length);
    String cursor = lines[6].replaceFirst(",,,,truncated cursor=", "");
    String rest = csv(body.copy().put("cursor", cursor).put("limit", 100_000));
    assertEquals(1 + 2 * 98 + 2 * 100, rest.split("\r\n", -1).length - 1);
    String aggregates = csv(byIntervals(new String[] {"nobody", "d1"}, "max"));
    assertTrue(
        aggregates.startsWith(
            "device,metric,aggregate,time,value,problem\r\nnobody,,,,,not-found\r\nd1,a,max,"),
        aggregates);
  }

  private String csv(JsonObject body) {
    HttpResponse<String> response =
        world.api.send(
            "POST",
            QUERY,
            token,
            body.encode(),
            "Content-Type",
            "application/json",
            "Accept",
            "text/csv");
    assertEquals(200, response.statusCode(), response::body);
    return response.body();
  }

  @Test
  void whereTheStoreFailsMeanwhileTheAnswerEndsAndGoesOn() {
    AtomicInteger readsLeft = new AtomicInteger(Integer.MAX_VALUE);
    try (World failing = new World(config -> config, World.away(readsLeft), rows -> rows)) {
      EnterpriseId theirs = failing.enterprise("mine");
      String viewer = failing.token(theirs, Role.VIEWER);
      for (String device : List.of("d1", "d2", "d3")) {
        failing.send(theirs, World.reading(device, NOW_MICROS, "a", new Value.Int(1)));
      }
      JsonObject body = body("d1", "d2", "d3");
      HttpResponse<String> response =
          World.asReadsFail(readsLeft, () -> failing.api.post(QUERY, viewer, body));
      JsonObject answer = World.json(response);
      assertEquals("store", answer.getJsonObject("completeness").getString("truncatedBy"));
      assertEquals(List.of("d1", "d2"), devices(answer));
      assertEquals(
          "/problems/store-unavailable",
          answer.getJsonArray("items").getJsonObject(1).getJsonObject("error").getString("type"));
      JsonObject rest =
          failing.api.posted(200, QUERY, viewer, body.put("cursor", answer.getString("next")));
      assertEquals(List.of("d2", "d3"), devices(rest));
      assertTrue(rest.getJsonObject("completeness").getBoolean("complete"));
    }
  }

  @Test
  void anothersDeviceCannotBeToldFromOneThatIsNot() {
    JsonObject answer = ask(body("theirs", "nobody"));
    assertFalse(answer.getJsonObject("completeness").getBoolean("complete"));
    JsonArray items = answer.getJsonArray("items");
    JsonObject theirs = items.getJsonObject(0).getJsonObject("error");
    assertEquals("/problems/not-found", theirs.getString("type"));
    assertEquals(theirs, items.getJsonObject(1).getJsonObject("error"));
  }

  @Test
  void whatIsNoIdFailsAloneAndACursorGoesOnBehindIt() {
    JsonObject body = body("d1", "no, id", "d2").put("limit", 200);
    JsonObject first = ask(body);
    assertEquals(List.of("d1"), devices(first));
    JsonObject rest =
        ask(
            new JsonObject()
                .put("cursor", first.getString("next"))
                .mergeIn(body)
                .put("limit", 900));
    assertEquals(List.of("no, id", "d2"), devices(rest));
    assertFalse(rest.getJsonObject("completeness").getBoolean("complete"));
    JsonObject error = rest.getJsonArray("items").getJsonObject(0).getJsonObject("error");
    assertEquals("/problems/invalid-request", error.getString("type"));
    assertTrue(csv(body("no, id")).contains("\r\n\"no, id\",,,,invalid-request\r\n"));
    assertEquals(
        List.of("/cursor"),
        pointers(body.copy().put("cursor", first.getString("next")).put("from", 0)));
  }

  @Test
  void whatIsWrongIsPointedAt() {
    assertEquals(List.of("/aggregate/1"), pointers("aggregate", List.of("avg", "median")));
    assertEquals(List.of("/aggregate"), pointers("aggregate", List.of("avg", "m4")));
    assertEquals(List.of("/interval"), pointers("interval", "soon"));
    assertEquals(List.of("/tz"), pointers("tz", "UTC"));
    assertEquals(List.of("/limit"), pointers("limit", 0));
    assertEquals(List.of("/cursor"), pointers("cursor", "x"));
    assertEquals(List.of("/from"), pointers("from", "yesterday"));
    assertEquals(List.of("/from"), pointers("from", "2030-01-01T00:00:00Z"));
    assertEquals(List.of("/points"), pointers("points", 11_001));
    JsonObject mixed = byIntervals(new String[] {"d1"}, "avg").put("points", 5);
    assertEquals(List.of("/points"), pointers(mixed));
    String cursor = ask(body("d1").put("limit", 2)).getString("next");
    assertNotNull(cursor);
    assertEquals(List.of("/cursor"), pointers(body("d2").put("cursor", cursor)));
  }

  private List<String> pointers(String name, Object value) {
    return pointers(body("d1").put(name, value));
  }

  private List<String> pointers(JsonObject body) {
    HttpResponse<String> response = world.api.post(QUERY, token, body);
    Api.assertProblem("invalid-request", 400, response);
    return World.json(response).getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  private JsonObject ask(JsonObject body) {
    return world.api.posted(200, QUERY, token, body);
  }

  private static JsonObject body(String... devices) {
    return new JsonObject().put("devices", List.of(devices));
  }

  private static JsonObject byIntervals(String[] devices, String... aggregates) {
    return body(devices).put("interval", "10m").put("aggregate", List.of(aggregates));
  }

  private static List<@Nullable String> devices(JsonObject answer) {
    List<@Nullable String> devices = new ArrayList<>();
    answer
        .getJsonArray("items")
        .forEach(item -> devices.add(((JsonObject) item).getString("device")));
    return devices;
  }
}
