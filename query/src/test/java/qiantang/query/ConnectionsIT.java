package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

/** When devices were connected can be read back by whose they are. */
final class ConnectionsIT {
  private static final String D1 = "/v1/enterprises/mine/devices/d1/connections";
  private static final long MILLIS = NOW_MICROS / 1000;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String viewer = world.token(mine, Role.VIEWER);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aSessionComesBackWhole() {
    world.send(
        mine,
        presence("d1", 1, true, "connect", 0),
        new Entry.Death(
            new DeviceId("d1"),
            1,
            "keep-alive",
            "v1/devices/me/attributes",
            3,
            "bye".getBytes(UTF_8),
            NOW_MICROS + 61_000_000),
        presence("d1", 1, false, "keep-alive", 61_500_000));
    JsonObject item = page(D1).getJsonArray("items").getJsonObject(0);
    item.remove("id");
    assertEquals(
        new JsonObject()
            .put("connectedAt", MILLIS)
            .put("state", "ended")
            .put("disconnectedAt", MILLIS + 61_500)
            .put("durationSeconds", 61)
            .put("reason", "keep-alive")
            .put("clientId", "client of d1")
            .put("address", "10.1.2.3:4567")
            .put("protocol", "5.0")
            .put("transport", "tls")
            .putNull("gateway")
            .putNull("name")
            .putNull("model")
            .put("deaths", 1)
            .put(
                "lastDeaths",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("time", MILLIS + 61_000)
                            .put("reason", "keep-alive")
                            .put("topic", "v1/devices/me/attributes")
                            .put("payload", "bye")
                            .put("payloadEncoding", "utf-8")
                            .put("payloadBytes", 3))),
        item);
    Api.assertProblem(
        "not-found", 404, world.api.get("/v1/enterprises/mine/devices/d2/connections", viewer));
  }

  @Test
  void whatIsBehindAGatewayIsToldByItsBirths() {
    world.send(
        mine,
        presence("gw", 1, true, "connect", 0),
        new Entry.Birth(new DeviceId("s1"), "泵 1", new DeviceId("gw"), "P-7", 1L, NOW_MICROS));
    JsonObject item =
        page("/v1/enterprises/mine/devices/s1/connections").getJsonArray("items").getJsonObject(0);
    assertEquals("gw", item.getString("gateway"));
    assertEquals("泵 1", item.getString("name"));
    assertEquals("P-7", item.getString("model"));
    assertEquals("with-gateway", item.getString("state"));
    world.send(mine, presence("gw", 1, false, "keep-alive", 5_000_000));
    item =
        page("/v1/enterprises/mine/devices/s1/connections").getJsonArray("items").getJsonObject(0);
    assertEquals("ended", item.getString("state"));
    assertEquals("gateway-keep-alive", item.getString("reason"));
    assertEquals(MILLIS + 5_000, item.getLong("disconnectedAt"));
  }

  @Test
  void pagesGoFromTheNewestToTheOldestAndTimesChoose() {
    for (int i = 1; i <= 7; i++) {
      world.send(
          mine,
          presence("d1", i, true, "connect", i * 10_000_000L),
          presence("d1", i, false, "disconnect", i * 10_000_000L + i * 1_000_000L));
    }
    List<Integer> seconds = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page = page(D1 + "?limit=3" + (next.isEmpty() ? "" : "&cursor=" + next));
      seconds.addAll(seconds(page));
      next = page.getString("next");
    }
    assertEquals(List.of(7, 6, 5, 4, 3, 2, 1), seconds);
    String times = "?from=" + (MILLIS + 20_000) + "&to=" + (MILLIS + 40_000);
    assertEquals(List.of(3, 2), seconds(page(D1 + times)));
    Api.assertProblem("invalid-request", 400, world.api.get(D1 + "?reason=quota", viewer));
    Api.assertProblem("invalid-request", 400, world.api.get(D1 + "?cursor=MTpjOmY", viewer));
  }

  private static Entry presence(
      String device, long session, boolean connected, String reason, long laterMicros) {
    return new Entry.Presence(
        new DeviceId(device),
        session,
        connected,
        reason,
        "client of " + device,
        "10.1.2.3:4567",
        connected ? "5.0" : null,
        connected ? "tls" : null,
        NOW_MICROS + laterMicros);
  }

  private JsonObject page(String path) {
    return world.api.json(200, path, viewer);
  }

  private static List<Integer> seconds(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getInteger("durationSeconds"))
        .toList();
  }
}
