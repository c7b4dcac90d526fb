package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** The newest values of some devices, each told or refused by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LatestOfSomeIT {
  private static final String BATCH = "/v1/enterprises/mine/latest:batch";
  private static final long MINUTE = 60_000_000L;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String token = world.token(mine, Role.VIEWER);

  @BeforeAll
  void send() {
    for (int i = 0; i < 4; i++) {
      world.send(
          mine,
          World.message(
              "d" + i,
              World.reading("d" + i, NOW_MICROS - 5 * MINUTE, new MetricValue("a", number(-1))),
              World.reading("d" + i, NOW_MICROS - MINUTE, new MetricValue("a", number(i))),
              World.reading("d" + i, NOW_MICROS - 60 * MINUTE, new MetricValue("b", number(9)))));
    }
    world.device(mine, "silent");
    world.device(other, "theirs");
    world.send(other, World.reading("theirs", NOW_MICROS, "a", number(7)));
  }

  @AfterAll
  void close() {
    world.close();
  }

  private static Value number(long number) {
    return new Value.Int(number);
  }

  @Test
  void eachDeviceIsToldAsAloneInTheOrderAskedFor() {
    JsonObject answer = ask(token, body("d3", "silent", "d0"));
    assertEquals(List.of("d3", "silent", "d0"), devices(answer));
    for (String device : List.of("d3", "silent", "d0")) {
      JsonObject alone =
          world.api.json(200, "/v1/enterprises/mine/devices/" + device + "/latest", token);
      JsonArray metrics = item(answer, device).getJsonArray("metrics").copy();
      metrics.forEach(metric -> ((JsonObject) metric).remove("ageSeconds"));
      assertEquals(alone.getJsonArray("metrics"), metrics);
    }
    JsonObject first = item(answer, "d3").getJsonArray("metrics").getJsonObject(0);
    assertEquals(3, first.getInteger("value"));
    assertEquals(60, first.getDouble("ageSeconds"));
    assertEquals(NOW_MICROS / 1000, item(answer, "d3").getLong("freshness"));
    assertTrue(item(answer, "silent").containsKey("freshness"));
    assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
  }

  @Test
  void whatIsOlderIsNamedAndNotTold() {
    JsonObject answer = ask(token, body("d1").put("maxAgeSeconds", 120));
    JsonObject item = item(answer, "d1");
    assertEquals(List.of("b"), item.getJsonArray("tooOld").getList());
    assertEquals(1, item.getJsonArray("metrics").size());
    answer = ask(token, body("d1").put("maxAgeSeconds", 120).put("metrics", List.of("a")));
    assertEquals(List.of(), item(answer, "d1").getJsonArray("tooOld").getList());
  }

  @Test
  void anothersDeviceCannotBeToldFromOneThatIsNot() {
    JsonObject answer = ask(token, body("d1", "theirs", "nobody"));
    assertEquals(2, item(answer, "d1").getJsonArray("metrics").size());
    JsonObject theirs = item(answer, "theirs").getJsonObject("error");
    assertEquals("/problems/not-found", theirs.getString("type"));
    assertEquals(404, theirs.getInteger("status"));
    assertEquals(theirs, item(answer, "nobody").getJsonObject("error"));
    assertFalse(answer.encode().contains("\"value\":7"), answer.encode());
    assertFalse(answer.getJsonObject("completeness").getBoolean("complete"));
  }

  @Test
  void whatIsNoIdFailsAlone() {
    JsonObject answer = ask(token, body("d3", "no id", "x".repeat(70), "d0"));
    String cut = "x".repeat(64) + "...";
    assertEquals(List.of("d3", "no id", cut, "d0"), devices(answer));
    assertFalse(answer.getJsonObject("completeness").getBoolean("complete"));
    for (String wrong : List.of("no id", cut)) {
      JsonObject error = item(answer, wrong).getJsonObject("error");
      assertEquals("/problems/invalid-request", error.getString("type"));
      assertEquals(400, error.getInteger("status"));
      assertTrue(error.getString("detail").contains("[A-Za-z0-9._-]"), error.encode());
    }
    assertEquals(2, item(answer, "d0").getJsonArray("metrics").size());
    assertEquals(1, ask(token, body("no id")).getJsonArray("items").size());
  }

  @Test
  void aGrantOpensItsDevicesAlone() {
    grant("g-raw", "textile", Set.of("d1", "silent"), 0);
    String platform = world.platform("textile");
    JsonObject answer = ask(platform, body("d1", "d2", "nobody", "silent"));
    assertEquals(2, item(answer, "d1").getJsonArray("metrics").size());
    assertEquals(0, item(answer, "silent").getJsonArray("metrics").size());
    assertEquals(
        item(answer, "nobody").getJsonObject("error"), item(answer, "d2").getJsonObject("error"));
    assertEquals(List.of("g-raw"), answer.getJsonObject("access").getJsonArray("grants").getList());
  }

  @Test
  void aGrantOfAggregatesTellsNoSample() {
    grant("g-agg", "supet", Set.of("d3"), 3600);
    JsonObject answer = ask(world.platform("supet"), body("d3"));
    JsonObject error = item(answer, "d3").getJsonObject("error");
    assertEquals("/problems/not-granted", error.getString("type"));
    assertTrue(error.getString("detail").contains("3600 s"), error.encode());
  }

  private void grant(String id, String platform, Set<String> devices, long leastSeconds) {
    Set<DeviceId> ids = new HashSet<>();
    devices.forEach(device -> ids.add(new DeviceId(device)));
    Party grantee = new Party(Party.Kind.PLATFORM, platform);
    world.grant(mine, id, grantee, new Subtree(null, null, ids), Set.of(), leastSeconds);
  }

  @Test
  void whatIsWrongIsPointedAt() {
    assertEquals(List.of("/devices"), pointers(new JsonObject()));
    assertEquals(List.of("/devices"), pointers(new JsonObject().put("devices", "d1")));
    assertEquals(List.of("/devices"), pointers(body()));
    assertEquals(
        List.of("/devices/1", "/devices/2"),
        pointers(new JsonObject().put("devices", List.of("d1", "d1", 5))));
    assertEquals(List.of("/maxAge"), pointers(body("d1").put("maxAge", 5)));
    assertEquals(List.of("/maxAgeSeconds"), pointers(body("d1").put("maxAgeSeconds", 0)));
    assertEquals(List.of("/metrics/1"), pointers(body("d1").put("metrics", List.of("a", 1))));
    List<String> many = IntStream.range(0, 1001).mapToObj(i -> "d" + i).toList();
    assertEquals(List.of("/devices"), pointers(new JsonObject().put("devices", many)));
    assertEquals(
        1000, devices(ask(token, new JsonObject().put("devices", many.subList(0, 1000)))).size());
  }

  @Test
  void theVerbIsPartOfThePath() {
    Api.assertProblem("method-not-allowed", 405, world.api.get(BATCH, token));
    Api.assertProblem(
        "not-found", 404, world.api.post("/v1/enterprises/mine/latest:other", token, body("d1")));
  }

  private List<String> pointers(JsonObject body) {
    HttpResponse<String> response = world.api.post(BATCH, token, body);
    Api.assertProblem("invalid-request", 400, response);
    return World.json(response).getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  private JsonObject ask(String by, JsonObject body) {
    return world.api.posted(200, BATCH, by, body);
  }

  private static JsonObject body(String... devices) {
    return new JsonObject().put("devices", List.of(devices));
  }

  private static List<String> devices(JsonObject answer) {
    return answer.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("device"))
        .toList();
  }

  private static JsonObject item(JsonObject answer, String device) {
    return answer.getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .filter(item -> item.getString("device").equals(device))
        .findFirst()
        .orElseThrow();
  }
}
