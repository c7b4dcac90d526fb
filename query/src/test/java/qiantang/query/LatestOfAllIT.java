package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** The newest values of all devices of an enterprise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LatestOfAllIT {
  private static final int DEVICES = 25;
  private static final String LATEST = "/v1/enterprises/mine/latest";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String token = world.token(mine, Role.VIEWER);

  @BeforeAll
  void send() {
    for (int i = DEVICES - 1; i >= 0; i--) {
      for (int second = 0; second < 3; second++) {
        world.send(
            mine,
            World.message(
                name(i),
                World.reading(
                    name(i),
                    NOW_MICROS - second * 1_000_000L,
                    new MetricValue("a", new Value.Int(100L * i - second)),
                    new MetricValue("b", new Value.Bool(i % 2 == 0)))));
      }
    }
    world.device(mine, "silent");
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void oneAnswerHasTheNewestOfAll() {
    JsonObject answer = world.api.json(200, LATEST + "?limit=1000", token);
    assertNull(answer.getString("next"));
    assertEquals(names(0, DEVICES), devices(answer));
    assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
    for (int i = 0; i < DEVICES; i++) {
      // As each of them is told of alone.
      JsonObject alone =
          world.api.json(200, "/v1/enterprises/mine/devices/" + name(i) + "/latest", token);
      alone.remove("completeness");
      assertEquals(alone, answer.getJsonArray("items").getJsonObject(i));
      assertEquals(
          100 * i, alone.getJsonArray("metrics").getJsonObject(0).getInteger("value").intValue());
    }
  }

  @Test
  void pagesHaveEachDeviceOnce() {
    List<String> all = new ArrayList<>();
    String cursor = "";
    for (int pages = 0; cursor != null; pages++) {
      JsonObject page = world.api.json(200, LATEST + "?limit=10" + cursor, token);
      assertEquals(pages < 2 ? 10 : 5, devices(page).size());
      all.addAll(devices(page));
      String next = page.getString("next");
      cursor = next == null ? null : "&cursor=" + next;
    }
    assertEquals(names(0, DEVICES), all);
  }

  @Test
  void aPageEndsEarlyWhereDevicesHaveVeryManyMetrics() {
    EnterpriseId wide = world.enterprise("wide");
    MetricValue[] values =
        IntStream.range(0, 150)
            .mapToObj(i -> new MetricValue("m" + i, new Value.Int(i)))
            .toArray(MetricValue[]::new);
    for (String device : names(0, 4)) {
      world.send(wide, World.message(device, World.reading(device, NOW_MICROS, values)));
    }
    String viewer = world.token(wide, Role.VIEWER);
    JsonObject page = world.api.json(200, "/v1/enterprises/wide/latest?limit=2", viewer);
    assertEquals(names(0, 1), devices(page));
    assertNotNull(page.getString("next"));
  }

  @Test
  void onlyTheMetricsAskedForComeBack() {
    JsonObject answer = world.api.json(200, LATEST + "?metrics=b", token);
    for (Object item : answer.getJsonArray("items")) {
      assertEquals(
          "b", ((JsonObject) item).getJsonArray("metrics").getJsonObject(0).getString("metric"));
      assertEquals(1, ((JsonObject) item).getJsonArray("metrics").size());
    }
    JsonObject none = world.api.json(200, LATEST + "?metrics=nothing", token);
    assertEquals(names(0, DEVICES), devices(none));
    assertEquals(0, none.getJsonArray("items").getJsonObject(0).getJsonArray("metrics").size());
  }

  @Test
  void badParametersAreTold() {
    for (String query : List.of("limit=0", "limit=1001", "cursor=x", "device=d1", "from=0")) {
      Api.assertProblem("invalid-request", 400, world.api.get(LATEST + "?" + query, token));
    }
  }

  private static String name(int number) {
    return "d%02d".formatted(number);
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(LatestOfAllIT::name).toList();
  }

  private static List<String> devices(JsonObject answer) {
    return answer.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("device"))
        .toList();
  }
}
