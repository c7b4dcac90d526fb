package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** What is deleted is hidden at once, and only that. */
final class DeletionsIT {
  private static final long NOW_MILLIS = NOW_MICROS / 1000;
  private static final String MINE = "/v1/enterprises/mine";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String admin = world.token(mine, Role.ADMIN);

  DeletionsIT() {
    for (EnterpriseId enterprise : new EnterpriseId[] {mine, other}) {
      world.device(enterprise, "d1");
      world.device(enterprise, "d2");
      for (String device : new String[] {"d1", "d2"}) {
        world.send(enterprise, World.reading(device, NOW_MICROS - 1000, "old", new Value.Int(1)));
        world.send(enterprise, World.reading(device, NOW_MICROS, "m", new Value.Int(2)));
        world.send(enterprise, rejection(device));
      }
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aDevicesDataIsHiddenAndItsOwnAlone() {
    JsonObject deleted = delete(202, MINE + "/devices/d1/data", admin);
    assertEquals("d1", deleted.getString("device"));
    assertNull(deleted.getValue("before"));
    assertEquals(NOW_MILLIS, deleted.getLong("arrivedUntil"));
    assertEquals(NOW_MILLIS + Duration.ofDays(4).toMillis(), deleted.getLong("goneBy"));
    assertEquals(0, samples("mine", "d1"));
    assertEquals(0, latest("mine", "d1"));
    assertEquals(0, rejections(MINE + "/devices/d1/rejections"));
    assertEquals(1, rejections(MINE + "/rejections"));
    assertEquals(2, samples("mine", "d2"));
    assertEquals(2, samples("other", "d1"));
    // It is still a device, and the enterprise sent what it sent.
    assertEquals(200, world.api.get(MINE + "/devices/d1", admin).statusCode());
    JsonObject enterprise = world.api.json(200, MINE, admin);
    assertEquals(
        4, enterprise.getJsonObject("readings").getInteger("accepted"), enterprise::encode);
  }

  @Test
  void whatArrivesThenIsShown() {
    delete(202, MINE + "/devices/d1/data", admin);
    world.send(
        mine,
        new Entry.Readings(
            new DeviceId("d1"),
            NOW_MICROS + 1000,
            List.of(World.reading("d1", NOW_MICROS - 5, new MetricValue("m", new Value.Int(3))))));
    assertEquals(1, samples("mine", "d1"));
    assertEquals(1, latest("mine", "d1"));
  }

  @Test
  void aTimeBoundsWhatIsDeleted() {
    JsonObject deleted =
        delete(202, MINE + "/devices/d1/data?before=" + NOW_MILLIS, world.operator);
    assertEquals(NOW_MILLIS, deleted.getLong("before"));
    assertEquals(1, samples("mine", "d1"));
    Api.assertProblem(
        "invalid-request",
        400,
        world.api.send("DELETE", MINE + "/devices/d1/data?befor=1", admin, null));
    Api.assertProblem(
        "invalid-request",
        400,
        world.api.send("DELETE", MINE + "/data?before=yesterday", admin, null));
    assertEquals(1, samples("mine", "d1"));
    assertEquals(2, samples("mine", "d2"));
  }

  @Test
  void anEnterprisesDataIsHiddenAndNoOthers() {
    JsonObject deleted = delete(202, MINE + "/data", admin);
    assertNull(deleted.getValue("device"));
    for (String device : new String[] {"d1", "d2"}) {
      assertEquals(0, samples("mine", device));
      assertEquals(2, samples("other", device));
    }
    assertEquals(0, rejections(MINE + "/rejections"));
    assertEquals(2, rejections("/v1/enterprises/other/rejections"));
  }

  @Test
  void aDeviceThatNobodyKnowsHasNothingToDelete() {
    Api.assertProblem(
        "not-found", 404, world.api.send("DELETE", MINE + "/devices/d9/data", admin, null));
    Api.assertProblem(
        "not-found", 404, world.api.send("DELETE", MINE + "/devices/a%20b/data", admin, null));
    world.send(mine, rejection("d9")); // of which all was refused
    delete(202, MINE + "/devices/d9/data", admin);
  }

  @Test
  void whatWasDeletedIsListedWithItsProgress() {
    delete(202, MINE + "/devices/d1/data", admin);
    String viewer = world.token(mine, Role.VIEWER);
    JsonObject first = list(viewer).getJsonObject(0);
    assertNull(first.getValue("erased"));
    assertNull(first.getValue("erasedBefore"));
    Mask mask = world.folds.readDeletions(mine).toCompletableFuture().join().getFirst().mask();
    world
        .folds
        .writeDeletion(new Deletion(mask, 100L, NOW_MILLIS + 7), Duration.ofDays(1))
        .toCompletableFuture()
        .join();
    first = list(viewer).getJsonObject(0);
    assertEquals(100 * 60_000, first.getInteger("erasedBefore"));
    assertEquals(NOW_MILLIS + 7, first.getLong("erased"));
    assertEquals(
        0,
        world
            .api
            .json(200, "/v1/enterprises/other/deletions", world.operator)
            .getJsonArray("items")
            .size());
  }

  @Test
  void theNumberOfDeletionsIsBoundedAndOneOfAllTakesTheirPlace() {
    EnterpriseId full = world.enterprise("full");
    String token = world.token(full, Role.ADMIN);
    String path = "/v1/enterprises/full";
    world.device(full, "d1");
    world.send(full, World.reading("d1", NOW_MICROS - 1000, "m", new Value.Int(1)));
    for (int i = 0; i < 1000; i++) {
      Mask mask = Mask.of(full, new DeviceId("m" + i), Mask.ALL_TIMES, i, i);
      world
          .folds
          .writeDeletion(Deletion.begun(mask), Duration.ofDays(1))
          .toCompletableFuture()
          .join();
    }
    Api.assertProblem(
        "too-many-deletions",
        409,
        world.api.send("DELETE", path + "/devices/d1/data", token, null));
    assertEquals(1, samples("full", "d1"));
    world.api.send("DELETE", path + "/data", token, null);
    assertEquals(0, samples("full", "d1"));
    assertEquals(1, world.api.json(200, path + "/deletions", token).getJsonArray("items").size());
  }

  private JsonArray list(String token) {
    return world.api.json(200, MINE + "/deletions", token).getJsonArray("items");
  }

  private JsonObject delete(int status, String path, String token) {
    HttpResponse<String> response = world.api.send("DELETE", path, token, null);
    assertEquals(status, response.statusCode(), response::body);
    return World.json(response);
  }

  private int samples(String enterprise, String device) {
    String path = "/v1/enterprises/" + enterprise + "/devices/" + device + "/series?from=0";
    int samples = 0;
    JsonArray series = world.api.json(200, path, world.operator).getJsonArray("series");
    for (int i = 0; i < series.size(); i++) {
      samples += series.getJsonObject(i).getJsonArray("times").size();
    }
    return samples;
  }

  private int latest(String enterprise, String device) {
    String path = "/v1/enterprises/" + enterprise + "/devices/" + device + "/latest";
    return world.api.json(200, path, world.operator).getJsonArray("metrics").size();
  }

  private int rejections(String path) {
    return world.api.json(200, path, world.operator).getJsonArray("items").size();
  }

  private static Entry rejection(String device) {
    return new Entry.Rejection(
        new DeviceId(device),
        null,
        Reason.MALFORMED,
        "no JSON",
        "v1",
        1,
        2,
        new byte[] {'{', '}'},
        null,
        NOW_MICROS);
  }
}
