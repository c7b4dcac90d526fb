package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;
import qiantang.store.trace.TraceId;
import qiantang.store.trace.TraceRecord;

/** Live traces are begun, read while they tell, listed and ended by whose they are. */
final class TracesIT {
  private static final String TRACES = "/v1/enterprises/mine/traces";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);
  private final String viewer = world.token(mine, Role.VIEWER);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aTraceIsBegunListedReadAndEnded() {
    JsonObject begun = begin(new JsonObject().put("device", "d1").put("seconds", 600));
    assertEquals("alive", begun.getString("state"));
    assertEquals(600_000, begun.getLong("until") - begun.getLong("created"));
    JsonObject listed = world.api.json(200, TRACES, viewer);
    assertEquals(begun, listed.getJsonArray("items").getJsonObject(0));
    tell(begun, 0, 7, 1);
    String path = TRACES + "/" + begun.getString("id");
    JsonObject page = world.api.json(200, path, viewer);
    JsonObject item = page.getJsonArray("items").getJsonObject(0);
    item.remove("id");
    assertEquals(
        new JsonObject()
            .put("time", NOW_MICROS / 1000)
            .put("answeredAt", NOW_MICROS / 1000 + 4)
            .put("device", "d1")
            .put("clientId", "c1")
            .put("packet", "PUBLISH")
            .put("direction", "in")
            .put("topic", "v1/devices/me/telemetry")
            .put("qos", 1)
            .put("packetId", 1)
            .put("payload", "{}")
            .put("payloadEncoding", "utf-8")
            .put("payloadBytes", 300)
            .put("outcome", "accepted")
            .putNull("reason")
            .put("detail", "")
            .put("readings", new JsonObject().put("d1", 2))
            .put("skipped", 0),
        item);
    HttpResponse<String> ended = world.api.delete(path, admin);
    assertEquals(200, ended.statusCode());
    assertEquals("stopped", World.json(ended).getString("state"));
    assertEquals("stopped", world.api.json(200, path, viewer).getString("state"));
    assertEquals(
        "stopped",
        world
            .api
            .json(200, TRACES, viewer)
            .getJsonArray("items")
            .getJsonObject(0)
            .getString("state"));
  }

  @Test
  void everyRecordIsReadOnceInWhateverOrderNodesTell() {
    JsonObject begun = begin(new JsonObject().put("topic", "v1/#"));
    String path = TRACES + "/" + begun.getString("id") + "?limit=3";
    List<Integer> read = new ArrayList<>();
    String next = null;
    int told = 0;
    for (int round = 0; round < 12; round++) {
      // One node's clock is 3 s behind, and what it tells comes when the others' was read.
      tell(begun, round * 500_000L, 1, ++told);
      if (round % 3 == 0) {
        tell(begun, round * 500_000L - 3_000_000, 2, ++told);
        tell(begun, round * 500_000L - 2_999_000, 2, ++told);
      }
      JsonObject page = world.api.json(200, path + (next == null ? "" : "&cursor=" + next), viewer);
      page.getJsonArray("items")
          .forEach(item -> read.add(((JsonObject) item).getInteger("packetId")));
      next = page.getString("next");
      assertNotNull(next);
    }
    assertEquals(told, read.size());
    assertEquals(told, read.stream().distinct().count());
  }

  @Test
  void whoWaitsIsAnsweredWhenSomethingIsTold() {
    JsonObject begun = begin(new JsonObject().put("device", "d1"));
    String path = TRACES + "/" + begun.getString("id") + "?wait=20";
    CompletableFuture<HttpResponse<String>> waiting = world.api.later(path, viewer);
    CompletableFuture.runAsync(() -> tell(begun, 0, 1, 1)).join();
    JsonObject page = World.json(waiting.join());
    assertEquals(1, page.getJsonArray("items").size());
  }

  @Test
  void whatIsNoTraceIsRefusedAndTheNinthToo() {
    for (JsonObject wrong :
        List.of(
            new JsonObject(),
            new JsonObject().put("device", "d1").put("topic", "a"),
            new JsonObject().put("topic", "a/#/b"),
            new JsonObject().put("device", "d1").put("seconds", 601),
            new JsonObject().put("device", "d1").put("seconds", "1"))) {
      Api.assertProblem("invalid-request", 400, world.api.post(TRACES, admin, wrong));
    }
    JsonObject good = new JsonObject().put("device", "d1");
    Api.assertProblem("forbidden", 403, world.api.post(TRACES, viewer, good));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(begin(good).getString("id"));
    }
    Api.assertProblem("too-many-traces", 409, world.api.post(TRACES, admin, good));
    assertEquals(200, world.api.delete(TRACES + "/" + ids.getFirst(), admin).statusCode());
    begin(good);
  }

  @Test
  void nobodySeesAnothersTrace() {
    JsonObject begun = begin(new JsonObject().put("topic", "#"));
    EnterpriseId other = world.enterprise("other");
    String theirs = world.token(other, Role.ADMIN);
    tell(begun, 0, 1, 1);
    String id = begun.getString("id");
    Api.assertProblem("not-found", 404, world.api.get(TRACES + "/" + id, theirs));
    Api.assertProblem(
        "not-found", 404, world.api.get("/v1/enterprises/other/traces/" + id, theirs));
    Api.assertProblem(
        "not-found", 404, world.api.delete("/v1/enterprises/other/traces/" + id, theirs));
    JsonObject list = world.api.json(200, "/v1/enterprises/other/traces", theirs);
    assertFalse(list.encode().contains(id));
  }

  private JsonObject begin(JsonObject body) {
    return world.api.posted(201, TRACES, admin, body);
  }

  /** As a node does it. */
  private void tell(JsonObject trace, long laterMicros, int node, int number) {
    long micros = NOW_MICROS + laterMicros;
    TraceRecord record =
        new TraceRecord(
            TraceId.of(micros, node, number),
            micros,
            micros + 4000,
            new DeviceId("d1"),
            "c1",
            "PUBLISH",
            false,
            "v1/devices/me/telemetry",
            1,
            number,
            300,
            "{}".getBytes(UTF_8),
            TraceRecord.Outcome.ACCEPTED,
            null,
            "",
            Map.of(new DeviceId("d1"), 2),
            0);
    var _ = world.registry.traces().insert(mine, trace.getString("id"), List.of(record));
  }
}
