package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Bounds;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** What an enterprise grants to others is what they see, as long as it holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GrantsIT {
  private static final String E = "/v1/enterprises/mine";
  private static final String D1 = E + "/devices/d1";
  private static final long HOUR_MICROS = Duration.ofHours(1).toNanos() / 1000;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);
  private final Bounds platformBounds = new Bounds("textile", Set.of(), Subtree.ALL);

  @BeforeAll
  void devices() {
    for (String id : List.of("d1", "d2")) {
      world.device(mine, id);
      for (int i = 0; i < 4; i++) {
        world.send(
            mine,
            World.message(
                id,
                World.reading(
                    id,
                    NOW_MICROS - i * HOUR_MICROS,
                    new MetricValue("a", new Value.Int(i)),
                    new MetricValue("b", new Value.Int(i)))));
      }
    }
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aPlatformSeesTheDevicesAndMetricsThatAreGrantedAndNothingElse() {
    String platform = world.token(EnterpriseId.OPERATOR, Role.PLATFORM, "p1", platformBounds);
    Api.assertProblem("not-found", 404, world.api.get(D1 + "/latest", platform));
    String grant = grant("platform", "textile", raw().put("metrics", new JsonArray().add("a")));
    awaitStatus(200, D1 + "/latest", platform);
    JsonObject latest = world.api.json(200, D1 + "/latest", platform);
    assertEquals(List.of("a"), metrics(latest.getJsonArray("metrics")));
    assertEquals(
        new JsonObject()
            .put("grants", new JsonArray().add(grant))
            .put("metrics", new JsonArray().add("a"))
            .put("withheld", new JsonArray()),
        latest.getJsonObject("access"));
    JsonObject asked = world.api.json(200, D1 + "/series?metrics=a,b", platform);
    assertEquals(List.of("a"), metrics(asked.getJsonArray("series")));
    assertEquals(new JsonArray().add("b"), asked.getJsonObject("access").getValue("withheld"));
    Api.assertProblem("not-granted", 403, world.api.get(D1 + "/latest?metrics=b", platform));
    Api.assertProblem("not-found", 404, world.api.get(E + "/devices/d2/latest", platform));
    Api.assertProblem("not-found", 404, world.api.get(E + "/devices/d2", platform));
    Api.assertProblem("not-granted", 403, world.api.get(E + "/series?aggregate=sum", platform));
    assertEquals(List.of("d1"), ids(world.api.json(200, E + "/devices", platform)));
    JsonObject all = world.api.json(200, E + "/latest", platform);
    assertEquals(1, all.getJsonArray("items").size());
    assertEquals(
        List.of("a"), metrics(all.getJsonArray("items").getJsonObject(0).getJsonArray("metrics")));
    assertEquals(
        new JsonArray().add("a"), world.api.json(200, D1, platform).getJsonArray("metrics"));
    JsonObject listed =
        world.api.json(200, E + "/devices", platform).getJsonArray("items").getJsonObject(0);
    assertCountsWithheld(listed.getJsonObject("health"));
    assertCountsWithheld(world.api.json(200, D1, platform).getJsonObject("health"));
    assertEquals(
        4, evidence(world.api.json(200, D1 + "/health", admin), "data").getInteger("readings"));
    assertEquals(List.of("mine"), ids(world.api.json(200, "/v1/enterprises", platform)));
    for (String path :
        List.of(
            "/rejections",
            "/quotas",
            "/units",
            "/traces",
            "/grants",
            "/deletions",
            "/devices/d1/health",
            "")) {
      HttpResponse<String> refused = world.api.get(E + path, platform);
      Api.assertProblem("forbidden", 403, refused);
      assertTrue(refused.body().contains("no grant gives this"), refused.body());
    }
    Api.assertProblem("not-found", 404, world.api.get(E + "/devices/d2/health", platform));
    assertEquals(200, world.api.delete(E + "/grants/" + grant, admin).statusCode());
    awaitStatus(404, D1 + "/latest", platform);
    Api.assertProblem("not-found", 404, world.api.get(E + "/quotas", platform));
    assertEquals(List.of(), ids(world.api.json(200, "/v1/enterprises", platform)));
    theUseIsOnRecord(grant);
  }

  /** Readings, late shares and refusals are counted of all metrics, of which but one is granted. */
  private static void assertCountsWithheld(JsonObject health) {
    for (String axis : List.of("data", "quality")) {
      JsonObject evidence = evidence(health, axis).copy();
      assertEquals("other-metrics", evidence.remove("withheld"));
      evidence.forEach(member -> assertNull(member.getValue(), member.getKey()));
      assertTrue(evidence.size() > 2, evidence.encode());
    }
    assertEquals(0, evidence(health, "connection").getInteger("flaps"));
  }

  private static JsonObject evidence(JsonObject health, String axis) {
    return health.getJsonObject(axis).getJsonObject("evidence");
  }

  private void theUseIsOnRecord(String grant) {
    JsonArray uses =
        world.api.json(200, E + "/grants/" + grant + "/uses", admin).getJsonArray("items");
    Set<String> objects = new HashSet<>();
    for (int i = 0; i < uses.size(); i++) {
      JsonObject line = uses.getJsonObject(i);
      assertEquals(grant, line.getString("grant"));
      assertEquals("platform:textile", line.getJsonObject("actor").getString("party"));
      objects.add(line.getString("object"));
    }
    assertTrue(objects.contains("enterprises/mine/devices/d1/latest"), objects.toString());
    assertFalse(objects.contains("enterprises/mine/devices/d2/latest"), objects.toString());
    assertTrue(world.api.json(200, "/v1/audit/verify", admin).getBoolean("whole"));
    JsonObject refused = world.api.json(200, "/v1/audit?action=refused&limit=1000", admin);
    assertTrue(refused.encode().contains("enterprises/mine/devices/d1/latest"), refused.encode());
    String stranger = world.token(other, Role.ADMIN);
    assertEquals(
        List.of(), ids(world.api.json(200, "/v1/audit?action=read", stranger)), "not its lines");
    Api.assertProblem("not-found", 404, world.api.get("/v1/audit?enterprise=mine", stranger));
  }

  @Test
  void whoIsGrantedAggregatesGetsWholeIntervalsThatAreOver() {
    String viewer = world.token(other, Role.VIEWER);
    JsonObject wanted = raw().put("action", "aggregate").put("leastIntervalSeconds", 3600);
    String grant = grant("enterprise", "other", wanted);
    awaitStatus(200, D1, viewer);
    String series = D1 + "/series?from=0&to=" + (NOW.toEpochMilli() + 60_000) + "&metrics=a";
    for (String path :
        List.of(
            D1 + "/latest",
            series,
            series + "&points=10",
            D1 + "/series?interval=30m&aggregate=sum",
            D1 + "/series?aggregate=sum",
            D1 + "/series?interval=1h&aggregate=sum&tz=UTC",
            D1 + "/series?interval=72m&aggregate=sum&from=0&to=9000000",
            D1 + "/series?interval=90m&aggregate=sum&from=0&to=9000000",
            D1 + "/series?interval=1h&aggregate=sum")) {
      Api.assertProblem("not-granted", 403, world.api.get(path, viewer));
    }
    long fromMillis = NOW.minus(Duration.ofHours(3)).toEpochMilli();
    JsonObject told =
        world.api.json(
            200, D1 + "/series?interval=1h&aggregate=sum&metrics=a&from=" + fromMillis, viewer);
    // From 05:00:30 on and until 08:00:30: the hours from 06:00 to 08:00 are whole and over.
    assertEquals("2026-03-01T06:00:00Z", instant(told, "from"));
    assertEquals("2026-03-01T08:00:00Z", instant(told, "to"));
    assertEquals(
        new JsonArray().add(2).add(1),
        told.getJsonArray("series").getJsonObject(0).getJsonArray("values"));
    assertEquals(new JsonArray().add(grant), told.getJsonObject("access").getJsonArray("grants"));
  }

  @Test
  void anApplicationReadsWithinItsScopesAndItsPart() {
    Subtree part = new Subtree(null, null, Set.of(new DeviceId("d2")));
    String app =
        world.token(mine, Role.APPLICATION, "app1", new Bounds(null, Set.of(Scope.READ), part));
    assertEquals(200, world.api.get(E + "/devices/d2/latest", app).statusCode());
    Api.assertProblem("not-found", 404, world.api.get(D1 + "/latest", app));
    assertEquals(List.of("d2"), ids(world.api.json(200, E + "/devices", app)));
    Api.assertProblem("forbidden", 403, world.api.get(E + "/devices/d2/rejections", app));
    Api.assertProblem("forbidden", 403, world.api.get(E + "/quotas", app));
    String diagnosing =
        world.token(mine, Role.APPLICATION, "app2", new Bounds(null, Set.of(Scope.DIAGNOSE), part));
    assertEquals(200, world.api.get(E + "/devices/d2/rejections", diagnosing).statusCode());
    Api.assertProblem("not-found", 404, world.api.get(D1 + "/rejections", diagnosing));
    Api.assertProblem("forbidden", 403, world.api.get(E + "/rejections", diagnosing));
    Api.assertProblem("forbidden", 403, world.api.get(E + "/devices/d2/latest", diagnosing));
    String lines = world.api.json(200, "/v1/audit?actor=app1", admin).encode();
    assertTrue(lines.contains("enterprises/mine/devices/d2/latest"), lines);
  }

  @Test
  void whatIsWrongWithAGrantIsSaid() {
    JsonObject faulty =
        raw().put("action", "aggregate").put("until", "2020-01-01").put("purpose", " ");
    faulty.put("grantee", new JsonObject().put("kind", "platform").put("id", "none"));
    faulty.put("subtree", new JsonObject().put("line", "l").put("devices", new JsonArray()));
    faulty.put("metrics", new JsonArray());
    String body = world.api.posted(400, E + "/grants", admin, faulty).encode();
    for (String pointer :
        List.of(
            "/leastIntervalSeconds",
            "/until",
            "/purpose",
            "/subtree/line",
            "/subtree/devices",
            "/metrics")) {
      assertTrue(body.contains("\"" + pointer + "\""), body);
    }
    for (String kind : List.of("platform", "enterprise")) {
      JsonObject grantee = new JsonObject().put("kind", kind).put("id", "mine");
      world.api.posted(400, E + "/grants", admin, raw().put("grantee", grantee));
    }
    Api.assertProblem("not-found", 404, world.api.delete(E + "/grants/none", admin));
  }

  @Test
  void whatIsNotThereIsNotGranted() {
    JsonObject wanted = raw().put("grantee", grantee("platform", "textile"));
    assertUnknown("/subtree/devices", "[nix]", wanted, part().put("devices", List.of("d1", "nix")));
    assertUnknown("/subtree/factory", "factory", wanted, part().put("factory", "f9"));
    JsonObject device = new JsonObject().put("id", "d9").put("factory", "f9").put("line", "l9");
    world.api.posted(201, E + "/devices", admin, device);
    assertUnknown("/subtree/line", "line", wanted, part().put("factory", "f9").put("line", "l8"));
    // What it sent before it was deleted can be granted still.
    assertEquals(200, world.api.delete(E + "/devices/d9", admin).statusCode());
    for (JsonObject part :
        List.of(
            part().put("factory", "f9"),
            part().put("factory", "f9").put("line", "l9"),
            part().put("devices", List.of("d9")))) {
      String id =
          world
              .api
              .posted(201, E + "/grants", admin, wanted.copy().put("subtree", part))
              .getString("id");
      assertEquals(200, world.api.delete(E + "/grants/" + id, admin).statusCode());
    }
  }

  private static JsonObject part() {
    return new JsonObject();
  }

  private void assertUnknown(String pointer, String word, JsonObject wanted, JsonObject part) {
    JsonObject error =
        world
            .api
            .posted(400, E + "/grants", admin, wanted.copy().put("subtree", part))
            .getJsonArray("errors")
            .getJsonObject(0);
    assertEquals(pointer, error.getString("pointer"));
    assertTrue(error.getString("detail").contains(word), error::encode);
  }

  @Test
  void whoIsGrantedNoSamplesIsToldSoOfAllDevicesTogether() {
    EnterpriseId third = world.enterprise("third");
    String viewer = world.token(third, Role.VIEWER);
    Api.assertProblem("not-found", 404, world.api.get(E + "/latest", viewer));
    grant("enterprise", "third", raw().put("action", "aggregate").put("leastIntervalSeconds", 900));
    awaitStatus(403, E + "/latest", viewer);
    Api.assertProblem("not-granted", 403, world.api.get(E + "/latest", viewer));
    assertEquals(
        World.json(world.api.get(D1 + "/latest", viewer)).getString("detail"),
        World.json(world.api.get(E + "/latest", viewer)).getString("detail"));
    grant("enterprise", "third", raw().put("metrics", new JsonArray().add("a")));
    awaitStatus(200, E + "/latest", viewer);
    Api.assertProblem("not-granted", 403, world.api.get(E + "/latest?metrics=b", viewer));
    assertEquals(200, world.api.get(E + "/latest?metrics=a,b", viewer).statusCode());
  }

  @Test
  void aGrantToNobodyIsNoGrantToWhoeverComesLater() {
    String grants = "/v1/enterprises/guessing/grants";
    EnterpriseId guessing = world.enterprise("guessing");
    world.device(guessing, "d1");
    String by = world.token(guessing, Role.ADMIN);
    for (String kind : List.of("platform", "enterprise", "application")) {
      JsonObject answer =
          world.api.posted(400, grants, by, raw().put("grantee", grantee(kind, "mistyped")));
      JsonObject error = answer.getJsonArray("errors").getJsonObject(0);
      assertEquals("/grantee/id", error.getString("pointer"));
      String detail = error.getString("detail");
      assertTrue(!detail.contains("textile") && !detail.contains("supET"), detail);
    }
    JsonObject token = raw().put("grantee", grantee("application", "0123456789abcdef01234567"));
    world.api.posted(201, grants, by, token);
    // Nobody finds out by this which enterprises there are.
    int asked = 1;
    while (world
            .api
            .post(grants, by, raw().put("grantee", grantee("enterprise", "no-" + asked)))
            .statusCode()
        == 400) {
      asked++;
    }
    assertTrue(asked <= 121, "of another enterprise's id " + asked + " guesses were answered");
    Api.assertProblem(
        "too-many-attempts",
        429,
        world.api.post(grants, by, raw().put("grantee", grantee("enterprise", "other"))));
    world.api.posted(
        201, E + "/grants", admin, raw().put("grantee", grantee("enterprise", "other")));
  }

  private static JsonObject grantee(String kind, String id) {
    return new JsonObject().put("kind", kind).put("id", id);
  }

  private JsonObject raw() {
    return new JsonObject()
        .put("subtree", new JsonObject().put("devices", new JsonArray().add("d1")))
        .put("action", "raw")
        .put("purpose", "节能")
        .put("until", NOW.plus(Duration.ofDays(30)).toString());
  }

  private String grant(String kind, String id, JsonObject body) {
    body.put("grantee", grantee(kind, id));
    JsonObject made = world.api.posted(201, E + "/grants", admin, body);
    assertEquals("live", made.getString("state"));
    return made.getString("id");
  }

  /** The word of a change travels; how long it may take is measured elsewhere. */
  private void awaitStatus(int status, String path, String token) {
    while (world.api.get(path, token).statusCode() != status) {
      Thread.onSpinWait();
    }
  }

  private static String instant(JsonObject object, String member) {
    return Instant.ofEpochMilli(object.getLong(member)).toString();
  }

  private static List<String> metrics(JsonArray items) {
    return texts(items, "metric");
  }

  private static List<String> ids(JsonObject page) {
    return texts(page.getJsonArray("items"), "id");
  }

  private static List<String> texts(JsonArray items, String member) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      texts.add(items.getJsonObject(i).getString(member));
    }
    return texts;
  }
}
