package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/** An answer says that it is complete if and only if it has all that was asked for. */
final class CompletenessIT {
  private static final long BEGIN = World.NOW_MICROS - 600_000_000L;

  private @Nullable JournalTables tables;
  private final World world =
      new World(
          config -> config,
          seen -> {
            tables = seen;
            return seen;
          },
          rows -> rows);

  @AfterEach
  void close() {
    world.close();
  }

  /** A frame that nobody can decode, in a lane of the enterprise. */
  private void damage(EnterpriseId enterprise, long sequence) {
    JournalTables known = tables;
    if (known == null) {
      throw new AssertionError("no tables");
    }
    Whereabouts where = known.readWhereabouts(enterprise).toCompletableFuture().join().getFirst();
    LaneMinute partition = new LaneMinute(where.start(), where.lane(), where.firstMinute());
    known
        .insertFrame(new FrameKey(partition, 1000 + sequence), new byte[] {1, 2, 3})
        .toCompletableFuture()
        .join();
  }

  /** What an answer has, page by page, each checked against what was sent. */
  private Set<String> pages(
      String path, boolean isDamaged, Function<JsonObject, Stream<String>> found, String why) {
    Set<String> all = new TreeSet<>();
    String cursor = "";
    while (true) {
      JsonObject page = world.api.json(200, path + cursor, world.operator);
      JsonObject completeness = page.getJsonObject("completeness");
      String next = page.getString("next");
      found.apply(page).forEach(all::add);
      assertEquals(next == null ? null : "limit", completeness.getString("truncatedBy"), why);
      assertEquals(next == null && !isDamaged, completeness.getBoolean("complete"), why);
      assertEquals(isDamaged, completeness.getInteger("damagedFrames") > 0, why);
      assertEquals(new JsonArray(), completeness.getJsonArray("gaps"), why);
      if (next == null) {
        return all;
      }
      cursor = (path.contains("?") ? "&" : "?") + "cursor=" + next;
    }
  }

  private static Stream<String> samples(JsonObject page) {
    return objects(page, "series")
        .flatMap(
            series -> {
              JsonArray times = series.getJsonArray("times");
              return times.stream().map(time -> series.getString("metric") + " " + time);
            });
  }

  private static Stream<String> newest(JsonObject page) {
    return objects(page, "items")
        .flatMap(
            device ->
                objects(device, "metrics")
                    .map(one -> device.getString("device") + " " + one.getString("metric")));
  }

  private static Stream<JsonObject> objects(JsonObject page, String name) {
    return page.getJsonArray(name).stream().map(JsonObject.class::cast);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void anAnswerIsCompleteIfAndOnlyIfItHasAll(long seed) {
    Random random = new Random(seed);
    EnterpriseId enterprise = world.enterprise("seed-" + seed);
    boolean isDamaged = random.nextBoolean();
    Set<String> samples = new TreeSet<>();
    Set<String> newest = new TreeSet<>();
    int refused = random.nextInt(8);
    int sent = 1 + random.nextInt(40);
    for (int i = 0; i < sent; i++) {
      String device = "d" + random.nextInt(5);
      String metric = "m" + random.nextInt(3);
      long millis = BEGIN / 1000 + random.nextInt(60);
      world.send(enterprise, World.reading(device, millis * 1000, metric, new Value.Int(i)));
      newest.add(device + " " + metric);
      if (device.equals("d0")) {
        samples.add(metric + " " + millis);
      }
    }
    world.device(enterprise, "d0");
    for (int i = 0; i < refused; i++) {
      world.send(enterprise, rejection(i));
    }
    for (int i = 0; isDamaged && i <= random.nextInt(3); i++) {
      damage(enterprise, i);
    }
    String why = "seed " + seed;
    String path = "/v1/enterprises/" + enterprise;
    String limit = "limit=" + (1 + random.nextInt(6));
    String times = "?from=" + BEGIN / 1000 + "&to=" + (BEGIN / 1000 + 60);
    assertEquals(
        samples,
        pages(path + "/devices/d0/series" + times, isDamaged, CompletenessIT::samples, why));
    assertEquals(
        samples,
        pages(
            path + "/devices/d0/series" + times + "&" + limit,
            isDamaged,
            CompletenessIT::samples,
            why));
    assertEquals(newest, pages(path + "/latest?" + limit, isDamaged, CompletenessIT::newest, why));
    assertEquals(
        refused,
        pages(
                path + "/rejections?" + limit,
                isDamaged,
                page -> objects(page, "items").map(item -> item.getString("id")),
                why)
            .size(),
        why);
    devicesAndHealth(path, limit, isDamaged, why);
  }

  private static Entry rejection(int i) {
    return new Entry.Rejection(
        new DeviceId("d0"),
        new DeviceId("d0"),
        Reason.MALFORMED,
        "x",
        "t" + i,
        1,
        0,
        new byte[0],
        null,
        World.NOW_MICROS);
  }

  private void devicesAndHealth(String path, String limit, boolean isDamaged, String why) {
    Set<String> devices = new HashSet<>();
    devices.addAll(
        pages(
            path + "/devices?" + limit,
            isDamaged,
            page -> objects(page, "items").map(device -> device.getString("id")),
            why));
    assertTrue(devices.contains("d0"), why);
    for (String one : List.of("", "/health", "/devices/d0/health", "/devices/d0/connections")) {
      JsonObject completeness =
          world.api.json(200, path + one, world.operator).getJsonObject("completeness");
      assertEquals(!isDamaged, completeness.getBoolean("complete"), why + one);
      assertNull(completeness.getString("truncatedBy"), why + one);
    }
  }

  @Test
  void whatWasNeverCountedIsNotComplete() {
    JsonObject platform = world.api.json(200, "/v1/platforms/textile", world.operator);
    JsonObject completeness = platform.getJsonObject("completeness");
    assertEquals(new JsonArray().add("counts"), completeness.getJsonArray("sources"));
    assertEquals(platform.getValue("countedAt") != null, completeness.getBoolean("complete"));
    assertEquals(platform.getValue("countedAt"), completeness.getValue("freshness"));
  }
}
