package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.count.Counting;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Layouts;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.read.Reader;
import qiantang.store.read.Tail;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** Health of devices and enterprises, and the platforms that count them. */
final class HealthIT {
  private static final long SECOND = 1_000_000;
  private static final String MINE = "/v1/enterprises/mine";

  private final AtomicReference<@Nullable JournalTables> tables = new AtomicReference<>();
  private final World world =
      new World(
          config -> config,
          seen -> {
            tables.set(seen);
            return seen;
          },
          registry -> registry);
  private final EnterpriseId mine = enterprise("mine", Platform.BASE, "textile");
  private final EnterpriseId other = enterprise("other", Platform.BASE);
  private final String viewer = world.token(mine, Role.VIEWER);
  private long session;

  @BeforeEach
  void devices() {
    for (String id : List.of("well", "silent", "late", "flapping", "refused", "new")) {
      world.registry.createDevice(
          new Device(
              mine,
              new DeviceId(id),
              id,
              Device.Kind.DEVICE,
              null,
              "loom",
              "f1",
              id.equals("well") ? "l1" : "l2",
              false,
              NOW));
    }
    for (String id : List.of("well", "silent", "late")) {
      begin(id, NOW_MICROS - 3000 * SECOND);
    }
    report("well", 0, 0);
    report("silent", 300 * SECOND, 300 * SECOND);
    report("late", 0, 7200 * SECOND);
    for (int i = 0; i < 10; i++) {
      begin("flapping", NOW_MICROS - (2000 - i * 100) * SECOND);
      end("flapping", NOW_MICROS - (1950 - i * 100) * SECOND);
    }
    world.send(
        mine,
        new Entry.Rejection(
            new DeviceId("refused"),
            null,
            Reason.CLOCK,
            "its clock is wrong",
            "v1/devices/me/telemetry",
            7,
            0,
            new byte[0],
            0L,
            NOW_MICROS));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void eachDeviceHasStatesReasonsAndEvidence() {
    JsonObject well = health("well");
    assertState(well, "lifecycle", "active", "heard-of");
    assertState(well, "connection", "online", "connect");
    assertState(well, "data", "fresh", "readings-come");
    assertState(well, "quality", "good", "nothing-found");
    assertEquals(10.0, evidence(well, "data").getDouble("periodSeconds"));
    assertEquals(30, evidence(well, "data").getInteger("readings"));

    JsonObject silent = health("silent");
    assertState(silent, "connection", "online", "connect");
    assertState(silent, "data", "silent", "online-but-silent");
    assertEquals(NOW.toEpochMilli() - 300_000, silent.getJsonObject("data").getLong("since"));

    JsonObject late = health("late");
    assertState(late, "data", "late", "only-old-event-times");
    assertEquals(1.0, evidence(late, "data").getDouble("lateShare"));
    assertEquals(7200.0, evidence(late, "quality").getDouble("skewSeconds"));

    JsonObject flapping = health("flapping");
    assertState(flapping, "connection", "offline", "keep-alive");
    assertState(flapping, "quality", "suspect", "flapping");
    // The hour of the first of ten ends, 1,950 s ago, began before anybody knew it.
    assertEquals(
        NOW.toEpochMilli() - 2_000_000, flapping.getJsonObject("quality").getLong("since"));
    assertEquals(10, evidence(flapping, "connection").getInteger("flaps"));
    // Ten sessions of 50 s since the first one began, 2,000 s ago.
    assertEquals(0.25, evidence(flapping, "connection").getDouble("connectedShare"));

    JsonObject refused = health("refused");
    assertState(refused, "quality", "bad", "refused-clock");
    assertEquals(NOW.toEpochMilli(), refused.getJsonObject("quality").getLong("since"));
    assertEquals(
        new JsonObject().put("clock", 7), evidence(refused, "quality").getJsonObject("rejections"));
    assertState(refused, "data", "stale", "never-reported");

    JsonObject untouched = health("new");
    assertState(untouched, "lifecycle", "registered", "new");
    assertState(untouched, "connection", "offline", "never-connected");
  }

  @Test
  void theListIsFilteredByStatesAndReasons() {
    assertEquals(List.of("silent"), ids("?data=silent"));
    assertEquals(List.of("silent"), ids("?reason=online-but-silent"));
    assertEquals(List.of("late", "silent"), ids("?connection=online&line=l2"));
    assertEquals(List.of("flapping"), ids("?quality=suspect&reason=flapping"));
    for (Object item : world.api.json(200, MINE + "/devices", viewer).getJsonArray("items")) {
      JsonObject device = (JsonObject) item;
      for (String axis : List.of("lifecycle", "connection", "data", "quality")) {
        String reason = device.getJsonObject("health").getJsonObject(axis).getString("reason");
        assertTrue(ids("?reason=" + reason).contains(device.getString("id")), reason);
      }
    }
    String refused =
        world.api.json(400, MINE + "/devices?reason=no-mood", viewer).getString("detail");
    assertTrue(refused.contains("online-but-silent") && refused.contains("keep-alive"), refused);
    assertEquals(List.of("new", "refused"), ids("?lifecycle=registered"));
    assertEquals(List.of("refused"), ids("?lifecycle=registered&quality=bad"));
    assertEquals(List.of(), ids("?connection=unknown"));
    Api.assertProblem("invalid-request", 400, world.api.get(MINE + "/devices?data=good", viewer));
    JsonObject listed =
        world
            .api
            .json(200, MINE + "/devices?data=silent", viewer)
            .getJsonArray("items")
            .getJsonObject(0);
    assertState(listed.getJsonObject("health"), "data", "silent", "online-but-silent");
  }

  @Test
  void countsOfAnEnterpriseAddUpByFactoryLineAndModel() {
    JsonObject all = world.api.json(200, MINE + "/health?by=line", viewer);
    JsonObject counts = all.getJsonObject("counts");
    assertEquals(6, counts.getInteger("total"));
    assertEquals(3, counts.getJsonObject("connection").getInteger("online"));
    assertEquals(1, counts.getJsonObject("data").getInteger("silent"));
    assertEquals(1, counts.getJsonObject("data").getInteger("late"));
    assertEquals(1, counts.getJsonObject("quality").getInteger("bad"));
    List<JsonObject> lines = objects(all, "by");
    assertEquals(List.of("l1", "l2"), lines.stream().map(line -> line.getString("id")).toList());
    assertEquals("f1", lines.getFirst().getString("factory"));
    assertEquals(6, lines.stream().mapToInt(HealthIT::total).sum());
    for (String level : List.of("factory", "model")) {
      List<JsonObject> by =
          objects(world.api.json(200, MINE + "/health?by=" + level, viewer), "by");
      assertEquals(1, by.size());
      assertEquals(counts, by.getFirst().getJsonObject("counts"));
    }
    assertTrue(
        objects(all, "reasons").stream()
            .anyMatch(
                reason ->
                    reason.getString("reason").equals("online-but-silent")
                        && reason.getInteger("count") == 1),
        all.encode());
    assertEquals(List.of(), objects(world.api.json(200, MINE + "/health", viewer), "trend"));
    Api.assertProblem("invalid-request", 400, world.api.get(MINE + "/health?by=city", viewer));
  }

  @Test
  void platformsAreTheSumsOfTheirEnterprises() {
    world.device(other, "o1");
    world.registry.createDevice(
        new Device(
            other, new DeviceId("gate"), "", Device.Kind.GATEWAY, null, "", "", "", false, NOW));
    begin(other, "gate", NOW_MICROS - SECOND);
    JsonObject before = world.api.json(200, "/v1/platforms/supet", world.operator);
    assertEquals(0, before.getInteger("enterprises"));
    assertNull(before.getValue("countedAt"));
    count();
    JsonObject base = world.api.json(200, "/v1/platforms/supet", world.operator);
    assertEquals(2, base.getInteger("enterprises"));
    assertEquals(8, base.getJsonObject("devices").getInteger("total"));
    assertEquals(1, base.getJsonObject("devices").getJsonObject("data").getInteger("silent"));
    List<JsonObject> hours = objects(base, "trend");
    assertEquals(
        List.of(base.getJsonObject("devices")),
        hours.stream().map(hour -> hour.getJsonObject("counts")).toList(),
        "all buckets of an hour together");
    List<JsonObject> plan = objects(base, "plan");
    assertEquals(50_000_000, plan.getFirst().getInteger("target"));
    // Neither the three of which nothing ever came, nor the gateway.
    assertEquals(4, plan.getFirst().getInteger("value"));
    List<JsonObject> platforms =
        objects(world.api.json(200, "/v1/platforms", world.operator), "items");
    assertEquals(
        List.of("supet 8", "textile 6"),
        platforms.stream()
            .map(
                one -> one.getString("id") + " " + one.getJsonObject("devices").getInteger("total"))
            .toList());
    JsonObject trend = world.api.json(200, MINE + "/health", viewer);
    assertEquals(1, objects(trend, "trend").size());
    assertEquals(
        trend.getJsonObject("counts"), objects(trend, "trend").getFirst().getJsonObject("counts"));
  }

  @Test
  void thePlatformsEnterprisesComeInPages() {
    count();
    String path = "/v1/platforms/supet/enterprises?limit=1";
    JsonObject first = world.api.json(200, path, world.operator);
    assertEquals("mine", objects(first, "items").getFirst().getString("id"));
    assertEquals(
        6, objects(first, "items").getFirst().getJsonObject("devices").getInteger("total"));
    JsonObject second =
        world.api.json(200, path + "&cursor=" + first.getString("next"), world.operator);
    assertEquals("other", objects(second, "items").getFirst().getString("id"));
    assertNull(second.getString("next"));
    Api.assertProblem("not-found", 404, world.api.get("/v1/platforms/none", world.operator));
  }

  @Test
  void aPlatformsEnterprisesAreSortedByWhatWasCounted() {
    for (int i = 0; i < 9; i++) {
      world.device(other, "o" + i);
    }
    world.enterprise("third");
    count();
    assertEquals(List.of("other", "mine", "third"), ranked("devices"));
    // Those that were never connected are offline too: nine of the other's, three of mine.
    assertEquals(List.of("other", "mine", "third"), ranked("offline"));
    assertEquals(List.of("mine", "other", "third"), ranked("name"));
    String path = "/v1/platforms/supet/enterprises?sort=offline&limit=1";
    String next = world.api.json(200, path, world.operator).getString("next");
    Api.assertProblem(
        "invalid-request",
        400,
        world.api.get(
            "/v1/platforms/supet/enterprises?sort=devices&cursor=" + next, world.operator));
    assertEquals(
        400, world.api.get("/v1/platforms/supet/enterprises?sort=x", world.operator).statusCode());
    String sorted = "/v1/platforms/supet/enterprises?sort=devices";
    assertEquals(1, objects(world.api.json(200, sorted, viewer), "items").size());
    Api.assertProblem(
        "not-found", 404, world.api.get("/v1/platforms/none/enterprises?sort=name", viewer));
  }

  /** Page by page, one enterprise a page. */
  private List<String> ranked(String sort) {
    String path = "/v1/platforms/supet/enterprises?limit=1&sort=" + sort;
    List<String> ids = new ArrayList<>();
    String next = "";
    while (next != null) {
      String cursor = next.isEmpty() ? "" : "&cursor=" + next;
      JsonObject page = world.api.json(200, path + cursor, world.operator);
      objects(page, "items").forEach(one -> ids.add(one.getString("id")));
      next = page.getString("next");
    }
    return ids;
  }

  @Test
  void devicesAreSortedPageByPage() {
    assertEquals(List.of("flapping", "late", "new", "refused", "silent", "well"), sorted("name"));
    assertEquals(List.of("well", "silent", "late"), sorted("reading").subList(0, 3));
    assertEquals("flapping", sorted("since").getFirst());
    assertEquals(List.of("late", "silent", "well"), sorted("name&connection=online"));
    assertEquals(400, world.api.get(MINE + "/devices?sort=x", viewer).statusCode());
  }

  private List<String> sorted(String sort) {
    List<String> ids = new ArrayList<>();
    String next = "";
    while (next != null) {
      String cursor = next.isEmpty() ? "" : "&cursor=" + next;
      String path = MINE + "/devices?limit=2&sort=" + sort + cursor;
      JsonObject page = world.api.json(200, path, viewer);
      objects(page, "items").forEach(one -> ids.add(one.getString("id")));
      next = page.getString("next");
    }
    return ids;
  }

  @Test
  void anEnterpriseSeesOfPlatformsOnlyItself() {
    world.device(other, "o1");
    count();
    JsonObject base = world.api.json(200, "/v1/platforms/supet", viewer);
    assertEquals(1, base.getInteger("enterprises"));
    assertEquals(6, base.getJsonObject("devices").getInteger("total"));
    JsonObject hour = objects(base, "trend").getFirst();
    assertEquals(6, hour.getJsonObject("counts").getInteger("total"));
    assertEquals(
        List.of("mine"),
        objects(world.api.json(200, "/v1/platforms/supet/enterprises", viewer), "items").stream()
            .map(one -> one.getString("id"))
            .toList());
    String others = world.token(other, Role.VIEWER);
    Api.assertProblem("not-found", 404, world.api.get("/v1/platforms/textile", others));
    Api.assertProblem("not-found", 404, world.api.get("/v1/platforms/textile/enterprises", others));
    assertEquals(1, objects(world.api.json(200, "/v1/platforms", others), "items").size());
  }

  private void count() {
    JournalTables seen = tables.get();
    if (seen == null) {
      throw new AssertionError("BUG: the world has no tables");
    }
    InstantSource clock = InstantSource.fixed(NOW);
    Reader reader =
        new Reader(
            new Tail(seen, world.folds, Runnable::run, 1 << 20),
            world.folds,
            new Layouts(world.folds, world.registry, () -> 0),
            new Beginnings(world.registry),
            clock);
    new Counting(
            world.registry,
            new EnterpriseCounter(reader, world.registry, clock, Runnable::run),
            enterprise -> true,
            thing -> true,
            (delay, task) -> {},
            () -> 0,
            clock,
            Runnable::run)
        .run()
        .toCompletableFuture()
        .join();
  }

  private EnterpriseId enterprise(String id, String... platforms) {
    EnterpriseId enterprise = new EnterpriseId(id);
    world.registry.createEnterprise(
        new Enterprise(enterprise, id, "", List.of(platforms), Retention.YEAR_1, NOW));
    return enterprise;
  }

  private void begin(String device, long micros) {
    begin(mine, device, micros);
  }

  private void begin(EnterpriseId enterprise, String device, long micros) {
    session++;
    world.send(enterprise, presence(device, true, "connect", micros));
  }

  private void end(String device, long micros) {
    world.send(mine, presence(device, false, "keep-alive", micros));
  }

  private Entry presence(String device, boolean connected, String reason, long micros) {
    return new Entry.Presence(
        new DeviceId(device), session, connected, reason, "c", "127.0.0.1:5", micros);
  }

  /** Thirty readings, 10 s apart; the last one arrives and happened so long ago. */
  private void report(String device, long arrivedAgo, long happenedAgo) {
    for (int i = 29; i >= 0; i--) {
      Reading reading =
          World.reading(
              device,
              NOW_MICROS - happenedAgo - i * 10L * SECOND,
              new MetricValue("m", new Value.Int(i)));
      world.send(
          mine,
          new Entry.Readings(
              new DeviceId(device), NOW_MICROS - arrivedAgo - i * 10L * SECOND, List.of(reading)));
    }
  }

  private JsonObject health(String device) {
    return world.api.json(200, MINE + "/devices/" + device + "/health", viewer);
  }

  private List<String> ids(String query) {
    return objects(world.api.json(200, MINE + "/devices" + query, viewer), "items").stream()
        .map(one -> one.getString("id"))
        .toList();
  }

  private static int total(JsonObject by) {
    return by.getJsonObject("counts").getInteger("total");
  }

  private static JsonObject evidence(JsonObject health, String axis) {
    return health.getJsonObject(axis).getJsonObject("evidence");
  }

  private static void assertState(JsonObject health, String axis, String state, String reason) {
    assertEquals(
        state + " " + reason,
        health.getJsonObject(axis).getString("state")
            + " "
            + health.getJsonObject(axis).getString("reason"),
        health::encode);
  }

  private static List<JsonObject> objects(JsonObject of, String member) {
    List<JsonObject> objects = new ArrayList<>();
    of.getJsonArray(member).forEach(one -> objects.add((JsonObject) one));
    return objects;
  }
}
