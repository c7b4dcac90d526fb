package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** A device that is deleted. */
final class DeviceDeletionIT {
  private static final String E = "/v1/enterprises/mine";
  private static final String DEVICES = E + "/devices";
  private static final long MINUTE_MICROS = 60_000_000;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void itIsInNoListOrCountAndWhatItSentStays() {
    JsonObject made = world.api.posted(201, DEVICES, admin, new JsonObject().put("id", "d1"));
    assertTrue(made.containsKey("predecessorDeleted"));
    world.device(mine, "d2");
    world.send(mine, World.presence("d1", 1, true));
    world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(1)));

    JsonObject deleted = deleted("d1");
    assertEquals(NOW.toEpochMilli(), deleted.getLong("deleted"));
    assertEquals(1, deleted.getInteger("credentials"));
    assertEquals(true, deleted.getJsonObject("data").getBoolean("kept"));

    // The session's end is a record behind the deletion: it does not bring the device back.
    world.send(mine, World.presence("d1", 1, false));
    assertEquals(List.of("d2"), ids());
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1", admin));
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1/health", admin));
    assertEquals(1, world.api.json(200, E, admin).getJsonObject("devices").getInteger("total"));
    assertEquals(
        1, world.api.json(200, E + "/health", admin).getJsonObject("counts").getInteger("total"));
    Api.assertProblem("not-found", 404, world.api.delete(DEVICES + "/d1", admin));
    assertEquals(200, world.api.get(DEVICES + "/d1/series", admin).statusCode());
    assertEquals(202, world.api.delete(DEVICES + "/d1/data", admin).statusCode());
    assertTrue(
        world.api.json(200, "/v1/audit?action=change", admin).encode().contains("DELETE"),
        "it is on record");
  }

  @Test
  void itHasNoNewestValuesAndWhatItMadeStillCounts() {
    for (String id : List.of("d1", "d2")) {
      world.device(mine, id);
      world.send(mine, World.reading(id, NOW_MICROS, "m", new Value.Int(1)));
      assertEquals(200, world.api.get(DEVICES + "/" + id + "/latest", admin).statusCode());
    }
    deleted("d1");
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1/latest", admin));
    JsonArray all = world.api.json(200, E + "/latest", admin).getJsonArray("items");
    assertEquals(List.of("d2"), texts(all, "device"));
    JsonObject both = new JsonObject().put("devices", List.of("d1", "d2"));
    JsonArray batch = world.api.posted(200, E + "/latest:batch", admin, both).getJsonArray("items");
    assertEquals(404, batch.getJsonObject(0).getJsonObject("error").getInteger("status"));
    assertEquals(1, batch.getJsonObject(1).getJsonArray("metrics").size());

    // The sums of devices, of sets, and of all agree; who reads them can tell which is gone.
    JsonObject wanted =
        new JsonObject().put("metric", "m").put("of", "sum").put("aggregate", List.of("sum"));
    for (JsonObject part :
        List.of(new JsonObject(), new JsonObject().put("devices", List.of("d1", "d2")))) {
      JsonArray sets =
          world
              .api
              .posted(
                  200,
                  E + "/aggregate:query",
                  admin,
                  wanted.copy().put("by", "device").put("subtree", part))
              .getJsonArray("items");
      assertEquals(List.of("d1", "d2"), texts(sets, "id"));
      assertEquals(true, sets.getJsonObject(0).getBoolean("deleted"));
      assertTrue(!sets.getJsonObject(1).containsKey("deleted"));
    }
    assertEquals(2, sum(wanted));
    assertEquals(2, sum(wanted.copy().put("by", "factory")));
    world.send(mine, late("d1"));
    assertEquals(200, world.api.get(DEVICES + "/d1/latest", admin).statusCode(), "it came back");
  }

  private int sum(JsonObject wanted) {
    JsonObject answer = world.api.posted(200, E + "/aggregate:query", admin, wanted);
    return answer
        .getJsonArray("items")
        .getJsonObject(0)
        .getJsonArray("series")
        .getJsonObject(0)
        .getJsonArray("values")
        .getInteger(0);
  }

  @Test
  void itsCredentialsOpenNothingAndItsIdentifiersAreFree() {
    JsonArray identifiers =
        new JsonArray().add(new JsonObject().put("kind", "88").put("id", "88.5.5/x"));
    JsonObject wanted = new JsonObject().put("id", "d1").put("identifiers", identifiers);
    String token = world.api.posted(201, DEVICES, admin, wanted).getString("token");
    world.api.posted(
        201, DEVICES + "/d1/credentials", admin, new JsonObject().put("kind", "password"));
    JsonObject deleted = deleted("d1");
    assertEquals(2, deleted.getInteger("credentials"));
    assertEquals(identifiers, deleted.getJsonArray("identifiers"));
    CredentialKey key = AccessToken.parse(token).orElseThrow().key();
    assertTrue(world.registry.credential(key).toCompletableFuture().join().isEmpty());
    // The word by which ingest nodes end its sessions.
    assertTrue(
        world.registry.changes(NOW.minusSeconds(60), NOW).toCompletableFuture().join().stream()
            .anyMatch(change -> key.equals(change.key())));
    Api.assertProblem("not-found", 404, world.api.get("/v1/resolve?id=88.5.5/x", admin));
    EnterpriseId other = world.enterprise("other");
    String others = world.token(other, Role.ADMIN);
    world.api.posted(201, "/v1/enterprises/other/devices", others, wanted);
  }

  @Test
  void itsHistoryBelongsToTheFactoryInWhichItStood() {
    JsonObject wanted = new JsonObject().put("id", "d1").put("factory", "f1").put("line", "l1");
    world.api.posted(201, DEVICES, admin, wanted);
    world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(1)));
    String others = world.token(world.enterprise("other"), Role.ADMIN);
    String thirds = world.token(world.enterprise("third"), Role.ADMIN);
    grant("other", new Subtree("f1", "l1", Set.of()));
    grant("third", new Subtree("f2", null, Set.of()));
    deleted("d1");
    assertEquals(200, world.api.get(DEVICES + "/d1/series", others).statusCode());
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1/series", thirds));
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1/latest", others));
    JsonObject many = new JsonObject().put("devices", List.of("d1"));
    String told = world.api.posted(200, E + "/series:query", others, many).encode();
    assertTrue(told.contains("\"m\""), told);

    // Whoever has its id now stands elsewhere.
    world.api.posted(201, DEVICES, admin, wanted.copy().put("factory", "f2"));
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/d1/series", others));
    assertEquals(200, world.api.get(DEVICES + "/d1/series", thirds).statusCode());
  }

  private void grant(String grantee, Subtree part) {
    Party party = new Party(Party.Kind.ENTERPRISE, grantee);
    world.grant(mine, "g-" + grantee, party, part, Set.of(), 0);
  }

  @Test
  void itCanBeCreatedAgainOnce() {
    world.device(mine, "d1");
    deleted("d1");
    JsonObject again = world.api.posted(201, DEVICES, admin, new JsonObject().put("id", "d1"));
    assertEquals(NOW.toEpochMilli(), again.getLong("predecessorDeleted"));
    assertEquals(List.of("d1"), ids());
    Api.assertProblem(
        "conflict", 409, world.api.post(DEVICES, admin, new JsonObject().put("id", "d1")));
  }

  @Test
  void aGatewayThatGoesOnSpeakingForItBringsItBack() {
    world.device(mine, "d1");
    deleted("d1");
    world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(1)));
    assertEquals(List.of(), ids(), "it was on its way");
    world.send(mine, late("d1"));
    assertEquals(List.of("d1"), ids());
    assertEquals(1, world.api.json(200, E, admin).getJsonObject("devices").getInteger("total"));
    assertEquals(200, world.api.get(DEVICES + "/d1", admin).statusCode());
    deleted("d1");
  }

  @Test
  void whereOnlyKnownDevicesAreTakenGatewaysAreRefusedIt() {
    HttpResponse<String> set =
        world.api.patch(E, admin, new JsonObject().put("subDevices", "known-only"));
    assertEquals(200, set.statusCode(), set.body());
    world.device(mine, "gateway", Device.Kind.GATEWAY, null);
    world.device(mine, "d1", Device.Kind.DEVICE, "gateway");
    deleted("d1");
    assertEquals(Set.of(new DeviceId("d1")), disabled());
    world.api.posted(201, DEVICES, admin, new JsonObject().put("id", "d1"));
    assertEquals(Set.of(), disabled());
    // Gateways hear of it.
    assertTrue(
        world.registry.changes(NOW.minusSeconds(60), NOW).toCompletableFuture().join().stream()
                .filter(change -> new DeviceId("d1").equals(change.device()))
                .count()
            >= 2);
  }

  @Test
  void aViewerMayNotAndADeviceThatIsNotIsNotFound() {
    world.device(mine, "d1");
    String viewer = world.token(mine, Role.VIEWER);
    Api.assertProblem("forbidden", 403, world.api.delete(DEVICES + "/d1", viewer));
    Api.assertProblem("not-found", 404, world.api.delete(DEVICES + "/none", admin));
    assertEquals(List.of("d1"), ids());
  }

  private JsonObject deleted(String id) {
    HttpResponse<String> response = world.api.delete(DEVICES + "/" + id, admin);
    assertEquals(200, response.statusCode(), response.body());
    return World.json(response);
  }

  private Set<DeviceId> disabled() {
    return world.registry.disabledDevices(mine).toCompletableFuture().join();
  }

  private List<String> ids() {
    return texts(world.api.json(200, DEVICES, admin).getJsonArray("items"), "id");
  }

  private static List<String> texts(JsonArray items, String member) {
    return items.stream().map(item -> ((JsonObject) item).getString(member)).toList();
  }

  /** A reading that arrives a minute after everything else. */
  private static Entry late(String device) {
    return new Entry.Readings(
        new DeviceId(device),
        NOW_MICROS + MINUTE_MICROS,
        List.of(World.reading(device, NOW_MICROS, new MetricValue("m", new Value.Int(2)))));
  }
}
