package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Callers, enterprises and tokens. */
final class RegistryIT {
  private final World world = new World();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void everybodyLearnsWhoHeIs() {
    EnterpriseId mine = world.enterprise("mine");
    world.enterprise("other");
    assertEquals(
        json(
            "{'role':'admin','name':'admin of mine','platform':null,'enterprise':'mine',"
                + "'enterprises':['mine'],'platforms':['supet']}"),
        me(world.token(mine, Role.ADMIN)));
    assertEquals(
        json(
            "{'role':'operator','name':'operator of operator','platform':null,'enterprise':null,"
                + "'enterprises':['mine','other'],'platforms':['supet','textile']}"),
        me(world.operator));
  }

  /** But for the token's id, which is drawn. */
  private JsonObject me(String token) {
    JsonObject me = world.api.json(200, "/v1/me", token);
    assertTrue(!me.getString("token").isEmpty());
    me.remove("token");
    return me;
  }

  @Test
  void anEnterpriseIsCreatedAndFoundAtOnce() {
    Api.assertProblem("not-found", 404, world.api.get("/v1/enterprises/new-1", world.operator));
    JsonObject created =
        world.api.posted(
            201,
            "/v1/enterprises",
            world.operator,
            json(
                "{'id':'new-1','name':'新厂','region':'宁波','platforms':['textile'],"
                    + "'retention':'10y'}"));
    assertEquals(new JsonArray().add("supet").add("textile"), created.getJsonArray("platforms"));
    assertEquals(NOW_MICROS / 1000, created.getLong("created"));
    JsonObject read = world.api.json(200, "/v1/enterprises/new-1", world.operator);
    assertEquals(json("{'accepted':0,'refused':0}"), read.getJsonObject("messages"));
    List.of("devices", "messages", "readings", "usage", "completeness").forEach(read::remove);
    assertEquals(created, read);
    Api.assertProblem(
        "conflict",
        409,
        world.api.post("/v1/enterprises", world.operator, json("{'id':'new-1','name':'x'}")));
  }

  @Test
  void theOperatorsNameIsTaken() {
    Api.assertProblem(
        "conflict",
        409,
        world.api.post("/v1/enterprises", world.operator, json("{'id':'operator','name':'x'}")));
  }

  @Test
  void whatIsNoEnterpriseIsRefused() {
    for (String body :
        List.of(
            "{'id':'No','name':'x'}",
            "{'id':'x'}",
            "{'name':'x'}",
            "{'id':'x','name':' '}",
            "{'id':'x','name':'a\\u0000b'}",
            "{'id':'x','name':7}",
            "{'id':'x','name':'x','retention':'1d'}",
            "{'id':'x','name':'x','platforms':['nothing']}",
            "{'id':'x','name':'x','platforms':[1]}",
            "{'id':'x','name':'x','platforms':'supet'}",
            "{'id':'x','name':'x','more':1}")) {
      Api.assertProblem(
          "invalid-request", 400, world.api.post("/v1/enterprises", world.operator, json(body)));
    }
    assertEquals(List.of(), items("/v1/enterprises", world.operator, "id"));
  }

