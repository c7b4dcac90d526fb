package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.Bounds;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Who sees which lines of the audit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuditIT {
  private static final String E = "/v1/enterprises/mine";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);
  private final String viewer = world.token(mine, Role.VIEWER);

  @BeforeAll
  void lines() {
    for (String id : List.of("d1", "d10")) {
      world.device(mine, id);
      world.send(mine, World.reading(id, World.NOW_MICROS, "m", new Value.Int(1)));
      assertEquals(
          200, world.api.get(E + "/devices/" + id + "/latest", world.operator).statusCode());
    }
    assertEquals(200, world.api.get(E + "/devices/d1", world.operator).statusCode());
    JsonObject change = new JsonObject().put("disabled", true);
    assertEquals(200, world.api.patch(E + "/devices/d10", admin, change).statusCode());
    world.api.posted(
        201, "/v1/tokens", admin, new JsonObject().put("role", "viewer").put("name", "secret one"));
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whoMayChangeNothingSeesWhoReadAndNotWhoMayWhat() {
    assertTrue(actions(admin, "").containsAll(Set.of("read", "change")));
    assertEquals(Set.of("read"), actions(viewer, ""));
    assertEquals(Set.of(), actions(viewer, "?action=change"));
    assertEquals(Set.of("read"), actions(application(Set.of(Scope.READ), Subtree.ALL), ""));
    Api.assertProblem("not-found", 404, world.api.get("/v1/audit/verify", viewer));
  }

  @Test
  void aProgramThatDoesNotSeeAllOfTheEnterpriseSeesNoLine() {
    Subtree part = new Subtree(null, null, Set.of(new DeviceId("d1")));
    for (String token :
        List.of(
            application(Set.of(Scope.READ), part),
            application(Set.of(Scope.STREAM), Subtree.ALL),
            world.token(
                EnterpriseId.OPERATOR,
                Role.APPLICATION,
                "free",
                new Bounds(null, Set.of(Scope.READ), Subtree.ALL)))) {
      Api.assertProblem("not-found", 404, world.api.get("/v1/audit", token));
      Api.assertProblem("not-found", 404, world.api.get("/v1/audit?enterprise=mine", token));
    }
  }

  @Test
  void anothersLinesAreNotToBeHad() {
    for (Role role : List.of(Role.VIEWER, Role.ADMIN)) {
      String stranger = world.token(other, role);
      Api.assertProblem("not-found", 404, world.api.get("/v1/audit?enterprise=mine", stranger));
      assertEquals(Set.of(), actions(stranger, ""));
    }
  }

  @Test
  void linesOfOneDeviceAreThoseThatNameIt() {
    String device = "?enterprise=mine&device=d1";
    Set<String> objects = objects(viewer, device);
    assertEquals(
        Set.of("enterprises/mine/devices/d1", "enterprises/mine/devices/d1/latest"), objects);
    assertEquals(
        Set.of("PATCH enterprises/mine/devices/d10"), objects(admin, "?device=d10&action=change"));
    assertEquals(400, world.api.get("/v1/audit?device=no%20id", admin).statusCode());
  }

  private String application(Set<Scope> scopes, Subtree part) {
    String id = "app-" + scopes + part.devices().size();
    return world.token(
        mine, Role.APPLICATION, id.replaceAll("[^a-z0-9-]", ""), new Bounds(null, scopes, part));
  }

  private Set<String> actions(String token, String query) {
    return members(token, query, "action");
  }

  private Set<String> objects(String token, String query) {
    return members(token, query, "object");
  }

  private Set<String> members(String token, String query, String member) {
    return world.api.json(200, "/v1/audit" + query, token).getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString(member))
        .collect(Collectors.toSet());
  }
}
