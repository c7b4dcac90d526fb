package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.access.Grant;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.read.Followed;
import qiantang.store.registry.Role;

/** A device that is created under the id of a deleted one begins anew. */
final class CreatedAgainIT {
  private static final String E = "/v1/enterprises/mine";
  private static final String D1 = E + "/devices/d1";
  private static final long EARLIER_MICROS = NOW_MICROS - 60_000_000;
  private static final Instant EARLIER = NOW.minusSeconds(60);

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);
  private final String others = world.token(other, Role.ADMIN);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void nothingOfTheDeletedOneIsToldAsItsOwn() {
    oldLife();
    again();
    assertEquals(List.of(), list(D1 + "/latest", "metrics"));
    assertEquals(List.of(), list(E + "/latest", "items"));
    JsonObject both = new JsonObject().put("devices", List.of("d1"));
    JsonArray batch = world.api.posted(200, E + "/latest:batch", admin, both).getJsonArray("items");
    assertEquals(new JsonArray(), batch.getJsonObject(0).getJsonArray("metrics"));
    JsonObject device = world.api.json(200, D1, admin);
    assertEquals("registered", device.getString("lifecycle"));
    assertEquals("never", device.getString("connection"));
    assertEquals(new JsonArray(), device.getJsonArray("metrics"));
    assertEquals(0, evidence().getLong("readings"));
    assertEquals(List.of(), list(D1 + "/series?from=0", "series"));
    assertEquals(List.of(), list(D1 + "/series?interval=1h&aggregate=sum", "series"));
    assertEquals(List.of(), list(D1 + "/connections", "items"));
    assertEquals(List.of(), list(D1 + "/rejections", "items"));
    assertEquals(1, list(E + "/rejections", "items").size(), "it was the enterprise's too");

    world.send(mine, World.reading("d1", NOW_MICROS - 1_000_000, "m", new Value.Int(7)));
    assertEquals(
        7, value(list(D1 + "/latest", "metrics")), "of an earlier time than the old one's");
    assertEquals(1, evidence().getLong("readings"));
    JsonObject series = (JsonObject) list(D1 + "/series?from=0", "series").getFirst();
    assertEquals(new JsonArray().add(7), series.getJsonArray("values"));
  }

  @Test
  void theSumOfTheWholeEnterpriseKeepsWhatTheDeletedOneSent() {
    oldLife();
    JsonObject ofAll = new JsonObject().put("metric", "m").put("of", "sum");
    ofAll.put("aggregate", List.of("sum")).put("from", 0);
    assertEquals(5, sum(ofAll));
    again();
    world.send(mine, World.reading("d1", NOW_MICROS - 1_000_000, "m", new Value.Int(3)));
    assertEquals(8, sum(ofAll));
    assertEquals(5, sum(ofAll.copy().put("of", "max")), "device by device");
    assertEquals(3, sum(ofAll.copy().put("by", "device")));
    assertEquals(3, sum(ofAll.copy().put("by", "line")));
  }

  @Test
  void grantsThatNameTheDeletedOneDoNotReachIt() {
    Party party = new Party(Party.Kind.ENTERPRISE, "other");
    oldLife();
    world.device(mine, "d2");
    grant("named", new Subtree(null, null, Set.of(new DeviceId("d1"), new DeviceId("d2"))));
    assertEquals(200, world.api.get(D1 + "/latest", others).statusCode());
    assertEquals(200, world.api.delete(D1, admin).statusCode());
    assertEquals(200, world.api.get(D1 + "/series", others).statusCode(), "its history");
    create();
    awaitStatus(404, D1 + "/series");
    for (String what : List.of("", "/latest", "/health", "/series?interval=1h&aggregate=max")) {
      Api.assertProblem("not-found", 404, world.api.get(D1 + what, others));
    }
    JsonArray items = world.api.json(200, E + "/devices", others).getJsonArray("items");
    assertEquals(1, items.size(), items::encode);
    assertEquals(200, world.api.get(E + "/devices/d2", others).statusCode());

    world.grant(
        mine, "new", party, new Subtree(null, null, Set.of(new DeviceId("d1"))), Set.of(), 0);
    note();
    awaitStatus(200, D1 + "/latest");
  }

  @Test
  void aGrantOfItAloneOpensNothingAtAll() {
    oldLife();
    grant("named", new Subtree(null, null, Set.of(new DeviceId("d1"))));
    assertEquals(200, world.api.get(E + "/devices", others).statusCode());
    again();
    awaitStatus(404, E + "/devices");
    Api.assertProblem("not-found", 404, world.api.get(E, others));
  }

  @Test
  void aStreamOfItEndsAndIsNotToldOfTheNewOne() throws IOException {
    oldLife();
    world.device(mine, "d2");
    try (Events alone = follow("?devices=d1&events=reading");
        Events two = follow("?devices=d1,d2&events=reading&minInterval=1h");
        Events all = follow("?events=reading")) {
      world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(6)));
      assertEquals("d1", alone.next("reading").getString("device"));
      assertEquals("d1", all.next("reading").getString("device"));
      assertEquals(200, world.api.delete(D1, admin).statusCode());
      JsonObject deleted = alone.next("deleted");
      assertEquals("d1", deleted.getString("device"));
      assertEquals(NOW.toEpochMilli(), deleted.getLong("deleted"));
      assertEquals("deleted", alone.next("end").getString("reason"));
      alone.next("closed");
      assertEquals("d1", two.next("deleted").getString("device"));
      JsonObject ofAll = all.next("deleted");
      assertEquals("d1", ofAll.getString("device"));
      assertEquals(NOW.toEpochMilli(), ofAll.getLong("deleted"));

      JsonObject refused = World.json(world.api.get(E + "/stream?devices=d2,d1", admin));
      assertEquals(404, refused.getInteger("status"));
      assertTrue(refused.getString("detail").startsWith("[d1]: "), refused::encode);
      create();
      world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(7)));
      assertEquals("d1", all.next("reading").getString("device"), "it names none");
      assertEquals(200, world.api.delete(E + "/devices/d2", admin).statusCode());
      assertEquals("d2", two.next("deleted").getString("device"));
      // What waited for its interval is told before the end, and nothing of the new one.
      JsonObject last = two.next("reading");
      assertEquals(6, last.getJsonObject("values").getInteger("m"));
      assertEquals("deleted", two.next("end").getString("reason"));
    }
  }

  @Test
  void aStreamIsToldOfADeletionAlsoWhereTheIdIsTakenAgainAtOnce() throws IOException {
    oldLife();
    try (Events events = follow("?devices=d1&events=reading")) {
      again();
      assertEquals(NOW.toEpochMilli(), events.next("deleted").getLong("deleted"));
      assertEquals("deleted", events.next("end").getString("reason"));
    }
    try (Events events = follow("?devices=d1&events=reading")) {
      world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(7)));
      assertEquals("d1", events.next("reading").getString("device"), "the new one");
    }
  }

  @Test
  void whoWasAwayMeanwhileIsToldOfTheDeletionFirstAndOnce() throws IOException {
    oldLife();
    world.device(mine, "d2");
    again();
    world.send(mine, World.reading("d1", NOW_MICROS, "m", new Value.Int(7)));
    world.send(mine, World.reading("d2", NOW_MICROS, "m", new Value.Int(8)));
    String then = new Followed(EARLIER_MICROS, List.of(), null).text();
    try (Events both = follow("?devices=d1,d2&events=reading", "Last-Event-ID", then)) {
      assertEquals("d1", both.next("deleted").getString("device"));
      assertEquals("d2", both.next("reading").getString("device"), "and nothing of the new one");
    }
    String id;
    try (Events alone = follow("?devices=d1&events=reading", "Last-Event-ID", then)) {
      assertEquals(NOW.toEpochMilli(), alone.next("deleted").getLong("deleted"));
      Events.Event end = alone.nextEvent("end");
      assertEquals("deleted", end.data().getString("reason"));
      id = end.id();
    }
    try (Events again = follow("?devices=d1&events=reading", "Last-Event-ID", id)) {
      assertEquals(7, again.next("reading").getJsonObject("values").getInteger("m"), "the new one");
    }
  }

  @Test
  void aStreamOfADeviceThatIsNotThereIsNotFound() {
    world.device(mine, "d2");
    Party party = new Party(Party.Kind.ENTERPRISE, "other");
    world.device(mine, "d1");
    world.grant(mine, "g", party, new Subtree(null, null, Set.of(new DeviceId("d1"))), Set.of(), 0);
    Api.assertProblem("not-found", 404, world.api.get(E + "/stream?devices=none", admin));
    // Who does not see a device cannot tell it from one that is not there.
    HttpResponse<String> unseen = world.api.get(E + "/stream?devices=d1,d2", others);
    HttpResponse<String> absent = world.api.get(E + "/stream?devices=d1,d0", others);
    Api.assertProblem("not-found", 404, unseen);
    assertEquals(
        World.json(absent).getString("detail").replace("d0", "d2"),
        World.json(unseen).getString("detail"));
  }

  private Events follow(String query, String... headers) {
    return new Events(world.query().port(), E + "/stream" + query, admin, headers);
  }

  /** Its newest value is of a later time than all that the new one sends. */
  private void oldLife() {
    world.device(mine, "d1");
    DeviceId id = new DeviceId("d1");
    world.send(
        mine,
        new Entry.Presence(id, 9, true, "connect", "client", "127.0.0.1:5", EARLIER_MICROS),
        new Entry.Readings(
            id,
            EARLIER_MICROS,
            List.of(
                World.reading(
                    "d1",
                    NOW_MICROS,
                    new MetricValue("m", new Value.Int(5)),
                    new MetricValue("old", new Value.Int(1))))),
        new Entry.Rejection(
            id, null, Reason.MALFORMED, "d", "t", 1, 0, new byte[0], null, EARLIER_MICROS));
    assertEquals(5, value(list(D1 + "/latest", "metrics")));
  }

  private void again() {
    assertEquals(200, world.api.delete(D1, admin).statusCode());
    create();
  }

  private void create() {
    JsonObject made =
        world.api.posted(201, E + "/devices", admin, new JsonObject().put("id", "d1"));
    assertEquals(NOW.toEpochMilli(), made.getLong("predecessorDeleted"));
  }

  private void grant(String id, Subtree part) {
    Instant until = NOW.plusSeconds(3600);
    Party party = new Party(Party.Kind.ENTERPRISE, "other");
    world
        .registry
        .grants()
        .put(
            new Grant(mine, id, party, part, Set.of(), 0, "p", EARLIER, until, EARLIER, "x", null));
  }

  /** The word that the API would have written of a grant. */
  private void note() {
    assertEquals(
        200, world.api.patch(E, admin, new JsonObject().put("subDevices", "create")).statusCode());
  }

  private List<Object> list(String path, String member) {
    JsonArray found = world.api.json(200, path, admin).getJsonArray(member);
    return found.stream().toList();
  }

  private static long value(List<Object> metrics) {
    return ((JsonObject) metrics.getFirst()).getLong("value");
  }

  private JsonObject evidence() {
    JsonObject health = world.api.json(200, D1 + "/health", admin);
    return health.getJsonObject("data").getJsonObject("evidence");
  }

  private long sum(JsonObject wanted) {
    JsonObject answer = world.api.posted(200, E + "/aggregate:query", admin, wanted);
    JsonArray series = answer.getJsonArray("items").getJsonObject(0).getJsonArray("series");
    return series.getJsonObject(0).getJsonArray("values").getLong(0);
  }

  /** Until the node has heard of the change. */
  private void awaitStatus(int status, String path) {
    while (world.api.get(path, others).statusCode() != status) {
      Thread.onSpinWait();
    }
  }
}