  @Test
  void enterprisesArePagedForOperatorsAndOneForOthers() {
    for (int i = 0; i < 5; i++) {
      world.enterprise("e" + i);
    }
    List<String> listed = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page =
          world.api.json(
              200,
              "/v1/enterprises?limit=2" + (next.isEmpty() ? "" : "&cursor=" + next),
              world.operator);
      page.getJsonArray("items").forEach(item -> listed.add(((JsonObject) item).getString("id")));
      next = page.getString("next");
    }
    assertEquals(List.of("e0", "e1", "e2", "e3", "e4"), listed);
    String viewer = world.token(new EnterpriseId("e3"), Role.VIEWER);
    assertEquals(List.of("e3"), items("/v1/enterprises", viewer, "id"));
  }

  @Test
  void countsTellWhatWasAccepted() {
    EnterpriseId mine = world.enterprise("mine");
    world.send(
        mine,
        World.reading("a", NOW_MICROS, "m", new Value.Int(1)),
        World.reading("b", NOW_MICROS, "m", new Value.Int(1)));
    JsonObject read = world.api.json(200, "/v1/enterprises/mine", world.operator);
    assertEquals(json("{'accepted':2,'refused':0}"), read.getJsonObject("messages"));
    assertEquals(json("{'accepted':2,'refused':0}"), read.getJsonObject("readings"));
    assertEquals(2, read.getJsonObject("devices").getInteger("total"));
  }

  @Test
  void aNewTokenWorksAndIsListedWithoutItsSecret() {
    EnterpriseId mine = world.enterprise("mine");
    String admin = world.token(mine, Role.ADMIN);
    JsonObject made =
        world.api.posted(
            201,
            "/v1/tokens",
            admin,
            json("{'role':'viewer','name':'看板','expires':'2027-01-01T00:00:00+08:00'}"));
    assertEquals("mine", made.getString("enterprise"));
    assertEquals(1_798_732_800_000L, made.getLong("expires"));
    String token = made.getString("token");
    assertEquals("viewer", world.api.json(200, "/v1/me", token).getString("role"));
    made.remove("token");
    JsonObject page = world.api.json(200, "/v1/tokens", admin);
    assertTrue(page.getJsonArray("items").contains(made), page.encode());
    assertTrue(!page.encode().contains(token.substring(token.indexOf('.'))), page.encode());
    assertEquals(page, world.api.json(200, "/v1/tokens?enterprise=mine", world.operator));
  }

  @Test
  void onlyOperatorsMakeOperators() {
    EnterpriseId mine = world.enterprise("mine");
    world.enterprise("other");
    String admin = world.token(mine, Role.ADMIN);
    Api.assertProblem(
        "forbidden",
        403,
        world.api.post("/v1/tokens", admin, json("{'role':'operator','name':'x'}")));
    Api.assertProblem(
        "not-found",
        404,
        world.api.post(
            "/v1/tokens", admin, json("{'role':'viewer','name':'x','enterprise':'other'}")));
    JsonObject made =
        world.api.posted(201, "/v1/tokens", world.operator, json("{'role':'operator','name':'x'}"));
    assertNull(made.getValue("enterprise"));
    assertEquals(
        "operator", world.api.json(200, "/v1/me", made.getString("token")).getString("role"));
    assertEquals(List.of("operator of operator", "x"), items("/v1/tokens", world.operator, "name"));
  }

  @Test
  void anOperatorSaysWhoseTokenItIs() {
    world.enterprise("mine");
    for (String body :
        List.of(
            "{'role':'admin','name':'x'}",
            "{'role':'operator','name':'x','enterprise':'mine'}",
            "{'role':'device','name':'x','enterprise':'mine'}",
            "{'role':'viewer','enterprise':'mine'}",
            "{'name':'x','enterprise':'mine'}",
            "{'role':'viewer','name':'x','enterprise':'mine','expires':'2020-01-01T00:00:00Z'}",
            "{'role':'viewer','name':'x','enterprise':'mine','expires':'soon'}")) {
      Api.assertProblem(
          "invalid-request", 400, world.api.post("/v1/tokens", world.operator, json(body)));
    }
    Api.assertProblem(
        "not-found",
        404,
        world.api.post(
            "/v1/tokens", world.operator, json("{'role':'admin','name':'x','enterprise':'no'}")));
    String admin =
        world
            .api
            .posted(
                201,
                "/v1/tokens",
                world.operator,
                json("{'role':'admin','name':'x','enterprise':'mine'}"))
            .getString("token");
    assertEquals("mine", world.api.json(200, "/v1/me", admin).getString("enterprise"));
  }

  private List<String> items(String path, String token, String member) {
    return world.api.json(200, path, token).getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString(member))
        .sorted()
        .toList();
  }

  private static JsonObject json(String text) {
    return new JsonObject(text.replace('\'', '"'));
  }
}
