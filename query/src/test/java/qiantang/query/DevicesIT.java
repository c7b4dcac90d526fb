package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** Devices: those of the registry and those the journal saw; creating them. */
final class DevicesIT {
  private static final String DEVICES = "/v1/enterprises/mine/devices";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aDeviceIsFoundBeforeTheRegistryHasIt() {
    world.send(
        mine,
        World.presence("gw", 1, true),
        new Entry.Birth(new DeviceId("n-1"), "焊机 1", new DeviceId("gw"), "welder", NOW_MICROS),
        World.message("gw", World.reading("n-1", NOW_MICROS, value("amps"))));
    JsonObject device = world.api.json(200, DEVICES + "/n-1", admin);
    assertEquals("焊机 1", device.getString("name"));
    assertEquals("gw", device.getString("gateway"));
    assertEquals("welder", device.getString("model"));
    assertEquals("active", device.getString("lifecycle"));
    assertEquals("online", device.getString("connection"));
    assertEquals(new JsonArray().add("amps"), device.getJsonArray("metrics"));
    assertEquals("gateway", world.api.json(200, DEVICES + "/gw", admin).getString("kind"));
    assertEquals(
        1, world.api.json(200, DEVICES + "/n-1/latest", admin).getJsonArray("metrics").size());
    assertEquals(
        1, world.api.json(200, DEVICES + "/n-1/series", admin).getJsonArray("series").size());
    assertEquals(List.of("gw", "n-1"), idsOf(DEVICES));
  }

  @Test
  void presenceIsToldWithItsTime() {
    world.device(mine, "on");
    world.device(mine, "off");
    world.device(mine, "never");
    world.send(
        mine,
        World.presence("on", 1, true),
        World.presence("off", 2, true),
        World.presence("off", 2, false));
    JsonObject on = world.api.json(200, DEVICES + "/on", admin);
    assertEquals("online", on.getString("connection"));
    assertEquals((NOW_MICROS + 1) / 1000.0, on.getDouble("since"));
    assertEquals("offline", world.api.json(200, DEVICES + "/off", admin).getString("connection"));
    JsonObject never = world.api.json(200, DEVICES + "/never", admin);
    assertEquals("never", never.getString("connection"));
    assertNull(never.getValue("since"));
    assertEquals("registered", never.getString("lifecycle"));
    for (String connection : List.of("on", "off", "never")) {
      String word = connection.equals("never") ? "never" : connection + "line";
      assertEquals(List.of(connection), idsOf(DEVICES + "?connection=" + word));
    }
    JsonObject enterprise = world.api.json(200, "/v1/enterprises/mine", admin);
    assertEquals(
        new JsonObject("{\"total\":3,\"online\":1,\"offline\":1,\"never\":1,\"unknown\":0}"),
        enterprise.getJsonObject("devices"));
  }

