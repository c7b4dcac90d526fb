package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** Aggregates of intervals, and series thinned for charts. Now is 16:00:30 in Shanghai. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IntervalsIT {
  private static final String DEVICES = "/v1/enterprises/mine/devices/";
  private static final long SECOND = 1_000_000;
  private static final long HOUR = 3600 * SECOND;

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String token = world.token(mine, Role.VIEWER);

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aggregatesComeByMetricAndInTheOrderAskedFor() {
    send("order", "2026-03-01T15:20:00+08:00", "b", new Value.Real(20.5));
    send("order", "2026-03-01T15:30:00+08:00", "b", new Value.Real(21.5));
    send("order", "2026-03-01T15:50:00+08:00", "a", new Value.Int(7));
    JsonObject answer =
        get("order", "from=2026-03-01T15:00:00%2B08:00&interval=1h&aggregate=max,avg");
    assertEquals(
        List.of(
            "a max [1772348400000] [7]",
            "a avg [1772348400000] [7.0]",
            "b max [1772348400000] [21.5]",
            "b avg [1772348400000] [21.0]"),
        lines(answer));
    assertEquals("order", answer.getString("device"));
    assertEquals(millis("2026-03-01T15:00:00+08:00"), answer.getLong("from"));
    assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
    assertNull(answer.getString("next"));
  }

  @Test
  void everyAggregateOfAnHour() {
    for (int minute = 0; minute < 60; minute += 10) {
      String time = "2026-03-01T14:%02d:00+08:00".formatted(minute);
      send("every", time, "m", new Value.Int(minute == 50 ? 5 : minute));
    }
    send("every", "2026-03-01T15:30:00+08:00", "m", new Value.Int(9));
    JsonObject answer =
        get(
            "every",
            "from=2026-03-01T14:00:00%2B08:00&interval=1h"
                + "&aggregate=count,first,last,min,max,sum,avg,twa,delta");
    // The first hour: 0 10 20 30 40 5, ten minutes each; the second began with 5.
    String hours = " [1772344800000,1772348400000] ";
    assertEquals(
        List.of(
            "m count" + hours + "[6,1]",
            "m first" + hours + "[0,9]",
            "m last" + hours + "[5,9]",
            "m min" + hours + "[0,9]",
            "m max" + hours + "[40,9]",
            "m sum" + hours + "[105,9]",
            "m avg" + hours + "[17.5,9.0]",
            "m twa" + hours + "[17.5,5.0]",
            "m delta" + hours + "[45,0]"),
        lines(answer));
  }

  @Test
  void intervalsWithoutSamplesAreLeftOut() {
    send("gaps", "2026-03-01T09:00:00+08:00", "m", new Value.Int(1));
    send("gaps", "2026-03-01T12:59:59+08:00", "m", new Value.Int(2));
    JsonObject answer = get("gaps", "from=2026-03-01T00:00:00%2B08:00&interval=60m&aggregate=sum");
    assertEquals(
        List.of(
            "m sum ["
                + millis("2026-03-01T09:00:00+08:00")
                + ","
                + millis("2026-03-01T12:00:00+08:00")
                + "] [1,2]"),
        lines(answer));
  }

  @Test
  void daysAreThoseOfTheZone() {
    send("days", "2026-02-28T23:30:00+08:00", "m", new Value.Int(1));
    send("days", "2026-03-01T00:30:00+08:00", "m", new Value.Int(10));
    send("days", "2026-03-01T15:30:00+08:00", "m", new Value.Int(100));
    String query = "from=2026-02-27T00:00:00Z&aggregate=sum&interval=";
    assertEquals(
        List.of(
            "m sum ["
                + millis("2026-02-28T00:00:00+08:00")
                + ","
                + millis("2026-03-01T00:00:00+08:00")
                + "] [1,110]"),
        lines(get("days", query + "1d")));
    assertEquals(
        List.of(
            "m sum ["
                + millis("2026-02-28T00:00:00Z")
                + ","
                + millis("2026-03-01T00:00:00Z")
                + "] [11,100]"),
        lines(get("days", query + "P1D&tz=UTC")));
    for (String zone : List.of("Europe/Berlin", "%2B01:00", "+01:00")) {
      assertEquals(
          List.of(
              "m sum ["
                  + millis("2026-02-28T00:00:00+01:00")
                  + ","
                  + millis("2026-03-01T00:00:00+01:00")
                  + "] [11,100]"),
          lines(get("days", query + "24h&tz=" + zone)));
    }
    assertEquals(
        List.of(
            "m sum ["
                + millis("2026-02-01T00:00:00+08:00")
                + ","
                + millis("2026-03-01T00:00:00+08:00")
                + "] [1,110]"),
        lines(get("days", query + "1mo")));
  }

  @Test
  void withoutAnIntervalTheWholeTimeIsOne() {
    send("whole", "2026-03-01T13:00:00+08:00", "m", new Value.Real(0.1));
    send("whole", "2026-03-01T15:00:00+08:00", "m", new Value.Real(0.2));
    send("whole", "2026-03-01T15:30:00+08:00", "text", new Value.Text("off"));
    String from = "from=2026-03-01T12:34:56.789%2B08:00";
    String begin = " [" + millis("2026-03-01T12:34:56.789+08:00") + "] ";
    assertEquals(
        List.of(
            "m sum" + begin + "[0.30000000000000004]",
            "m count" + begin + "[2]",
            "text count" + begin + "[1]"),
        lines(get("whole", from + "&aggregate=sum,count")));
    assertEquals(
        List.of("m avg" + begin + "[0.15000000000000002]"),
        lines(get("whole", from + "&to=1772352000000" + "&aggregate=avg")));
    assertEquals(List.of(), lines(get("whole", "from=7&to=7&aggregate=count")));
    // An interval alone is that of means.
    assertEquals(1, lines(get("whole", from + "&interval=1d")).size());
  }

  @Test
  void thinnedSeriesKeepWhatAChartShows() {
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < 3600; i++) {
      double value = i == 1234 ? 1e6 : i == 2345 ? -1e6 : Math.sin(i / 100.0);
      readings.add(
          World.reading(
              "chart",
              NOW_MICROS - HOUR + i * SECOND,
              new MetricValue("m", new Value.Real(value))));
    }
    world.send(mine, World.message("chart", readings.toArray(Reading[]::new)));
    String time = "from=" + (NOW_MICROS - HOUR) / 1000 + "&to=" + NOW_MICROS / 1000;
    JsonObject thinned = get("chart", time + "&points=60").getJsonArray("series").getJsonObject(0);
    assertFalse(thinned.containsKey("aggregate"));
    JsonObject raw = get("chart", time).getJsonArray("series").getJsonObject(0);
    assertEquals(thinnedByHand(raw, 60), pairs(thinned));
    int size = thinned.getJsonArray("times").size();
    assertTrue(size > 120 && size <= 240, size + " samples");
    // More columns than samples: all of them.
    JsonObject all = get("chart", time + "&points=11000").getJsonArray("series").getJsonObject(0);
    assertEquals(pairs(raw), pairs(all));
  }

  private static List<String> thinnedByHand(JsonObject raw, int columns) {
    TreeMap<Long, String> kept = new TreeMap<>();
    List<String> pairs = pairs(raw);
    JsonArray values = raw.getJsonArray("values");
    int size = values.size() / columns;
    for (int from = 0; from < values.size(); from += size) {
      int min = from;
      int max = from;
      for (int i = from; i < from + size; i++) {
        min = values.getDouble(i) < values.getDouble(min) ? i : min;
        max = values.getDouble(i) > values.getDouble(max) ? i : max;
      }
      for (int i : new int[] {from, min, max, from + size - 1}) {
        kept.put((long) i, pairs.get(i));
      }
    }
    return List.copyOf(kept.values());
  }

  private static List<String> pairs(JsonObject series) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < series.getJsonArray("times").size(); i++) {
      pairs.add(
          series.getJsonArray("times").getValue(i)
              + "="
              + series.getJsonArray("values").getValue(i));
    }
    return pairs;
  }

  @Test
  void largeIntegersAndInfinitiesOfSumsAreStrings() {
    send("large", "2026-03-01T15:10:00+08:00", "i", new Value.Int(Long.MAX_VALUE));
    send("large", "2026-03-01T15:20:00+08:00", "i", new Value.Int(-5));
    send("large", "2026-03-01T15:10:00+08:00", "r", new Value.Real(Double.MAX_VALUE));
    send("large", "2026-03-01T15:20:00+08:00", "r", new Value.Real(Double.MAX_VALUE));
    JsonArray series = get("large", "interval=1h&aggregate=sum").getJsonArray("series");
    assertEquals(
        "9223372036854775802", series.getJsonObject(0).getJsonArray("values").getString(0));
    assertEquals("Infinity", series.getJsonObject(1).getJsonArray("values").getString(0));
  }

  @Test
  void csvNamesTheAggregate() {
    send("csv", "2026-03-01T15:10:00+08:00", "a,b", new Value.Int(3));
    send("csv", "2026-03-01T15:20:00+08:00", "t", new Value.Text("on"));
    String path = DEVICES + "csv/series?from=2026-03-01T15:00:00%2B08:00&";
    HttpResponse<String> aggregated =
        world.api.get(path + "interval=1h&aggregate=last,avg", token, "Accept", "text/csv");
    assertTrue(Api.header(aggregated, "Content-Type").startsWith("text/csv"));
    assertEquals(
        List.of(
            "device,metric,aggregate,time,value",
            "csv,\"a,b\",last,1772348400000,3",
            "csv,\"a,b\",avg,1772348400000,3.0",
            "csv,t,last,1772348400000,\"on\""),
        aggregated.body().lines().toList());
    assertTrue(aggregated.body().endsWith("\"on\"\r\n"));
    assertEquals(
        List.of(
            "device,metric,time,value",
            "csv,\"a,b\",1772349000000,3",
            "csv,t,1772349600000,\"on\""),
        csv(path + "points=10"));
    assertEquals(
        List.of("device,metric,aggregate,time,value"),
        csv(path + "interval=1h&aggregate=avg&metrics=t"));
  }

  private List<String> csv(String path) {
    return world.api.get(path, token, "Accept", "text/csv").body().lines().toList();
  }

  @Test
  void whatCannotBeToldIsSaidWithWhatToDo() {
    world.device(mine, "params");
    String path = DEVICES + "params/series?";
    List<List<String>> wrong =
        List.of(
            List.of("interval=7m&aggregate=avg", "interval", "divide a day"),
            List.of("interval=1M&aggregate=avg", "interval", "mo (months)"),
            List.of("interval=&aggregate=avg", "interval", "15m"),
            List.of("interval=1h&aggregate=mean", "aggregate", "count,first,last"),
            List.of("interval=1h&aggregate=avg,", "aggregate", "cannot read ''"),
            List.of("interval=1h&tz=Mars/Olympus", "tz", "Asia/Shanghai"),
            List.of("tz=UTC", "tz", "goes with interval"),
            List.of("points=0", "points", "from 1 to 11000"),
            List.of("points=11001", "points", "from 1 to 11000"),
            List.of("points=10&interval=1h", "points", "either"),
            List.of("points=10&aggregate=max", "points", "either"),
            List.of("interval=1h&limit=5", "limit", "leave it out"),
            List.of("points=10&cursor=abc", "cursor", "leave it out"),
            List.of("interval=1h&form=0", "form", "does not take it"),
            List.of("interval=1h&from=2&to=1", "from", "behind 'to'"),
            List.of("interval=1s&from=2026-02-01T00:00:00Z", "interval", "longer interval"));
    for (List<String> one : wrong) {
      HttpResponse<String> response = world.api.get(path + one.get(0), token);
      Api.assertProblem("invalid-request", 400, response);
      JsonObject fault = World.json(response).getJsonArray("errors").getJsonObject(0);
      assertEquals(one.get(1), fault.getString("parameter"), one.get(0));
      assertTrue(fault.getString("detail").contains(one.get(2)), fault.getString("detail"));
    }
  }

  @Test
  void anAnswerOfTooManyValuesIsRefused() {
    MetricValue[] many = new MetricValue[1001];
    for (int i = 0; i < many.length; i++) {
      many[i] = new MetricValue("m" + i, new Value.Int(i));
    }
    world.send(mine, World.message("many", World.reading("many", NOW_MICROS - SECOND, many)));
    HttpResponse<String> refused =
        world.api.get(DEVICES + "many/series?interval=1h&aggregate=max", token);
    Api.assertProblem("invalid-request", 400, refused);
    assertTrue(refused.body().contains("name some metrics"), refused.body());
    assertEquals(
        List.of("m7 max [1772352000000] [7]"),
        lines(get("many", "interval=1h&aggregate=max&metrics=m7")));
  }

  @Test
  void anUnknownDeviceIs404AndASilentOneIsEmpty() {
    world.device(mine, "silent");
    assertEquals(List.of(), lines(get("silent", "interval=1h")));
    assertEquals(List.of(), lines(get("silent", "points=100")));
    for (String query : List.of("interval=1h", "points=10", "aggregate=sum")) {
      Api.assertProblem("not-found", 404, world.api.get(DEVICES + "nobody/series?" + query, token));
      Api.assertProblem(
          "not-found", 404, world.api.get(DEVICES + "no%20id/series?" + query, token));
    }
  }

  // --- all devices together -------------------------------------------------------------------

  @Test
  void allDevicesOfAnEnterpriseTogether() {
    EnterpriseId plant = world.enterprise("plant");
    String viewer = world.token(plant, Role.VIEWER);
    for (int minute = 0; minute < 60; minute += 20) {
      long micros = millis("2026-03-01T14:%02d:00+08:00".formatted(minute)) * 1000;
      world.send(plant, World.reading("meter-1", micros, "energy", new Value.Int(100 + minute)));
      world.send(plant, World.reading("meter-2", micros, "energy", new Value.Int(5)));
    }
    long later = millis("2026-03-01T15:10:00+08:00") * 1000;
    world.send(plant, World.reading("meter-2", later, "energy", new Value.Int(9)));
    String path = "/v1/enterprises/plant/series?metrics=energy&from=2026-03-01T14:00:00%2B08:00";
    JsonObject answer =
        world.api.json(200, path + "&interval=1h&aggregate=delta,count,avg,max", viewer);
    String hours = " [1772344800000,1772348400000] ";
    assertEquals(
        List.of(
            "energy delta" + hours + "[40,0]",
            "energy count" + hours + "[6,1]",
            "energy avg" + hours + "[62.5,9.0]",
            "energy max" + hours + "[140,9]"),
        lines(answer));
    assertEquals("plant", answer.getString("enterprise"));
    assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
    HttpResponse<String> csv = world.api.get(path + "&aggregate=sum", viewer, "Accept", "text/csv");
    assertEquals("metric,aggregate,time,value\r\nenergy,sum,1772344800000,384\r\n", csv.body());
  }

  @Test
  void whatIsOfOneDeviceIsRefusedOfAll() {
    String path = "/v1/enterprises/mine/series?";
    for (String query : List.of("aggregate=first", "interval=1h&aggregate=twa", "points=5")) {
      JsonObject problem = world.api.json(400, path + query, token);
      assertTrue(problem.encode().contains("device"), problem.encode());
    }
  }

  private void send(String device, String time, String metric, Value value) {
    long micros = millis(time) * 1000;
    world.send(mine, World.reading(device, micros, metric, value));
  }

  private static long millis(String time) {
    Instant instant = OffsetDateTime.parse(time).toInstant();
    return instant.toEpochMilli();
  }

  private JsonObject get(String device, String query) {
    return world.api.json(200, DEVICES + device + "/series?" + query, token);
  }

  /** A series a line. */
  private static List<String> lines(JsonObject answer) {
    return answer.getJsonArray("series").stream()
        .map(JsonObject.class::cast)
        .map(
            series ->
                series.getString("metric")
                    + " "
                    + series.getString("aggregate")
                    + " "
                    + series.getJsonArray("times").encode()
                    + " "
                    + series.getJsonArray("values").encode())
        .toList();
  }
}
