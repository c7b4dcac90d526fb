package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.memory.MemoryAudit;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Registry;
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
    HttpResponse<String> unknown = world.api.get("/v1/audit?action=reads", admin);
    Api.assertProblem("invalid-request", 400, unknown);
    assertTrue(
        unknown.body().contains("it is one of [read, change, login, logout, refused]"),
        unknown.body());
  }

  @Test
  void aReadIsAnsweredWhenItsLineIsStoredAndNotBefore() {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    CompletableFuture<Void> stored = new CompletableFuture<>();
    AtomicBoolean isAway = new AtomicBoolean();
    AuditTables tables =
        new AuditTables() {
          private final MemoryAudit audit = new MemoryAudit();

          @Override
          public CompletionStage<Void> append(List<AuditLine> lines) {
            asked.complete(null);
            return isAway.get()
                ? CompletableFuture.failedFuture(new IOException("no node answers"))
                : stored.thenCompose(nothing -> audit.append(lines));
          }

          @Override
          public CompletionStage<List<AuditLine>> read(
              EnterpriseId subject, long day, @Nullable String before, int limit) {
            return audit.read(subject, day, before, limit);
          }
        };
    try (World held = new World(config -> config, all -> all, rows -> auditing(rows, tables))) {
      EnterpriseId theirs = held.enterprise("mine");
      held.device(theirs, "d1");
      held.send(theirs, World.reading("d1", World.NOW_MICROS, "m", new Value.Int(1)));
      String path = E + "/devices/d1/latest";
      CompletableFuture<HttpResponse<String>> answer = held.api.later(path, held.operator);
      asked.join();
      assertFalse(answer.isDone(), "a node that is killed now has told nothing");
      stored.complete(null);
      assertEquals(200, answer.join().statusCode());

      isAway.set(true);
      HttpResponse<String> untold = held.api.get(E + "/devices/d1/series", held.operator);
      Api.assertProblem("store-unavailable", 503, untold);
      isAway.set(false);
    }
  }

  /** A registry with another audit. */
  private static Registry auditing(Registry rows, AuditTables tables) {
    return (Registry)
        Proxy.newProxyInstance(
            Registry.class.getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, arguments) ->
                method.getName().equals("audit") ? tables : method.invoke(rows, arguments));
  }

  /** A question about many is a read of each that it names, or of all. */
  @Test
  void whoReadADeviceIsFoundHoweverItWasRead() throws IOException {
    EnterpriseId theirs = world.enterprise("theirs");
    String own = world.token(theirs, Role.ADMIN);
    for (String id : List.of("a", "b", "c")) {
      world.device(theirs, id);
      world.send(theirs, World.reading(id, World.NOW_MICROS, "m", new Value.Int(1)));
    }
    Subtree some = new Subtree(null, null, Set.of(new DeviceId("a"), new DeviceId("b")));
    world.grant(
        theirs,
        "0000000000000000000000b1",
        new Party(Party.Kind.ENTERPRISE, "other"),
        some,
        Set.of(),
        0);
    String stranger = world.token(other, Role.VIEWER);
    String path = "/v1/enterprises/theirs/";
    JsonObject more = new JsonObject().put("devices", List.of("b", "c", "a"));
    world.api.posted(200, path + "latest:batch", stranger, more); // it is told nothing of c
    world.api.posted(200, path + "series:query", stranger, more);
    JsonObject named = new JsonObject().put("devices", List.of("b", "a"));
    JsonObject sum = new JsonObject().put("metric", "m").put("subtree", named);
    world.api.posted(200, path + "aggregate:query", stranger, sum);
    new Events(world.query().port(), path + "stream?devices=a", stranger).close();
    world.api.json(200, path + "latest", world.operator);
    String list = "?devices=a,b";
    assertEquals(
        Set.of(
            "enterprises/theirs/latest:batch" + list,
            "enterprises/theirs/series:query" + list,
            "enterprises/theirs/aggregate:query" + list,
            "enterprises/theirs/stream?devices=a",
            "enterprises/theirs/latest"),
        objects(own, "?device=a"));
    assertEquals(4, objects(own, "?device=b").size());
    assertEquals(Set.of("enterprises/theirs/latest"), objects(own, "?device=c"));
    String grant = path + "grants/0000000000000000000000b1/uses";
    assertTrue(world.api.json(200, grant, own).getJsonArray("items").size() >= 4);
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
