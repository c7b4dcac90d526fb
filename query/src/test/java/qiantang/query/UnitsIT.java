package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.memory.MemoryUnits;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** In which units metrics are told, and who says so. */
final class UnitsIT {
  private static final String E = "/v1/enterprises/mine";
  private static final String UNITS = E + "/units";
  private static final String D = E + "/devices/";
  private static final String PAST =
      "?from=" + (NOW_MICROS / 1000 - 60_000) + "&to=" + NOW_MICROS / 1000;

  private final WatchedUnits watched = new WatchedUnits();
  private final World world = new World(config -> config, tables -> tables, this::seen);
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  /** The table, which tells how often it was read, and may be away. */
  private static final class WatchedUnits implements UnitTables {
    final UnitTables tables = new MemoryUnits();
    final AtomicInteger reads = new AtomicInteger();
    volatile boolean isAway;

    @Override
    public CompletionStage<Units> read(EnterpriseId enterprise) {
      reads.incrementAndGet();
      return isAway
          ? CompletableFuture.failedFuture(new IOException("no node answers"))
          : tables.read(enterprise);
    }

    @Override
    public CompletionStage<Void> write(EnterpriseId enterprise, List<Change> changes) {
      return tables.write(enterprise, changes);
    }
  }

  private Registry seen(Registry registry) {
    return (Registry)
        Proxy.newProxyInstance(
            Registry.class.getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, args) ->
                method.getName().equals("units") ? watched : method.invoke(registry, args));
  }

  /** Of d1 the registry knows the model, of d2 a birth, of d3 nobody. */
  @BeforeEach
  void devices() {
    world.api.posted(201, E + "/devices", admin, named("d1").put("model", "reactor"));
    world.send(
        mine,
        new Entry.Birth(new DeviceId("d2"), "d2", new DeviceId("gw"), "loom", NOW_MICROS),
        message("d1"),
        message("d2"),
        message("d3"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static Entry message(String device) {
    return World.message(
        device,
        World.reading(
            device,
            NOW_MICROS - 30_000_000,
            new MetricValue("speed", new Value.Int(180)),
            new MetricValue("temperature", new Value.Real(20.5)),
            new MetricValue("state", new Value.Text("run"))));
  }

  @Test
  void whatIsSetIsListedInOrderAndNullTakesItAway() {
    assertEquals(list(), world.api.json(200, UNITS, admin));
    JsonArray set =
        new JsonArray()
            .add(item("temperature", null, "°C"))
            .add(item("temperature", "reactor", "K"))
            .add(item("speed", "loom", "1/min"))
            .add(item("energy", null, "Wh"));
    JsonObject all =
        list(
            listed(null, "energy", "Wh"),
            listed(null, "temperature", "°C"),
            listed("loom", "speed", "1/min"),
            listed("reactor", "temperature", "K"));
    assertEquals(all, changed(set));
    assertEquals(all, world.api.json(200, UNITS, world.token(mine, Role.VIEWER)));
    JsonArray change =
        new JsonArray()
            .add(item("energy", null, null))
            .add(item("temperature", "reactor", "mK"))
            .add(item("never", "there", null));
    all =
        list(
            listed(null, "temperature", "°C"),
            listed("loom", "speed", "1/min"),
            listed("reactor", "temperature", "mK"));
    assertEquals(all, changed(change));
    assertEquals(all, world.api.json(200, UNITS, admin));
    world.enterprise("other");
    assertEquals(list(), world.api.json(200, "/v1/enterprises/other/units", world.operator));
  }

  @Test
  void aDeviceIsToldWithTheUnitsOfItsMetricsByItsModel() {
    assertEquals(new JsonObject(), world.api.json(200, D + "d1", admin).getJsonObject("units"));
    setAll();
    assertEquals(
        new JsonObject().put("temperature", "K"),
        world.api.json(200, D + "d1", admin).getJsonObject("units"));
    assertEquals(
        new JsonObject().put("speed", "1/min").put("temperature", "°C"),
        world.api.json(200, D + "d2", admin).getJsonObject("units"));
    assertEquals(
        new JsonObject().put("temperature", "°C"),
        world.api.json(200, D + "d3", admin).getJsonObject("units"));
    JsonObject disabled =
        World.json(world.api.patch(D + "d1", admin, new JsonObject().put("disabled", true)));
    assertEquals(new JsonObject().put("temperature", "K"), disabled.getJsonObject("units"));
    world.api.json(200, E + "/devices", admin).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .forEach(device -> assertFalse(device.containsKey("units"), device.encode()));
  }

  @Test
  void newestValuesHaveTheirUnits() {
    assertEquals(Map.of(), units(latest("d1")));
    setAll();
    Map<String, String> d1 = Map.of("temperature", "K");
    Map<String, String> d2 = Map.of("speed", "1/min", "temperature", "°C");
    Map<String, String> d3 = Map.of("temperature", "°C");
    assertEquals(d1, units(latest("d1")));
    assertEquals(d2, units(latest("d2")));
    assertEquals(d3, units(latest("d3")));
    JsonObject ofAll = world.api.json(200, E + "/latest", admin);
    assertEquals(List.of(d1, d2, d3), each(ofAll, "metrics"));
    JsonObject asked = new JsonObject().put("devices", List.of("d2", "nobody", "d1"));
    JsonObject batch = world.api.posted(200, E + "/latest:batch", admin, asked);
    assertEquals(List.of(d2, Map.of(), d1), each(batch, "metrics"));
  }

  @Test
  void seriesHaveTheirUnitsAndCountsNone() {
    setAll();
    String d1 = D + "d1/series" + PAST;
    Map<String, String> kelvin = Map.of("temperature", "K");
    assertEquals(kelvin, units(world.api.json(200, d1, admin).getJsonArray("series")));
    String points = d1 + "&metric=temperature&points=10";
    assertEquals(kelvin, units(world.api.json(200, points, admin).getJsonArray("series")));
    JsonArray both =
        world
            .api
            .json(200, d1 + "&metric=temperature&aggregate=avg,count", admin)
            .getJsonArray("series");
    for (Object each : both) {
      JsonObject one = (JsonObject) each;
      assertEquals(one.getString("aggregate").equals("count") ? null : "K", one.getString("unit"));
    }
    assertEquals(2, both.size());
    for (String path : List.of(d1, points)) {
      String csv = world.api.get(path, admin, "Accept", "text/csv").body();
      assertFalse(csv.contains("K") || csv.contains("unit"), csv);
    }
    JsonObject asked = new JsonObject().put("devices", List.of("d1", "d2"));
    asked.put("from", NOW_MICROS / 1000 - 60_000);
    Map<String, String> d2 = Map.of("speed", "1/min", "temperature", "°C");
    JsonObject samples = world.api.posted(200, E + "/series:query", admin, asked);
    assertEquals(List.of(kelvin, d2), each(samples, "series"));
    JsonObject thinned = world.api.posted(200, E + "/series:query", admin, asked.put("points", 10));
    assertEquals(List.of(kelvin, d2), each(thinned, "series"));
    String together = E + "/series" + PAST + "&aggregate=avg";
    assertEquals(Map.of(), units(world.api.json(200, together, admin).getJsonArray("series")));
  }

  @Test
  void allFaultsAreSaidByTheirPlaceAndNothingIsChanged() {
    JsonArray items =
        new JsonArray()
            .add(item("good", null, "m"))
            .add(new JsonObject().put("unit", "m"))
            .add(item("long", null, "µ".repeat(17)))
            .add(item("control", null, "a\u0007"))
            .add(item("blank", null, " "))
            .add(new JsonObject().put("metric", "missing"))
            .add(item("good", null, "km"))
            .add("text")
            .add(item("x", "", "m"))
            .add(item("x".repeat(129), null, "m"))
            .add(item("number", null, "m").put("unit", 1))
            .add(item("more", null, "m").put("factor", 10));
    JsonObject expected =
        new JsonObject()
            .put("/items/1/metric", "must be given")
            .put("/items/2/unit", "1 to 16 characters")
            .put("/items/3/unit", "control characters")
            .put("/items/4/unit", "blank")
            .put("/items/5/unit", "null")
            .put("/items/6", "twice")
            .put("/items/7", "object")
            .put("/items/8/model", "blank")
            .put("/items/9/metric", "128 bytes")
            .put("/items/10/unit", "text")
            .put("/items/11/factor", "known are");
    JsonArray errors = refused(items);
    assertEquals(expected.size(), errors.size(), errors.encodePrettily());
    for (Object each : errors) {
      JsonObject error = (JsonObject) each;
      String pointer = error.getString("pointer");
      String detail = error.getString("detail");
      assertTrue(detail.contains(expected.getString(pointer, "?")), error.encode());
    }
    assertEquals(list(), world.api.json(200, UNITS, admin));
    assertEquals("/items", first(refused(new JsonArray())));
    HttpResponse<String> none = world.api.patch(UNITS, admin, new JsonObject());
    assertEquals("/items", first(World.json(none).getJsonArray("errors")));
    assertEquals(200, changed("µ".repeat(16)).statusCode());
    assertEquals(400, world.api.get(UNITS + "?limit=1", admin).statusCode());
  }

  @Test
  void moreThanAThousandAreRefusedWithARemedy() {
    JsonArray most = new JsonArray();
    for (int i = 0; i < Units.COUNT_MAX; i++) {
      most.add(item("m" + i, null, "m"));
    }
    assertEquals(Units.COUNT_MAX, changed(most).getJsonArray("items").size());
    JsonArray errors = refused(new JsonArray().add(item("one-more", null, "m")));
    assertEquals("/items", first(errors));
    String detail = errors.getJsonObject(0).getString("detail");
    assertTrue(detail.contains("1001") && detail.contains("remove some"), detail);
    assertEquals("/items", first(refused(most.copy().add(item("one-more", null, "m")))));
    // Who makes room may take it, and what is there may be changed.
    changed(new JsonArray().add(item("one-more", null, "m")).add(item("m0", null, null)));
    changed(new JsonArray().add(item("m1", null, "km")));
  }

  @Test
  void aChangedUnitChangesTheTagsOfWhatIsToldWithIt() {
    changed("°C");
    List<String> paths =
        List.of(
            UNITS,
            D + "d1",
            D + "d1/latest",
            D + "d1/series" + PAST,
            D + "d1/series" + PAST + "&points=10");
    Map<String, String> before = new HashMap<>();
    paths.forEach(path -> before.put(path, tag(path, 200)));
    paths.forEach(path -> tag(path, 304, before.getOrDefault(path, "")));
    changed("K");
    for (String path : paths) {
      String old = before.getOrDefault(path, "");
      assertNotEquals(old, tag(path, 200, old), path);
    }
  }

  @Test
  void whoHasSeenAnOldListOverwritesNothing() {
    String seen = tag(UNITS, 200);
    String body = new JsonObject().put("items", items("temperature", "K")).encode();
    String[] headers = {"Content-Type", "application/json", "If-Match", seen};
    HttpResponse<String> first = world.api.send("PATCH", UNITS, admin, body, headers);
    assertEquals(200, first.statusCode(), first::body);
    HttpResponse<String> second = world.api.send("PATCH", UNITS, admin, body, headers);
    Api.assertProblem("changed-meanwhile", 412, second);
    headers[3] = Api.header(first, "ETag");
    assertEquals(200, world.api.send("PATCH", UNITS, admin, body, headers).statusCode());
    // Units are no part of what people change of a device.
    String device = tag(D + "d1", 200);
    changed("°C");
    headers[3] = device;
    String disable = "{\"disabled\":false}";
    assertEquals(200, world.api.send("PATCH", D + "d1", admin, disable, headers).statusCode());
  }

  @Test
  void aChangeIsOnRecord() {
    changed("°C");
    String lines = world.api.json(200, "/v1/audit?action=change", admin).encode();
    assertTrue(lines.contains("enterprises/mine/units"), lines);
  }

  @Test
  void whoSeesAPartSeesTheUnitsOfThat() {
    setAll();
    EnterpriseId other = world.enterprise("other");
    String grantee = world.token(other, Role.VIEWER);
    Subtree part = new Subtree(null, null, Set.of(new DeviceId("d2")));
    world.grant(mine, "g1", new Party(Party.Kind.ENTERPRISE, "other"), part, Set.of("speed"), 0);
    Map<String, String> speed = Map.of("speed", "1/min");
    assertEquals(
        new JsonObject().put("speed", "1/min"),
        world.api.json(200, D + "d2", grantee).getJsonObject("units"));
    JsonArray latest = world.api.json(200, D + "d2/latest", grantee).getJsonArray("metrics");
    assertEquals(speed, units(latest));
    assertEquals(1, latest.size());
    assertEquals(List.of(speed), each(world.api.json(200, E + "/latest", grantee), "metrics"));
    Api.assertProblem("forbidden", 403, world.api.get(UNITS, grantee));
    JsonObject change = new JsonObject().put("items", items("speed", "km/h"));
    Api.assertProblem("forbidden", 403, world.api.patch(UNITS, grantee, change));
    String nobody = world.token(world.enterprise("nobody"), Role.ADMIN);
    Api.assertProblem("not-found", 404, world.api.get(UNITS, nobody));
    Api.assertProblem("not-found", 404, world.api.patch(UNITS, nobody, change));
  }

  @Test
  void manyQuestionsReadTheTableOnceAndGoOnWithoutIt() {
    setAll();
    int before = watched.reads.get();
    for (int i = 0; i < 20; i++) {
      assertEquals(Map.of("temperature", "K"), units(latest("d1")));
    }
    // It is kept for 10 s; a machine that takes longer for this reads it once more.
    assertTrue(watched.reads.get() - before <= 3, "reads: " + (watched.reads.get() - before));
    changed("°F"); // what is kept is forgotten
    watched.isAway = true;
    assertEquals(Map.of(), units(latest("d3")));
    assertEquals(200, world.api.get(D + "d1", admin).statusCode());
    assertEquals(200, world.api.get(D + "d1/series" + PAST, admin).statusCode());
    Api.assertProblem("store-unavailable", 503, world.api.get(UNITS, admin));
    watched.isAway = false;
    assertEquals(Map.of("temperature", "°F"), units(latest("d3")));
  }

  private void setAll() {
    changed(
        new JsonArray()
            .add(item("temperature", null, "°C"))
            .add(item("temperature", "reactor", "K"))
            .add(item("speed", "loom", "1/min")));
  }

  private HttpResponse<String> changed(String unit) {
    JsonObject body = new JsonObject().put("items", items("temperature", unit));
    HttpResponse<String> response = world.api.patch(UNITS, admin, body);
    assertEquals(200, response.statusCode(), response::body);
    return response;
  }

  private JsonObject changed(JsonArray items) {
    HttpResponse<String> response =
        world.api.patch(UNITS, admin, new JsonObject().put("items", items));
    assertEquals(200, response.statusCode(), response::body);
    return World.json(response);
  }

  private JsonArray refused(JsonArray items) {
    HttpResponse<String> response =
        world.api.patch(UNITS, admin, new JsonObject().put("items", items));
    Api.assertProblem("invalid-request", 400, response);
    return World.json(response).getJsonArray("errors");
  }

  private JsonArray latest(String device) {
    return world.api.json(200, D + device + "/latest", admin).getJsonArray("metrics");
  }

  private String tag(String path, int status, String... known) {
    String[] headers = known.length == 0 ? known : new String[] {"If-None-Match", known[0]};
    HttpResponse<String> response = world.api.get(path, admin, headers);
    assertEquals(status, response.statusCode(), path);
    return Api.header(response, "ETag");
  }

  private static String first(JsonArray errors) {
    return errors.getJsonObject(0).getString("pointer");
  }

  /** Of each item: the units of what it tells. */
  private static List<Map<String, String>> each(JsonObject answer, String member) {
    return answer.getJsonArray("items").stream()
        .map(item -> units(((JsonObject) item).getJsonArray(member, new JsonArray())))
        .toList();
  }

  private static Map<String, String> units(JsonArray told) {
    Map<String, String> units = new HashMap<>();
    for (Object each : told) {
      JsonObject one = (JsonObject) each;
      if (one.containsKey("unit")) {
        units.put(one.getString("metric"), one.getString("unit"));
      }
    }
    return units;
  }

  private static JsonArray items(String metric, String unit) {
    return new JsonArray().add(item(metric, null, unit));
  }

  private static JsonObject item(String metric, @Nullable String model, @Nullable String unit) {
    JsonObject item = new JsonObject().put("metric", metric).put("unit", unit);
    return model == null ? item : item.put("model", model);
  }

  private static JsonObject listed(@Nullable String model, String metric, String unit) {
    return new JsonObject().put("model", model).put("metric", metric).put("unit", unit);
  }

  private static JsonObject list(JsonObject... items) {
    return new JsonObject().put("items", new JsonArray(List.of(items))).put("next", null);
  }

  private static JsonObject named(String id) {
    return new JsonObject().put("id", id);
  }
}
