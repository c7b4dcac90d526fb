package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.Role;

/** What was refused can be read back by whose it is. */
final class RejectionsIT {
  private static final String MINE = "/v1/enterprises/mine/rejections";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String viewer = world.token(mine, Role.VIEWER);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aRejectionComesBackWhole() {
    world.send(
        mine,
        new Entry.Rejection(
            new DeviceId("gw"),
            new DeviceId("d1"),
            Reason.CLOCK,
            "a year ahead: set the clock",
            "v1/gateway/telemetry",
            3,
            600,
            "{\"x\":1}".getBytes(UTF_8),
            NOW_MICROS + 1_500_000,
            NOW_MICROS));
    JsonObject item = page(MINE).getJsonArray("items").getJsonObject(0);
    item.remove("id");
    assertEquals(
        new JsonObject()
            .put("time", NOW_MICROS / 1000)
            .put("publisher", "gw")
            .put("device", "d1")
            .put("reason", "clock")
            .put("detail", "a year ahead: set the clock")
            .put("topic", "v1/gateway/telemetry")
            .put("count", 3)
            .put("payload", "{\"x\":1}")
            .put("payloadEncoding", "utf-8")
            .put("payloadBytes", 600)
            .put("eventTime", NOW_MICROS / 1000 + 1500)
            .put("skewMillis", 1500),
        item);
    assertEquals(
        1, page("/v1/enterprises/mine/devices/d1/rejections").getJsonArray("items").size());
    assertEquals(
        1, page("/v1/enterprises/mine/devices/gw/rejections").getJsonArray("items").size());
    Api.assertProblem(
        "not-found", 404, world.api.get("/v1/enterprises/mine/devices/d2/rejections", viewer));
    assertEquals(
        3,
        world
            .api
            .json(200, "/v1/enterprises/mine", viewer)
            .getJsonObject("messages")
            .getInteger("refused"));
  }

  @Test
  void payloadsAreTextWhereTheyAreText() {
    byte[] text = "温度".getBytes(UTF_8);
    byte[] cut = Arrays.copyOf(text, text.length - 1);
    world.send(mine, rejection("d", Reason.MALFORMED, 3, text, text.length));
    world.send(mine, rejection("d", Reason.MALFORMED, 2, cut, text.length));
    world.send(mine, rejection("d", Reason.MALFORMED, 1, cut, cut.length));
    world.send(mine, rejection("d", Reason.MALFORMED, 0, new byte[0], 0));
    List<String> payloads =
        page(MINE).getJsonArray("items").stream()
            .map(JsonObject.class::cast)
            .map(item -> item.getString("payloadEncoding") + " " + item.getString("payload"))
            .toList();
    assertEquals(List.of("utf-8 温度", "utf-8 温", "base64 5rip5bo=", "utf-8 "), payloads);
  }

  @Test
  void pagesGoFromTheNewestToTheOldest() {
    for (int i = 0; i < 10; i++) {
      world.send(mine, rejection("d", Reason.MALFORMED, i, new byte[] {(byte) ('0' + i)}, 1));
    }
    List<String> listed = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page = page(MINE + "?limit=3" + (next.isEmpty() ? "" : "&cursor=" + next));
      listed.addAll(payloads(page));
      next = page.getString("next");
    }
    assertEquals(List.of("9", "8", "7", "6", "5", "4", "3", "2", "1", "0"), listed);
  }

  @Test
  void reasonAndTimesChoose() {
    world.send(mine, rejection("d", Reason.MALFORMED, 0, "a".getBytes(UTF_8), 1));
    world.send(mine, rejection("d", Reason.TOPIC, 1000, "b".getBytes(UTF_8), 1));
    assertEquals(List.of("b"), payloads(page(MINE + "?reason=topic")));
    assertEquals(List.of("b"), payloads(page(MINE + "?from=" + (NOW_MICROS / 1000 + 1))));
    assertEquals(List.of("a"), payloads(page(MINE + "?to=" + (NOW_MICROS / 1000 + 1))));
    assertEquals(List.of(), payloads(page(MINE + "?reason=quota")));
    Api.assertProblem("invalid-request", 400, world.api.get(MINE + "?reason=mood", viewer));
  }

  @Test
  void whatBelongsToNobodyIsTheOperators() {
    world.send(
        EnterpriseId.OPERATOR,
        new Entry.Rejection(
            null,
            null,
            Reason.UNAUTHORIZED,
            "no such token",
            "",
            1,
            0,
            new byte[0],
            null,
            NOW_MICROS));
    JsonObject item =
        world
            .api
            .json(200, "/v1/rejections", world.operator)
            .getJsonArray("items")
            .getJsonObject(0);
    assertNull(item.getValue("publisher"));
    assertNull(item.getValue("skewMillis"));
    assertEquals("unauthorized", item.getString("reason"));
    assertEquals(List.of(), payloads(page(MINE)));
  }

  private static Entry rejection(
      String publisher, Reason reason, long later, byte[] payload, int payloadBytes) {
    return new Entry.Rejection(
        new DeviceId(publisher),
        null,
        reason,
        "detail",
        "topic",
        1,
        payloadBytes,
        payload,
        null,
        NOW_MICROS + later);
  }

  private JsonObject page(String path) {
    return world.api.json(200, path, viewer);
  }

  private static List<String> payloads(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("payload"))
        .toList();
  }
}
