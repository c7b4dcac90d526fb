package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** Raw samples: all of them, exactly, in pages and as CSV. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SeriesIT {
  private static final String DEVICES = "/v1/enterprises/mine/devices/";
  private static final long SECOND = 1_000_000;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String token = world.token(mine, Role.VIEWER);

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void valuesComeBackBitForBit() {
    Map<String, Value> sent = new HashMap<>();
    sent.put("nan", new Value.Real(Double.NaN));
    sent.put("inf", new Value.Real(Double.POSITIVE_INFINITY));
    sent.put("-inf", new Value.Real(Double.NEGATIVE_INFINITY));
    sent.put("-0", new Value.Real(-0.0));
    sent.put("min", new Value.Real(Double.MIN_VALUE));
    sent.put("max", new Value.Real(Double.MAX_VALUE));
    sent.put("third", new Value.Real(1.0 / 3));
    sent.put("15 digits", new Value.Real(123456.789012345));
    sent.put("whole", new Value.Real(1e10));
    sent.put("2^53", new Value.Int(1L << 53));
    sent.put("2^53+1", new Value.Int((1L << 53) + 1));
    sent.put("-2^53-1", new Value.Int(-(1L << 53) - 1));
    sent.put("2^63-1", new Value.Int(Long.MAX_VALUE));
    sent.put("-2^63", new Value.Int(Long.MIN_VALUE));
    sent.put("true", new Value.Bool(true));
    sent.put("empty", new Value.Text(""));
    sent.put("text", new Value.Text("a\"b\\c\n\u0000\u001f 钱塘 \ud83c\udf0a"));
    sent.put("number text", new Value.Text("42"));
    sent.put("json", new Value.Json("{\"a\": [1, 2.50]}"));
    sent.forEach((metric, value) -> send("values", NOW_MICROS, metric, value));

    HttpResponse<String> response = world.api.get(DEVICES + "values/series", token);
    Map<String, Object> got = new HashMap<>();
    for (Object one : World.json(response).getJsonArray("series")) {
      JsonObject series = (JsonObject) one;
      got.put(series.getString("metric"), series.getJsonArray("values").getValue(0));
    }
    Map<String, Object> expected = new HashMap<>();
    expected.put("nan", "NaN");
    expected.put("inf", "Infinity");
    expected.put("-inf", "-Infinity");
    expected.put("-0", -0.0);
    expected.put("min", Double.MIN_VALUE);
    expected.put("max", Double.MAX_VALUE);
    expected.put("third", 1.0 / 3);
    expected.put("15 digits", 123456.789012345);
    expected.put("whole", 1e10);
    expected.put("2^53", 1L << 53);
    expected.put("2^53+1", "9007199254740993");
    expected.put("-2^53-1", "-9007199254740993");
    expected.put("2^63-1", "9223372036854775807");
    expected.put("-2^63", "-9223372036854775808");
    expected.put("true", true);
    expected.put("empty", "");
    expected.put("text", "a\"b\\c\n\u0000\u001f 钱塘 \ud83c\udf0a");
    expected.put("number text", "42");
    expected.put("json", "{\"a\": [1, 2.50]}");
    assertEquals(expected, got); // Double.equals compares bits
    assertTrue(response.body().contains("[123456.789012345]"), response.body());
    assertTrue(response.body().contains("[-0.0]"), response.body());
  }

  @Test
  void whatIsInChunksAloneIsAnsweredFromThem() {
    DeviceId device = new DeviceId("packed");
    long micros = NOW_MICROS - 86_400 * SECOND + 1;
    ColumnsBuilder columns = new ColumnsBuilder();
    columns.add(micros, micros + 5_000, true, false, "m", new Value.Real(20.5));
    byte[] bytes = ChunkCodec.encode(columns.build()).getFirst().bytes();
    LayoutHistory history = new LayoutHistory(mine, Retention.YEAR_1, List.of());
    long span = history.spanOf(micros);
    world
        .folds
        .insertChunks(
            List.of(
                new Chunk(
                    new ChunkKey(history.chunkPartition(device, span), device, span, span, 0, 1),
                    bytes,
                    new byte[0])),
            Duration.ofDays(1))
        .toCompletableFuture()
        .join();
    JsonObject answer =
        World.json(world.api.get(DEVICES + "packed/series?from=" + (micros / 1000 - 1000), token));
    JsonObject series = answer.getJsonArray("series").getJsonObject(0);
    assertEquals(new JsonArray().add(20.5), series.getJsonArray("values"));
    JsonObject completeness = answer.getJsonObject("completeness");
    assertTrue(completeness.getBoolean("complete"));
    assertEquals(
        new JsonArray().add("chunks").add("journal"), completeness.getJsonArray("sources"));
  }

  @Test
  void timesKeepTheirMicroseconds() {
    long second = NOW_MICROS / SECOND * SECOND;
    for (long micros : new long[] {second, second + 1, second + 120, second + 999_900}) {
      send("times", micros, "m", new Value.Int(1));
    }
    String millis = Long.toString(second / 1000);
    String whole = world.api.get(DEVICES + "times/series", token).body();
    String before = millis.substring(0, millis.length() - 3);
    assertTrue(
        whole.contains(
            "\"times\":[" + millis + "," + millis + ".001," + millis + ".12," + before + "999.9]"),
        whole);
    // From is inclusive, to exclusive, and both take microseconds in either form.
    assertEquals(1, count("times", "from=" + millis + ".001&to=" + millis + ".002"));
    assertEquals(2, count("times", "from=" + millis + "&to=" + millis + ".12"));
    assertEquals(
        2, count("times", "from=2026-03-01T08:00:30Z&to=2026-03-01T16:00:30.00012%2B08:00"));
    assertEquals(2, count("times", "from=2026-03-01T08:00:30Z&to=2026-03-01T16:00:30.00012+08:00"));
    assertEquals(3, count("times", "from=2026-03-01T08:00:30.0000001Z"));
  }

  @Test
  void pagesTogetherAreTheWhole() {
    // Three metrics at 50 instants, and one metric at 30 more: a page never cuts an instant.
    for (int i = 0; i < 50; i++) {
      world.send(
          mine,
          World.message(
              "pages",
              World.reading(
                  "pages",
                  NOW_MICROS - i * SECOND,
                  new MetricValue("a", new Value.Int(i)),
                  new MetricValue("b", new Value.Real(i / 8.0)),
                  new MetricValue("c", new Value.Text("t" + i)))));
    }
    for (int i = 0; i < 30; i++) {
      send("pages", NOW_MICROS - 60 * SECOND - i, "a", new Value.Int(-i));
    }
    List<String> whole = samples(DEVICES + "pages/series?from=0");
    assertEquals(180, whole.size());
    for (int limit : new int[] {1, 2, 3, 7, 100, 179, 180}) {
      List<String> paged = new ArrayList<>();
      String next = "";
      int pages = 0;
      while (next != null) {
        String path = DEVICES + "pages/series?from=0&limit=" + limit;
        JsonObject page =
            world.api.json(200, next.isEmpty() ? path : path + "&cursor=" + next, token);
        next = page.getString("next");
        JsonObject completeness = page.getJsonObject("completeness");
        assertEquals(next == null, completeness.getBoolean("complete"));
        assertEquals(next == null ? null : "limit", completeness.getString("truncatedBy"));
        List<String> samples = samplesOf(page);
        assertTrue(samples.size() <= Math.max(3, limit));
        paged.addAll(samples);
        pages++;
      }
      assertEquals(limit >= 180, pages == 1);
      assertEquals(whole.stream().sorted().toList(), paged.stream().sorted().toList());
    }
  }

  @Test
  void theLinkOfACutCsvLeadsToTheRest() {
    for (int i = 0; i < 5; i++) {
      send("linked", NOW_MICROS - i, "a,b", new Value.Int(i));
    }
    String path = DEVICES + "linked/series?metric=a%2Cb&limit=2";
    List<String> lines = new ArrayList<>();
    while (!path.isEmpty()) {
      HttpResponse<String> page = world.api.get(path, token, "Accept", "text/csv");
      lines.addAll(page.body().lines().skip(1).toList());
      String link = Api.header(page, "Link");
      assertTrue(link.isEmpty() || link.endsWith(">; rel=next"), link);
      path = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
    }
    assertEquals(5, lines.size());
  }

  @Test
  void theLaterArrivalWins() {
    send("conflict", NOW_MICROS, "m", new Value.Int(1));
    send("conflict", NOW_MICROS, "m", new Value.Int(2));
    send("conflict", NOW_MICROS, "m", new Value.Int(2));
    send("conflict", NOW_MICROS - 1, "m", new Value.Text("older in time, later to arrive"));
    assertEquals(
        new JsonArray().add("older in time, later to arrive").add(2),
        world
            .api
            .json(200, DEVICES + "conflict/series", token)
            .getJsonArray("series")
            .getJsonObject(0)
            .getJsonArray("values"));
    JsonObject latest =
        world
            .api
            .json(200, DEVICES + "conflict/latest", token)
            .getJsonArray("metrics")
            .getJsonObject(0);
    assertEquals(2, latest.getInteger("value"));
    assertEquals(NOW_MICROS / 1000, latest.getLong("time"));
  }

  @Test
  void csvIsQuotedAsRfc4180Says() {
    send("csv", NOW_MICROS, "plain", new Value.Real(1.5));
    send("csv", NOW_MICROS, "comma,\"quote\"", new Value.Text("two\r\nlines, \"quoted\""));
    send("csv", NOW_MICROS, "empty", new Value.Text(""));
    send("csv", NOW_MICROS, "big", new Value.Int(Long.MAX_VALUE));
    send("csv", NOW_MICROS + 1, "yes", new Value.Bool(true));
    HttpResponse<String> response =
        world.api.get(DEVICES + "csv/series", token, "Accept", "text/csv");
    assertTrue(Api.header(response, "Content-Type").startsWith("text/csv"));
    String now = Long.toString(NOW_MICROS / 1000);
    assertEquals(
        "device,metric,time,value\r\n"
            + ("csv,big," + now + ",9223372036854775807\r\n")
            + ("csv,\"comma,\"\"quote\"\"\"," + now + ",\"two\r\nlines, \"\"quoted\"\"\"\r\n")
            + ("csv,empty," + now + ",\"\"\r\n")
            + ("csv,plain," + now + ",1.5\r\n")
            + ("csv,yes," + now + ".001,true\r\n"),
        response.body());
  }

  @Test
  void theClientsOrderChoosesTheForm() {
    send("form", NOW_MICROS, "m", new Value.Int(1));
    Map<String, String> forms =
        Map.of(
            "text/csv", "text/csv",
            "application/json", "application/json",
            "text/csv;q=0.5, application/json", "application/json",
            "text/csv, application/json;q=0.5", "text/csv",
            "*/*", "application/json",
            "image/png, text/*;q=0.1", "text/csv");
    forms.forEach(
        (accept, form) ->
            assertTrue(
                Api.header(
                        world.api.get(DEVICES + "form/series", token, "Accept", accept),
                        "Content-Type")
                    .startsWith(form),
                accept));
    for (String other : List.of("image/png", "text/csv;q=0, application/xml")) {
      HttpResponse<String> refused = world.api.get(DEVICES + "form/series", token, "Accept", other);
      Api.assertProblem("not-acceptable", 406, refused);
      assertTrue(refused.body().contains("text/csv"), refused.body());
    }
    Api.assertProblem(
        "not-acceptable", 406, world.api.get(DEVICES + "form/latest", token, "Accept", "text/csv"));
  }

  @Test
  void onlyTheMetricsAskedForComeBack() {
    for (String metric : List.of("a", "b", "c,d")) {
      send("metrics", NOW_MICROS, metric, new Value.Int(1));
    }
    assertEquals(List.of("a", "b", "c,d"), metricsOf("metrics/series"));
    assertEquals(List.of("a"), metricsOf("metrics/series?metrics=a"));
    assertEquals(List.of("a", "b"), metricsOf("metrics/series?metrics=b,a,nothing"));
    assertEquals(List.of("b", "c,d"), metricsOf("metrics/series?metrics=b&metric=c%2Cd"));
    assertEquals(List.of(), metricsOf("metrics/series?metrics=nothing"));
    assertEquals(
        1,
        world
            .api
            .json(200, DEVICES + "metrics/latest?metrics=a", token)
            .getJsonArray("metrics")
            .size());
  }

  @Test
  void aLargeAnswerIsWholeAndZipped() {
    List<Reading> readings =
        IntStream.range(0, 20_000)
            .mapToObj(
                i ->
                    World.reading(
                        "large", NOW_MICROS - i, new MetricValue("m", new Value.Real(i * 0.1))))
            .toList();
    world.send(mine, World.message("large", readings.toArray(Reading[]::new)));
    String plain = world.api.get(DEVICES + "large/series", token).body();
    assertEquals(20_000, samplesOf(new JsonObject(plain)).size());
    assertTrue(plain.length() > 400_000);
    HttpResponse<byte[]> zipped = world.api.zipped(DEVICES + "large/series", token);
    assertEquals("gzip", Api.header(zipped, "Content-Encoding"));
    assertTrue(zipped.body().length < plain.length() / 3);
    assertEquals(plain, Api.unzip(zipped.body()));
  }

  @Test
  void anUnknownDeviceIs404AndASilentOneIsEmpty() {
    world.device(mine, "silent");
    assertEquals(List.of(), metricsOf("silent/series"));
    for (String path : List.of("", "/series", "/latest", "/rejections")) {
      Api.assertProblem("not-found", 404, world.api.get(DEVICES + "nobody" + path, token));
      Api.assertProblem("not-found", 404, world.api.get(DEVICES + "no%20id" + path, token));
    }
  }

  @Test
  void badParametersAreAllTold() {
    world.device(mine, "params");
    String path = DEVICES + "params/series?";
    for (String query :
        List.of(
            "from=yesterday",
            "from=2026-03-01",
            "from=2026-03-01T08:00:00",
            "from=1e3",
            "from=2&to=1",
            "to=99999999999999999",
            "limit=0",
            "metrics=",
            "limit=1000001",
            "limit=ten",
            "limit=5&limit=6",
            "form=0",
            "cursor=x")) {
      Api.assertProblem("invalid-request", 400, world.api.get(path + query, token));
    }
    JsonObject problem = world.api.json(400, path + "limit=0&from=x&form=1", token);
    assertEquals(
        List.of("from", "form", "limit").stream().sorted().toList(),
        problem.getJsonArray("errors").stream()
            .map(error -> ((JsonObject) error).getString("parameter"))
            .sorted()
            .toList());
  }

  private void send(String device, long eventTimeMicros, String metric, Value value) {
    world.send(mine, World.reading(device, eventTimeMicros, metric, value));
  }

  private int count(String device, String query) {
    return samples(DEVICES + device + "/series?" + query).size();
  }

  private List<String> metricsOf(String path) {
    return world.api.json(200, DEVICES + path, token).getJsonArray("series").stream()
        .map(series -> ((JsonObject) series).getString("metric"))
        .toList();
  }

  private List<String> samples(String path) {
    JsonObject page = world.api.json(200, path, token);
    assertNull(page.getString("next"));
    return samplesOf(page);
  }

  private static List<String> samplesOf(JsonObject page) {
    return page.getJsonArray("series").stream()
        .map(JsonObject.class::cast)
        .flatMap(
            series ->
                IntStream.range(0, series.getJsonArray("times").size())
                    .mapToObj(
                        i ->
                            series.getString("metric")
                                + " "
                                + series.getJsonArray("times").getValue(i)
                                + " "
                                + series.getJsonArray("values").getValue(i)))
        .toList();
  }
}
