package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Who has an answer already is told so, and who has an old one overwrites nobody's change. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TagsIT {
  private static final String E = "/v1/enterprises/mine";
  private static final String D = E + "/devices/d1";
  private static final String PAST =
      D + "/series?from=" + (NOW_MICROS / 1000 - 60_000) + "&to=" + NOW_MICROS / 1000;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @BeforeAll
  void devices() {
    world.device(mine, "d1");
    world.device(mine, "d2");
    send("d1", 30, "a");
    send("d1", 20, "b");
  }

  @AfterAll
  void close() {
    world.close();
  }

  private void send(String device, int secondsAgo, String metric) {
    world.send(
        mine,
        World.reading(
            device, NOW_MICROS - secondsAgo * 1_000_000L, metric, new Value.Int(secondsAgo)));
  }

  private HttpResponse<String> get(String path, String token, String... headers) {
    HttpResponse<String> response = world.api.get(path, token, headers);
    assertTrue(List.of(200, 304).contains(response.statusCode()), response::body);
    return response;
  }

  private String tag(String path, String token) {
    HttpResponse<String> response = get(path, token);
    assertEquals("private, no-cache", Api.header(response, "Cache-Control"), path);
    String tag = Api.header(response, "ETag");
    assertTrue(tag.matches("\"[0-9a-f.]{16,}\""), path + " " + tag);
    return tag;
  }

  private HttpResponse<String> change(String path, String body, String... ifMatch) {
    String[] headers = new String[2 + ifMatch.length];
    System.arraycopy(new String[] {"Content-Type", "application/json"}, 0, headers, 0, 2);
    System.arraycopy(ifMatch, 0, headers, 2, ifMatch.length);
    return world.api.send("PATCH", path, admin, body, headers);
  }

  @Test
  void whoHasTheAnswerIsTold304() {
    for (String path :
        List.of(
            "/v1/me",
            "/v1/enterprises",
            E,
            E + "/quotas",
            E + "/units",
            E + "/devices",
            D,
            D + "/latest",
            PAST,
            PAST + "&aggregate=count",
            E + "/series?from=0&to=1&aggregate=count",
            "/v1/platforms",
            "/v1/platforms/supet",
            "/v1/platforms/supet/enterprises")) {
      String tag = tag(path, admin);
      for (String known :
          List.of(tag, "W/" + tag, "\"x\", " + tag, "*", tag.replaceFirst("\"$", "-gzip\""))) {
        HttpResponse<String> response = get(path, admin, "If-None-Match", known);
        assertEquals(304, response.statusCode(), path + " " + known);
        assertEquals("", response.body());
        assertTrue(Api.header(response, "ETag").startsWith(tag.substring(0, tag.length() - 1)));
      }
      assertEquals(200, get(path, admin, "If-None-Match", "\"x\"").statusCode());
      assertEquals(
          304, world.api.send("HEAD", path, admin, null, "If-None-Match", tag).statusCode());
    }
  }

  @Test
  void aLateSampleChangesTheTagOfThePast() {
    String before = tag(PAST, admin);
    String csv = Api.header(get(PAST, admin, "Accept", "text/csv"), "ETag");
    assertNotEquals(before, csv);
    assertEquals(before, tag(PAST, admin));
    send("d1", 40, "late");
    assertEquals(200, get(PAST, admin, "If-None-Match", before + ", " + csv).statusCode());
    assertNotEquals(before, tag(PAST, admin));
  }

  @Test
  void whatGoesOnHasNoTag() {
    for (String path : List.of(D + "/series", D + "/series?points=10", E + "/rejections")) {
      HttpResponse<String> response = get(path, admin);
      assertEquals("", Api.header(response, "ETag"), path);
      assertEquals("no-store", Api.header(response, "Cache-Control"), path);
    }
  }

  @Test
  void aTagOpensNothingForWhoSeesLess() {
    String seen = tag(E + "/devices", admin);
    String samples = tag(PAST, admin);
    Set<DeviceId> d1 = Set.of(new DeviceId("d1"));
    Party grantee = new Party(Party.Kind.ENTERPRISE, "other");
    world.grant(mine, "g1", grantee, new Subtree(null, null, d1), Set.of("a"), 0);
    EnterpriseId other = world.enterprise("other");
    String token = world.token(other, Role.VIEWER);
    assertEquals(200, get(E + "/devices", token, "If-None-Match", seen).statusCode());
    assertEquals(200, get(PAST, token, "If-None-Match", samples).statusCode());
    String own = tag(PAST, token);
    assertEquals(304, get(PAST, token, "If-None-Match", own).statusCode());
    assertEquals(200, get(PAST, admin, "If-None-Match", own).statusCode());
    String nobody = world.token(world.enterprise("nobody"), Role.VIEWER);
    assertEquals(404, world.api.get(PAST, nobody, "If-None-Match", own + ", *").statusCode());
    assertEquals(401, world.api.get(PAST, null, "If-None-Match", own + ", *").statusCode());
  }

  @Test
  void whoSeesAPartIsNotToldWhenTheRestCame() {
    Party party = new Party(Party.Kind.ENTERPRISE, "part");
    Subtree d2 = new Subtree(null, null, Set.of(new DeviceId("d2")));
    world.grant(mine, "g2", party, d2, Set.of(), 0);
    String grantee = world.token(world.enterprise("part"), Role.VIEWER);
    for (String path : List.of(E + "/devices", E + "/latest", D.replace("d1", "d2") + "/latest")) {
      JsonObject completeness = world.api.json(200, path, grantee).getJsonObject("completeness");
      assertEquals(null, completeness.getValue("freshness"), path);
    }
    assertEquals(
        NOW_MICROS / 1000.0,
        world
            .api
            .json(200, E + "/latest", admin)
            .getJsonObject("completeness")
            .getDouble("freshness"),
        1000);
  }

  @Test
  void ofTwoPeopleTheSecondOverwritesNothing() {
    String first = tag(E + "/quotas", admin);
    HttpResponse<String> changed = change(E + "/quotas", "{\"devices\":500}", "If-Match", first);
    Api.assertProblem("forbidden", 403, changed); // quotas are the operators'
    String[] json = {"Content-Type", "application/json", "If-Match", first};
    String body = "{\"deviceMessagesPerSecond\":50}";
    HttpResponse<String> own = world.api.send("PATCH", E + "/quotas", world.operator, body, json);
    assertEquals(200, own.statusCode(), own::body);
    HttpResponse<String> stale = world.api.send("PATCH", E + "/quotas", world.operator, body, json);
    Api.assertProblem("changed-meanwhile", 412, stale);
    json[3] = Api.header(own, "ETag");
    assertEquals(
        200, world.api.send("PATCH", E + "/quotas", world.operator, body, json).statusCode());
  }

  @Test
  void ofManyAtTheSameMomentOneChangesIt() throws Exception {
    int people = 8;
    try (ExecutorService threads = Executors.newFixedThreadPool(people)) {
      for (int round = 1; round <= 20; round++) {
        String seen = tag(D, admin);
        String identifiers =
            "{\"identifiers\":[{\"kind\":\"own\",\"id\":\"R%d-%%d\"}]}".formatted(round);
        CyclicBarrier together = new CyclicBarrier(people);
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < people; i++) {
          String body = identifiers.formatted(i);
          answers.add(
              threads.submit(
                  () -> {
                    together.await();
                    return change(D, body, "If-Match", seen).statusCode();
                  }));
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
          statuses.add(answer.get());
        }
        assertEquals(1, Collections.frequency(statuses, 200), () -> statuses.toString());
        assertEquals(people - 1, Collections.frequency(statuses, 412), () -> statuses.toString());
        assertNotEquals(seen, tag(D, admin));
      }
    }
  }

  @Test
  void settingsOfAnEnterpriseToo() {
    String first = tag(E, admin);
    String create = "{\"subDevices\":\"create\"}";
    String knownOnly = "{\"subDevices\":\"known-only\"}";
    world.device(mine, "d3"); // what is counted meanwhile does not count
    assertEquals(200, change(E, knownOnly, "If-Match", first).statusCode());
    Api.assertProblem("changed-meanwhile", 412, change(E, create, "If-Match", first));
    assertEquals("known-only", world.api.json(200, E, admin).getString("subDevices"));
    assertEquals(200, change(E, create, "If-Match", "*").statusCode());
    assertEquals(200, change(E, create, "If-None-Match", "*").statusCode());
    assertEquals(200, change(E, create).statusCode());
  }

  @Test
  void whatADeviceSendsIsNobodysChange() {
    String path = E + "/devices/d2";
    String first = tag(path, admin);
    send("d2", 5, "new");
    assertNotEquals(first, tag(path, admin));
    HttpResponse<String> disabled = change(path, "{\"disabled\":true}", "If-Match", first);
    assertEquals(200, disabled.statusCode(), disabled::body);
    Api.assertProblem(
        "changed-meanwhile", 412, change(path, "{\"disabled\":false}", "If-Match", first));
    assertTrue(World.json(get(path, admin)).getString("lifecycle").equals("disabled"));
    HttpResponse<String> again =
        change(path, "{\"disabled\":false}", "If-Match", Api.header(disabled, "ETag"));
    assertEquals(200, again.statusCode(), again::body);
    Api.assertProblem(
        "not-found", 404, change(E + "/devices/nobody", "{\"disabled\":false}", "If-Match", first));
  }

  @Test
  void identifiersAreOverwrittenByNobodyToo() {
    String path = E + "/devices/d2";
    String first = tag(path, admin);
    HttpResponse<String> named =
        change(path, "{\"identifiers\":[{\"kind\":\"own\",\"id\":\"SN-1\"}]}", "If-Match", first);
    assertEquals(200, named.statusCode(), named::body);
    Api.assertProblem(
        "changed-meanwhile",
        412,
        change(path, "{\"identifiers\":[{\"kind\":\"own\",\"id\":\"SN-2\"}]}", "If-Match", first));
    assertEquals(tag(path, admin), Api.header(named, "ETag"));
  }
}
