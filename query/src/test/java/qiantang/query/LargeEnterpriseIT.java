package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.access.Bounds;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.codec.KeptCodec;
import qiantang.store.health.Axis;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.Health;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.HealthCounts.Reasoned;
import qiantang.store.identifier.Identifier;
import qiantang.store.kept.KeptTables.Kept;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Value;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/**
 * Lists of an enterprise that is counted to have many devices, so that an index proposes them, are
 * those of one with the same devices that is gone through.
 */
final class LargeEnterpriseIT {
  private static final long SEED = 20261128;
  private static final int DEVICES = 700;

  private final World world = new World();
  private final EnterpriseId small = world.enterprise("small");
  private final EnterpriseId large = world.enterprise("large");
  private final String operator = world.operator;

  LargeEnterpriseIT() {
    fill(small);
    fill(large);
    HealthCounts all = new HealthCounts();
    all.addTotal(5_000);
    keep(all);
  }

  private void keep(HealthCounts all) {
    EnterpriseCount count = new EnterpriseCount(all, new TreeMap<>(), new TreeMap<>(), 0, 12.5);
    world.registry.kept().write(new Kept(large, NOW.toEpochMilli(), KeptCodec.encode(count)));
  }

  private void countHundredThousand() {
    HealthCounts all = new HealthCounts();
    all.addTotal(100_000);
    all.add(Axis.State.ONLINE, 60_000);
    all.add(Axis.State.OFFLINE, 30_000);
    all.add(Axis.State.UNKNOWN, 10_000);
    all.reason(new Reasoned(Axis.CONNECTION, Axis.State.OFFLINE, Health.NEVER_CONNECTED), 4_000);
    keep(all);
  }

  @Test
  void whatIsCountedOfManyIsNotCountedAgain() {
    countHundredThousand();
    JsonObject few = world.api.json(200, "/v1/enterprises/small", operator);
    JsonObject many = world.api.json(200, "/v1/enterprises/large", operator);
    assertEquals(
        new JsonObject(
            "{'total':100000,'online':60000,'offline':26000,'never':4000,'unknown':10000}"
                .replace('\'', '"')),
        many.getJsonObject("devices"));
    assertEquals(few.getJsonObject("messages"), many.getJsonObject("messages"));
    assertEquals(few.getJsonObject("readings"), many.getJsonObject("readings"));
    JsonObject usage = new JsonObject().put("messagesPerSecond", 12.5).put("quota", 20_000);
    assertEquals(usage.put("countedAt", NOW.toEpochMilli()), many.getJsonObject("usage"));
    assertEquals(
        usage.putNull("messagesPerSecond").putNull("countedAt"), few.getJsonObject("usage"));
    JsonObject completeness = many.getJsonObject("completeness");
    assertEquals(List.of("counts"), completeness.getJsonArray("sources").getList());
    assertEquals(NOW.toEpochMilli(), completeness.getLong("freshness"));
  }