  @Test
  void pagesTogetherAreTheWholeListInOrder() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String id = "d" + (100 + i);
      expected.add(id);
      // A third only in the registry, a third only in the journal, a third in both.
      if (i % 3 != 0) {
        world.device(mine, id);
      }
      if (i % 3 != 1) {
        world.send(mine, World.reading(id, NOW_MICROS, "m", new Value.Int(i)));
      }
    }
    for (int limit : new int[] {1, 2, 3, 7, 39, 40, 41}) {
      List<String> listed = new ArrayList<>();
      String next = "";
      while (next != null) {
        JsonObject page =
            world.api.json(
                200,
                DEVICES + "?limit=" + limit + (next.isEmpty() ? "" : "&cursor=" + next),
                admin);
        listed.addAll(ids(page));
        next = page.getString("next");
      }
      assertEquals(expected, listed);
    }
  }

  @Test
  void filtersChoose() {
    post(201, "{'id':'gw1','kind':'gateway'}");
    post(201, "{'id':'a','gateway':'gw1','model':'m 1','factory':'f','line':'l1'}");
    post(201, "{'id':'b','model':'m 1','factory':'f','line':'l2'}");
    assertEquals(List.of("gw1"), idsOf(DEVICES + "?kind=gateway"));
    assertEquals(List.of("a"), idsOf(DEVICES + "?gateway=gw1"));
    assertEquals(List.of("a", "b"), idsOf(DEVICES + "?model=m%201"));
    assertEquals(List.of("b"), idsOf(DEVICES + "?factory=f&line=l2"));
    assertEquals(List.of(), idsOf(DEVICES + "?line=none"));
    post(201, "{'id':'Press-9','name':'注塑机'}");
    assertEquals(List.of("Press-9"), idsOf(DEVICES + "?text=press"));
    assertEquals(List.of("Press-9"), idsOf(DEVICES + "?text=%E6%B3%A8%E5%A1%91"));
    Api.assertProblem("invalid-request", 400, world.api.get(DEVICES + "?kind=robot", admin));
  }

  @Test
  void aCreatedDeviceHasATokenThatLogsItIn() {
    JsonObject created = post(201, "{'id':'a','name':'泵 A'}");
    AccessToken token = AccessToken.parse(created.getString("token")).orElseThrow();
    assertEquals(mine, token.owner());
    var credential =
        world.registry.credential(token.key()).toCompletableFuture().join().orElseThrow();
    assertEquals(Role.DEVICE, credential.role());
    assertEquals(new DeviceId("a"), credential.device());
    JsonObject gateway = post(201, "{'id':'g','kind':'gateway'}");
    token = AccessToken.parse(gateway.getString("token")).orElseThrow();
    credential = world.registry.credential(token.key()).toCompletableFuture().join().orElseThrow();
    assertEquals(Role.GATEWAY, credential.role());
    JsonObject more = world.api.posted(201, DEVICES + "/a/credentials", admin, new JsonObject());
    assertTrue(!more.getString("token").equals(created.getString("token")));
    JsonObject read = world.api.json(200, DEVICES + "/a", admin);
    read.remove("metrics");
    read.remove("units");
    created.remove("token");
    created.remove("predecessorDeleted");
    assertEquals(created, read);
  }

  @Test
  void manyAreCreatedInTheirOrder() {
    JsonArray wanted = new JsonArray();
    for (int i = 999; i >= 0; i--) {
      wanted.add(new JsonObject().put("id", "d" + i));
    }
    JsonObject answer =
        world.api.posted(201, DEVICES, admin, new JsonObject().put("devices", wanted));
    assertEquals(IntStream.range(0, 1000).mapToObj(i -> "d" + (999 - i)).toList(), ids(answer));
    Set<String> tokens = new HashSet<>();
    answer
        .getJsonArray("items")
        .forEach(item -> tokens.add(((JsonObject) item).getString("token")));
    assertEquals(1000, tokens.size());
    wanted.add(new JsonObject().put("id", "one-more"));
    Api.assertProblem(
        "invalid-request",
        400,
        world.api.post(DEVICES, admin, new JsonObject().put("devices", wanted)));
  }

  @Test
  void nothingIsCreatedWhereOneExists() {
    post(201, "{'id':'b'}");
    Api.assertProblem(
        "conflict",
        409,
        world.api.post(DEVICES, admin, json("{'devices':[{'id':'a'},{'id':'b'},{'id':'c'}]}")));
    assertEquals(List.of("b"), idsOf(DEVICES));
  }

  @Test
  void aGatewayMayBeCreatedAlongButMustBeOne() {
    post(201, "{'devices':[{'id':'a','gateway':'g'},{'id':'g','kind':'gateway'}]}");
    for (String body :
        List.of(
            "{'id':'b','gateway':'nobody'}",
            "{'id':'b','gateway':'a'}",
            "{'id':'b','kind':'gateway','gateway':'g'}")) {
      Api.assertProblem("invalid-request", 400, world.api.post(DEVICES, admin, json(body)));
    }
    assertEquals(List.of("a", "g"), idsOf(DEVICES));
  }

  @Test
  void whatIsWrongInABodyIsToldByItsPlace() {
    JsonObject problem =
        world.api.posted(
            400,
            DEVICES,
            admin,
            json(
                "{'devices':[{'id':'a'},{'id':'no id'},{'name':'x'},{'id':'a'},7,"
                    + "{'id':'c','colour':'red','kind':'robot','line':''}],'extra':1}"));
    assertEquals(
        Set.of(
            "/devices/1/id",
            "/devices/2/id",
            "/devices/3/id",
            "/devices/4",
            "/devices/5/colour",
            "/devices/5/kind",
            "/devices/5/line",
            "/extra"),
        Set.copyOf(
            problem.getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("pointer"))
                .toList()));
    assertTrue(problem.encode().contains("[A-Za-z0-9._-]"), problem.encode());
    assertEquals(List.of(), idsOf(DEVICES));
  }

  @Test
  void aDisabledDeviceIsToldAsSuch() {
    world.registry.createDevice(
        new Device(
            mine, new DeviceId("x"), "x", Device.Kind.DEVICE, null, "", "", "", true, World.NOW));
    assertEquals("disabled", world.api.json(200, DEVICES + "/x", admin).getString("lifecycle"));
    var nothing = world.api.patch(DEVICES + "/x", admin, new JsonObject());
    Api.assertProblem("invalid-request", 400, nothing);
    JsonObject error = World.json(nothing).getJsonArray("errors").getJsonObject(0);
    assertEquals("", error.getString("pointer"));
    assertTrue(error.getString("detail").contains("disabled (true or false), identifiers"));
  }

  private JsonObject post(int status, String body) {
    return world.api.posted(status, DEVICES, admin, json(body));
  }

  private static JsonObject json(String text) {
    return new JsonObject(text.replace('\'', '"'));
  }

  private static MetricValue value(String metric) {
    return new MetricValue(metric, new Value.Real(1.5));
  }

  private List<String> idsOf(String path) {
    return ids(world.api.json(200, path, admin));
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("id"))
        .toList();
  }
}
