package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables.Claim;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** What devices are called elsewhere, and who finds them by it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IdentifiersIT {
  private static final String DEVICES = "/v1/enterprises/mine/devices";
  private static final String SGTIN = "https://id.gs1.org/01/09506000134352/21/S7";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);
  private final String others = world.token(other, Role.ADMIN);

  @BeforeAll
  void devices() {
    world.api.posted(
        201,
        DEVICES,
        admin,
        device(
            "d1",
            "88",
            "88.118.1/CNC-7",
            "gs1",
            "(01)9506000134352(21)S7",
            "own",
            "SN 1",
            "own",
            "SN-mine"));
    world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(1)));
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aDeviceShowsItsIdentifiersInTheOneFormThatTheyHave() {
    JsonArray expected =
        identifiers("88", "88.118.1/CNC-7", "gs1", SGTIN, "own", "SN 1", "own", "SN-mine");
    JsonObject one = world.api.json(200, DEVICES + "/d1", admin);
    assertEquals(expected, one.getJsonArray("identifiers"));
    JsonObject list = world.api.json(200, DEVICES + "?identifier=88.118.1/CNC", admin);
    assertEquals(expected, first(list).getJsonArray("identifiers"));
  }

  @Test
  void anIdentifierLeadsToItsDeviceInAnyForm() {
    for (String id :
        List.of(
            "88.118.1/CNC-7",
            SGTIN,
            "(01)09506000134352(21)S7",
            "http://example.com/01/9506000134352/21/S7",
            "SN 1")) {
      JsonObject found = world.api.json(200, resolve(id), admin);
      assertEquals("d1", found.getJsonObject("device").getString("id"), id);
    }
    JsonObject found = world.api.json(200, resolve("88.118.1/CNC-7"), admin);
    assertEquals("mine", found.getJsonObject("enterprise").getString("id"));
    assertEquals(NOW.toEpochMilli(), found.getLong("lastReading"));
    assertEquals("fresh", found.getJsonObject("health").getJsonObject("data").getString("state"));
    assertEquals(DEVICES + "/d1", found.getString("link"));
    // An own one is known within its enterprise; an operator says which.
    assertEquals(404, world.api.get(resolve("SN 1"), world.operator).statusCode());
    assertEquals(
        200, world.api.get(resolve("SN 1") + "&enterprise=mine", world.operator).statusCode());
    assertEquals(200, world.api.get(resolve(SGTIN), world.operator).statusCode());
  }

  @Test
  void whoMayNotSeeTheDeviceIsToldTheSameAsOfNone() {
    String nothing = world.api.get(resolve("88.1.1/none"), others).body();
    String platform = world.platform("industry");
    String app =
        world.token(
            other, Role.APPLICATION, "app", new Bounds(null, Set.of(Scope.READ), Subtree.ALL));
    for (String token : List.of(others, platform, app)) {
      for (String id : List.of("88.118.1/CNC-7", SGTIN, "SN-mine", "SN-none")) {
        for (String more : List.of("", "&enterprise=mine", "&enterprise=other", "&enterprise=x")) {
          HttpResponse<String> response = world.api.get(resolve(id) + more, token);
          Api.assertProblem("not-found", 404, response);
          assertEquals(nothing, response.body(), id + more);
        }
      }
    }
    awaitLine("refused", "resolve");
    Api.assertProblem("unauthorized", 401, world.api.get(resolve(SGTIN), null));
  }

  @Test
  void aGranteeFindsWhatItIsGrantedAndThatIsOnRecord() {
    world.api.posted(201, DEVICES, admin, device("g2", "88", "88.118.1/not-granted"));
    grant("textile");
    String platform = world.platform("textile");
    JsonObject found = world.api.json(200, resolve("88.118.1/CNC-7"), platform);
    assertEquals("d1", found.getJsonObject("device").getString("id"));
    Api.assertProblem("not-found", 404, world.api.get(resolve("88.118.1/not-granted"), platform));
    awaitLine("read", "devices/d1/resolve");
  }

  @Test
  void aProgramWithoutTheScopeOrThePartFindsNothing() {
    Subtree part = new Subtree(null, null, Set.of(new DeviceId("another")));
    String noScope =
        world.token(
            mine, Role.APPLICATION, "stream", new Bounds(null, Set.of(Scope.STREAM), Subtree.ALL));
    String noPart =
        world.token(mine, Role.APPLICATION, "part", new Bounds(null, Set.of(Scope.READ), part));
    String whole =
        world.token(
            mine, Role.APPLICATION, "whole", new Bounds(null, Set.of(Scope.READ), Subtree.ALL));
    assertEquals(404, world.api.get(resolve(SGTIN), noScope).statusCode());
    assertEquals(404, world.api.get(resolve(SGTIN), noPart).statusCode());
    assertEquals(200, world.api.get(resolve(SGTIN), whole).statusCode());
  }

  @Test
  void aGlobalIdentifierIsTakenForAllAndTheRefusalTellsNobodyByWhom() {
    String theirs = "/v1/enterprises/other/devices";
    HttpResponse<String> refused = world.api.post(theirs, others, device("x1", "gs1", SGTIN));
    Api.assertProblem("identifier-taken", 409, refused);
    assertFalse(refused.body().contains("mine") || refused.body().contains("d1"), refused.body());
    Api.assertProblem("not-found", 404, world.api.get(theirs + "/x1", others));
    // The same words in the holder's own enterprise.
    HttpResponse<String> own = world.api.post(DEVICES, admin, device("x1", "gs1", SGTIN));
    assertEquals(refused.body(), own.body());
    world.api.posted(201, theirs, others, device("x2", "own", "SN 1"));
    Api.assertProblem(
        "identifier-taken", 409, world.api.post(DEVICES, admin, device("x3", "own", "SN 1")));
    JsonObject found = world.api.json(200, resolve("SN 1"), others);
    assertEquals("x2", found.getJsonObject("device").getString("id"));
  }

  @Test
  void ofManyDevicesNoneIsCreatedWhereOneIdentifierIsTaken() {
    JsonArray two =
        new JsonArray().add(device("y1", "88", "88.9.9/y1")).add(device("y2", "gs1", SGTIN));
    Api.assertProblem(
        "identifier-taken",
        409,
        world.api.post(DEVICES, admin, new JsonObject().put("devices", two)));
    assertEquals(404, world.api.get(DEVICES + "/y1", admin).statusCode());
    world.api.posted(201, DEVICES, admin, device("y3", "88", "88.9.9/y1"));
  }

  @Test
  void aChangeTakesThePlaceOfWhatWasThereOrChangesNothing() {
    world.api.posted(201, DEVICES, admin, device("c1", "88", "88.2.2/a", "own", "c-a"));
    JsonObject change =
        new JsonObject().put("identifiers", identifiers("88", "88.2.2/b", "own", "c-a"));
    HttpResponse<String> changed = world.api.patch(DEVICES + "/c1", admin, change);
    assertEquals(200, changed.statusCode(), changed.body());
    assertEquals(
        change.getJsonArray("identifiers"), World.json(changed).getJsonArray("identifiers"));
    assertEquals(404, world.api.get(resolve("88.2.2/a"), admin).statusCode());
    assertEquals(200, world.api.get(resolve("88.2.2/b"), admin).statusCode());
    world.api.posted(201, DEVICES, admin, device("c2", "88", "88.2.2/a"));
    JsonObject taken =
        new JsonObject().put("identifiers", identifiers("88", "88.2.2/c", "88", "88.2.2/a"));
    Api.assertProblem("identifier-taken", 409, world.api.patch(DEVICES + "/c1", admin, taken));
    assertEquals(200, world.api.get(resolve("88.2.2/b"), admin).statusCode());
    world.api.posted(201, DEVICES, admin, device("c3", "88", "88.2.2/c"));
    JsonObject none = new JsonObject().put("identifiers", new JsonArray()).put("disabled", true);
    JsonObject left = World.json(world.api.patch(DEVICES + "/c1", admin, none));
    assertEquals(new JsonArray(), left.getJsonArray("identifiers"));
    assertEquals("disabled", left.getString("lifecycle"));
    assertEquals(404, world.api.get(resolve("88.2.2/b"), admin).statusCode());
  }

  @Test
  void aClaimThatLeadsNowhereIsTakenOverWhenItIsOld() {
    Identifier identifier = new Identifier(Identifier.Kind.INDUSTRIAL, "88.3.3/dead");
    DeviceId dead = new DeviceId("dead");
    world.registry.identifiers().claim(new Claim(identifier, other, dead, NOW.minusSeconds(60)));
    Api.assertProblem(
        "identifier-taken", 409, world.api.post(DEVICES, admin, device("t1", "88", "88.3.3/dead")));
    assertEquals(404, world.api.get(resolve("88.3.3/dead"), others).statusCode());
    world.registry.identifiers().release(new Claim(identifier, other, dead, NOW));
    world.registry.identifiers().claim(new Claim(identifier, other, dead, NOW.minusSeconds(600)));
    world.api.posted(201, DEVICES, admin, device("t1", "88", "88.3.3/dead"));
    assertEquals(200, world.api.get(resolve("88.3.3/dead"), admin).statusCode());
  }

  @Test
  void whatIsWrongIsSaidByItsPlace() {
    String[][] faults = {
      {"88", "88.1/x", "/identifiers/0/id", "88.118.1/CNC-7"},
      {"gs1", "(01)09506000134351(21)S7", "/identifiers/0/id", "check digit"},
      {"own", SGTIN, "/identifiers/0/id", "kind gs1"},
      {"serial", "1", "/identifiers/0/kind", "88, gs1 or own"},
    };
    for (String[] fault : faults) {
      HttpResponse<String> refused =
          world.api.post(DEVICES, admin, device("f1", fault[0], fault[1]));
      Api.assertProblem("invalid-request", 400, refused);
      JsonObject error = World.json(refused).getJsonArray("errors").getJsonObject(0);
      assertEquals(fault[2], error.getString("pointer"));
      assertTrue(error.getString("detail").contains(fault[3]), error.encode());
    }
    JsonArray many = new JsonArray();
    for (int i = 0; i <= Identifier.OF_DEVICE_MAX; i++) {
      many.add(new JsonObject().put("kind", "own").put("id", "m" + i));
    }
    JsonObject change = new JsonObject().put("identifiers", many);
    assertEquals(400, world.api.patch(DEVICES + "/d1", admin, change).statusCode());
    assertEquals(400, world.api.patch(DEVICES + "/d1", admin, new JsonObject()).statusCode());
    assertEquals(400, world.api.get("/v1/resolve", admin).statusCode());
    assertEquals(400, world.api.get("/v1/resolve?id=88.1", admin).statusCode());
  }

  @Test
  void aListFindsDevicesByAnIdentifiersBeginAndBySearch() {
    for (String id : List.of("l2", "l1", "l3")) {
      world.api.posted(201, DEVICES, admin, device(id, "88", "88.77.7/" + id, "own", "L-" + id));
    }
    assertEquals(List.of("l1", "l2", "l3"), ids("?identifier=88.77."));
    assertEquals(List.of("l2"), ids("?identifier=L-l2"));
    assertEquals(List.of("d1"), ids("?identifier=" + encode("(01)9506000134352(21)S7")));
    assertEquals(List.of(), ids("?identifier=77."));
    assertEquals(List.of("l1", "l2", "l3"), ids("?text=88.77.7"));
    assertEquals(List.of("l3"), ids("?text=l-L3"));
    assertEquals(List.of(), ids("?identifier=88.77.&kind=gateway"));
    JsonObject page = world.api.json(200, DEVICES + "?identifier=88.77.&limit=2", admin);
    String next = page.getString("next");
    page = world.api.json(200, DEVICES + "?identifier=88.77.&limit=2&cursor=" + next, admin);
    assertEquals("l3", first(page).getString("id"));
    assertNull(page.getString("next"));
  }

  private List<String> ids(String query) {
    return world.api.json(200, DEVICES + query, admin).getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("id"))
        .toList();
  }

  private void awaitLine(String action, String object) {
    String path = "/v1/audit?action=" + action;
    while (!world.api.json(200, path, admin).encode().contains(object)) {
      Thread.onSpinWait();
    }
  }

  private void grant(String platform) {
    Party party = new Party(Party.Kind.PLATFORM, platform);
    Subtree part = new Subtree(null, null, Set.of(new DeviceId("d1")));
    world.grant(mine, "g1", party, part, Set.of(), 0);
  }

  private static String resolve(String id) {
    return "/v1/resolve?id=" + encode(id);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static JsonObject first(JsonObject page) {
    return page.getJsonArray("items").getJsonObject(0);
  }

  private static JsonObject device(String id, String... kindsAndIds) {
    return new JsonObject().put("id", id).put("identifiers", identifiers(kindsAndIds));
  }

  private static JsonArray identifiers(String... kindsAndIds) {
    JsonArray identifiers = new JsonArray();
    for (int i = 0; i < kindsAndIds.length; i += 2) {
      identifiers.add(new JsonObject().put("kind", kindsAndIds[i]).put("id", kindsAndIds[i + 1]));
    }
    return identifiers;
  }
}