  /** Named ones, and the first of all. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statesOfManyAreFollowed(boolean areNamed) throws IOException {
    countHundredThousand();
    List<String> ids =
        list(large, "&factory=f1&line=l1", 1000, operator).stream()
            .map(item -> item.getString("id"))
            .limit(40)
            .toList();
    String query =
        "?events=state" + (areNamed ? "&devices=" + String.join(",", ids) : "&factory=f1&line=l1");
    String path = "/v1/enterprises/large/stream" + query;
    String last = ids.getLast();
    try (Events events = new Events(world.query().port(), path, operator)) {
      world.send(large, World.presence(last, 5_000, true));
      JsonObject event = events.next("state");
      while (!event.getString("device").equals(last)) {
        event = events.next("state");
      }
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void fill(EnterpriseId enterprise) {
    Random random = new Random(SEED);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      String id = (random.nextBoolean() ? "Loom-" : "mill-") + (1000 + i);
      boolean isGateway = i % 50 == 0;
      if (i % 7 != 0) { // some only came, and the registry does not know them yet
        register(enterprise, id, isGateway, random);
      }
      if (random.nextInt(3) > 0) {
        entries.add(World.presence(id, i, true));
      }
      if (random.nextInt(3) == 0) {
        entries.add(World.presence(id, i, false));
      }
      if (random.nextInt(4) == 0 || i % 7 == 0) {
        long ageMicros = random.nextInt(3) * 3_600_000_000L;
        entries.add(World.reading(id, NOW_MICROS - ageMicros, "amps", new Value.Int(i)));
      }
    }
    world.send(enterprise, entries.toArray(Entry[]::new));
  }

  private void register(EnterpriseId enterprise, String id, boolean isGateway, Random random) {
    Device device =
        new Device(
            enterprise,
            new DeviceId(id),
            random.nextInt(3) == 0 ? "织机 " + id.toUpperCase(Locale.ROOT) : id,
            isGateway ? Device.Kind.GATEWAY : Device.Kind.DEVICE,
            isGateway || random.nextBoolean() ? null : new DeviceId("Loom-1000"),
            "model-" + random.nextInt(5),
            "f" + random.nextInt(4),
            "l" + random.nextInt(3),
            random.nextInt(20) == 0,
            NOW.minusSeconds(random.nextInt(200_000)));
    world.registry.createDevice(device);
    if (random.nextInt(10) == 0) {
      world.registry.setIdentifiers(device, List.of(Identifier.of("88.111.1/" + id).orElseThrow()));
    }
    if (random.nextInt(30) == 0) {
      world.registry.deleteDevice(device, NOW.minusSeconds(60), false, change(enterprise));
    }
  }

  private static AccessChange change(EnterpriseId enterprise) {
    return AccessChange.ofEnterprise(NOW, 1, enterprise);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&kind=gateway",
        "&gateway=Loom-1000",
        "&model=model-3",
        "&model=nothing",
        "&factory=f1&line=l2",
        "&connection=online",
        "&connection=offline",
        "&connection=never",
        "&connection=unknown",
        "&lifecycle=disabled",
        "&lifecycle=never-connected",
        "&data=stale",
        "&data=silent&connection=online",
        "&quality=good&factory=f0",
        "&reason=disconnect",
        "&text=LOOM",
        "&text=mill-11",
        "&text=%E7%BB%87%E6%9C%BA",
        "&text=88.111.1/mill",
        "&identifier=88.111.1/",
        "&text=nobody"
      })
  void anIndexProposesWhatGoingThroughAllFinds(String filter) {
    for (int limit : new int[] {1000, 60}) {
      List<JsonObject> gone = list(small, filter, limit, operator);
      List<JsonObject> proposed = list(large, filter, limit, operator);
      assertEquals(gone, proposed, "seed " + SEED + ", limit " + limit);
    }
  }

  @Test
  void whoSeesAPartIsProposedAPart() {
    List<JsonObject> part = list(large, "", 5, partOf(large));
    assertEquals(list(small, "", 5, partOf(small)), part);
    assertFalse(part.isEmpty());
    assertTrue(part.stream().allMatch(item -> item.getString("factory").equals("f1")));
  }

  private String partOf(EnterpriseId enterprise) {
    Subtree line = new Subtree("f1", "l1", Set.of());
    Bounds bounds = new Bounds(null, Set.of(Scope.READ), line);
    return world.token(enterprise, Role.APPLICATION, "part", bounds);
  }

  @Test
  void whatIsToldIsOfThisMoment() {
    List<JsonObject> before = list(large, "&connection=offline", 1000, operator);
    String gone = before.getFirst().getString("id");
    world.send(large, World.presence(gone, 9_000, true));
    world.device(large, "A-new-one");
    assertEquals(
        before.subList(1, before.size()), list(large, "&connection=offline", 1000, operator));
    assertEquals("A-new-one", list(large, "", 1000, operator).getFirst().getString("id"));
  }

  @Test
  void anAnswerByAnIndexSaysSo() {
    String path = "/v1/enterprises/" + large + "/devices?kind=gateway";
    JsonObject known = world.api.json(200, path, operator).getJsonObject("completeness");
    assertTrue(known.getJsonArray("sources").contains("index"), known.encode());
    assertEquals(NOW.toEpochMilli(), known.getNumber("freshness").longValue());
  }

  @Test
  void anAnswerWithoutOneIsAsFreshAsWhatWasRead() {
    HealthCounts tooMany = new HealthCounts();
    tooMany.addTotal(1L << 40);
    keep(tooMany);
    String path = "/v1/enterprises/" + large + "/devices";
    JsonObject known = world.api.json(200, path, operator).getJsonObject("completeness");
    assertFalse(known.getJsonArray("sources").contains("index"), known.encode());
    assertEquals(NOW.toEpochMilli(), known.getNumber("freshness").longValue());
    known = world.api.json(200, path, partOf(large)).getJsonObject("completeness");
    assertNull(known.getValue("freshness"), "when others sent something is not told");
  }

  private List<JsonObject> list(EnterpriseId enterprise, String filter, int limit, String token) {
    String path = "/v1/enterprises/%s/devices?limit=%d%s".formatted(enterprise, limit, filter);
    List<JsonObject> items = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page =
          world.api.json(200, path + (next.isEmpty() ? "" : "&cursor=" + next), token);
      page.getJsonArray("items").forEach(item -> items.add((JsonObject) item));
      next = page.getString("next");
    }
    return items;
  }
}
