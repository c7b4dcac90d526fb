package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.query.World.NOW_MICROS;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.access.Scope;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** Aggregates across devices, against what each device's own raw series says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AggregateIT {
  private static final String QUERY = "/v1/enterprises/mine/aggregate:query";
  private static final int DEVICES = 12;
  private static final long HOUR = 3_600_000L;
  private static final long NOW = NOW_MICROS / 1000;
  private static final long BEGIN = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final EnterpriseId other = world.enterprise("other");
  private final String token = world.token(mine, Role.VIEWER);

  /** A device and what the reference knows of it. */
  private record Machine(String id, String factory, String line, String model) {}

  private final List<Machine> machines = new ArrayList<>();

  @BeforeAll
  void send() {
    Random random = new Random(99);
    for (int i = 0; i < DEVICES; i++) {
      Machine machine =
          new Machine("d" + i, "f" + i % 2, i % 3 == 0 ? "" : "l" + i % 3, "m" + i % 4);
      machines.add(machine);
      register(mine, machine);
      for (int minute = 0; minute < 8 * 60; minute += 1 + random.nextInt(20)) {
        if (i == 3 && minute < 200) {
          continue;
        }
        long time = BEGIN * 1000 + minute * 60_000_000L + random.nextInt(60_000_000);
        world.send(
            mine, World.reading("d" + i, time, "level", new Value.Real(random.nextInt(80) / 8.0)));
        world.send(
            mine, World.reading("d" + i, time, "meter", new Value.Int(minute % 190 * (i + 1L))));
      }
    }
    // The same names, places and times of somebody else.
    register(other, new Machine("d1", "f1", "l1", "m1"));
    world.send(other, World.reading("d1", BEGIN * 1000 + 1, "level", new Value.Real(1_000_000)));
  }

  private void register(EnterpriseId enterprise, Machine machine) {
    world.registry.createDevice(
        new Device(
            enterprise,
            new DeviceId(machine.id),
            machine.id,
            Device.Kind.DEVICE,
            null,
            machine.model,
            machine.factory,
            machine.line,
            false,
            World.NOW));
  }

  @AfterAll
  void close() {
    world.close();
  }

  // --- against the raw series -------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatIsToldIsWhatTheSamplesSay(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 25; i++) {
      long from = BEGIN + random.nextInt(4) * HOUR / 2;
      JsonObject body =
          new JsonObject()
              .put("metric", random.nextBoolean() ? "level" : "meter")
              .put("from", from)
              .put("to", from + 1 + random.nextLong(6 * HOUR))
              .put("tz", "UTC")
              .put("interval", List.of("1h", "30m", "2h").get(random.nextInt(3)))
              .put("of", List.of("avg", "max", "delta", "last", "count").get(random.nextInt(5)))
              .put("aggregate", List.of("sum", "avg", "min", "max", "count"));
      @Nullable String by =
          List.of("", "factory", "line", "model", "device").get(random.nextInt(5));
      if (!by.isEmpty()) {
        body.put("by", by);
      }
      Predicate<Machine> chosen = choose(random, body);
      assertEquals(
          expected(body, by, chosen), told(ask(token, body)), "seed " + seed + ": " + body);
    }
  }

  private static Predicate<Machine> choose(Random random, JsonObject body) {
    return switch (random.nextInt(5)) {
      case 0 -> {
        body.put("subtree", new JsonObject().put("factory", "f1"));
        yield machine -> machine.factory.equals("f1");
      }
      case 1 -> {
        body.put("subtree", new JsonObject().put("factory", "f1").put("line", "l1"));
        yield machine -> machine.factory.equals("f1") && machine.line.equals("l1");
      }
      case 2 -> {
        body.put("subtree", new JsonObject().put("devices", List.of("d1", "d4", "nobody")));
        yield machine -> List.of("d1", "d4").contains(machine.id);
      }
      case 3 -> {
        body.put("model", "m2");
        yield machine -> machine.model.equals("m2");
      }
      default -> machine -> true;
    };
  }

  /** One device's interval: its number, and the sum and number of its samples. */
  private record Cell(double number, double sum, int samples) {}

  private Map<String, String> expected(JsonObject body, String by, Predicate<Machine> chosen) {
    Map<String, List<Cell>> cells = new TreeMap<>();
    for (Machine machine : machines) {
      if (!chosen.test(machine)) {
        continue;
      }
      String set =
          switch (by) {
            case "factory" -> machine.factory;
            case "line" -> machine.factory + "/" + machine.line;
            case "model" -> machine.model;
            case "device" -> machine.id;
            default -> "mine";
          };
      cells(machine.id, body)
          .forEach(
              (begin, cell) ->
                  cells.computeIfAbsent(set + " " + begin, key -> new ArrayList<>()).add(cell));
    }
    Map<String, String> expected = new TreeMap<>();
    cells.forEach(
        (key, some) -> {
          double sum = some.stream().mapToDouble(Cell::number).sum();
          double avg =
              body.getString("of").equals("avg")
                  ? some.stream().mapToDouble(Cell::sum).sum()
                      / some.stream().mapToInt(Cell::samples).sum()
                  : sum / some.size();
          put(expected, key + " sum", sum);
          put(expected, key + " avg", avg);
          put(expected, key + " min", some.stream().mapToDouble(Cell::number).min().orElse(0));
          put(expected, key + " max", some.stream().mapToDouble(Cell::number).max().orElse(0));
          put(expected, key + " count", some.size());
        });
    return expected;
  }

  private static void put(Map<String, String> into, String key, double value) {
    into.put(key, "%.6f".formatted(value));
  }

  private Map<Long, Cell> cells(String device, JsonObject body) {
    long step = body.getString("interval").equals("30m") ? HOUR / 2 : HOUR;
    step = body.getString("interval").equals("2h") ? 2 * HOUR : step;
    JsonArray series =
        world
            .api
            .json(
                200,
                "/v1/enterprises/mine/devices/%s/series?metrics=%s&from=%d&to=%d"
                    .formatted(
                        device, body.getString("metric"), body.getLong("from"), body.getLong("to")),
                token)
            .getJsonArray("series");
    Map<Long, List<Double>> samples = new TreeMap<>();
    if (!series.isEmpty()) {
      JsonArray times = series.getJsonObject(0).getJsonArray("times");
      JsonArray values = series.getJsonObject(0).getJsonArray("values");
      for (int i = 0; i < times.size(); i++) {
        long begin = Math.floorDiv(times.getDouble(i).longValue(), step) * step;
        samples.computeIfAbsent(begin, key -> new ArrayList<>()).add(values.getDouble(i));
      }
    }
    Map<Long, Cell> cells = new TreeMap<>();
    samples.forEach((begin, some) -> cells.put(begin, cell(body.getString("of"), some)));
    return cells;
  }

  private static Cell cell(String of, List<Double> samples) {
    double sum = samples.stream().mapToDouble(Double::doubleValue).sum();
    double resets = 0;
    for (int i = 1; i < samples.size(); i++) {
      resets += samples.get(i) < samples.get(i - 1) ? samples.get(i - 1) : 0;
    }
    double number =
        switch (of) {
          case "avg" -> sum / samples.size();
          case "max" -> samples.stream().max(Comparator.naturalOrder()).orElseThrow();
          case "delta" -> samples.getLast() - samples.getFirst() + resets;
          case "last" -> samples.getLast();
          case "count" -> samples.size();
          default -> throw new AssertionError(of);
        };
    return new Cell(number, sum, samples.size());
  }

  private static Map<String, String> told(JsonObject answer) {
    Map<String, String> told = new TreeMap<>();
    for (Object one : answer.getJsonArray("items")) {
      JsonObject item = (JsonObject) one;
      String factory = item.getString("factory");
      String set = (factory == null ? "" : factory + "/") + item.getString("id");
      for (Object series : item.getJsonArray("series")) {
        JsonObject object = (JsonObject) series;
        JsonArray times = object.getJsonArray("times");
        for (int i = 0; i < times.size(); i++) {
          put(
              told,
              set + " " + times.getLong(i) + " " + object.getString("aggregate"),
              object.getJsonArray("values").getDouble(i));
        }
      }
    }
    return told;
  }

  // --- what is told besides ---------------------------------------------------------------------

  @Test
  void oneSetOfAllIsTheSameByTotalsAndByDevices() {
    for (String of : List.of("avg", "sum", "count", "min", "max", "delta")) {
      JsonObject body = hours("level").put("of", of);
      JsonObject totals = ask(token, body);
      JsonObject devices =
          ask(token, body.copy().put("subtree", new JsonObject().put("devices", all())));
      assertEquals(told(totals), told(devices), of);
      assertNull(totals.getInteger("counted"));
      assertEquals(DEVICES, totals.getInteger("devices"));
      assertEquals(DEVICES, devices.getInteger("counted"));
    }
  }

  private List<String> all() {
    return machines.stream().map(Machine::id).toList();
  }

  @Test
  void theLargestSetsComeFirst() {
    JsonObject body = hours("meter").put("of", "delta").put("by", "device");
    Map<String, Double> sums = new HashMap<>();
    for (Object one : ask(token, body).getJsonArray("items")) {
      JsonObject item = (JsonObject) one;
      JsonArray values = item.getJsonArray("series").getJsonObject(0).getJsonArray("values");
      double sum = values.stream().mapToDouble(value -> ((Number) value).doubleValue()).sum();
      sums.put(item.getString("id"), sum);
    }
    List<String> expected =
        sums.keySet().stream()
            .sorted(Comparator.comparingDouble(id -> -sums.getOrDefault(id, 0.0)))
            .limit(4)
            .toList();
    JsonObject top = ask(token, body.put("topK", 4));
    assertEquals(expected, ids(top));
    assertEquals(DEVICES, top.getInteger("sets"));
    assertEquals(DEVICES, top.getInteger("counted"));
  }

  @Test
  void devicesWithoutNumbersAreAskedButDoNotCount() {
    JsonObject answer =
        ask(token, hours("nothing").put("by", "factory").put("aggregate", List.of("max")));
    assertEquals(List.of("f0", "f1"), ids(answer));
    assertEquals(DEVICES, answer.getInteger("devices"));
    assertEquals(0, answer.getInteger("counted"));
    assertTrue(answer.getJsonObject("completeness").getBoolean("complete"));
  }

  // --- who sees what ----------------------------------------------------------------------------

  @Test
  void anApplicationOfAPartSeesThatPartAlone() {
    String application =
        world.token(
            mine,
            Role.APPLICATION,
            "app",
            new Bounds(null, Set.of(Scope.READ), new Subtree("f0", null, Set.of())));
    JsonObject answer = ask(application, hours("level").put("by", "device"));
    assertEquals(
        machines.stream().filter(it -> it.factory.equals("f0")).map(Machine::id).sorted().toList(),
        ids(answer));
    assertEquals(DEVICES / 2, answer.getInteger("devices"));
    JsonObject none =
        ask(
            application,
            hours("level").put("subtree", new JsonObject().put("devices", List.of("d1", "no"))));
    assertEquals(0, none.getInteger("devices"));
    assertEquals(Map.of(), told(none));
  }

  @Test
  void aGrantOfAggregatesLetsWholeIntervalsOfItsLengthAndItsPart() {
    world.grant(
        mine,
        "g-f1",
        new Party(Party.Kind.PLATFORM, "textile"),
        new Subtree("f1", null, Set.of()),
        Set.of("level"),
        3600);
    String platform = world.platform("textile");
    JsonObject body = hours("level");
    body.remove("tz");
    JsonObject answer = ask(platform, body.copy().put("to", NOW));
    assertEquals(DEVICES / 2, answer.getInteger("devices"));
    // 16:00:30 in Shanghai: the hour that goes on is not told, nor half of one at the beginning.
    assertEquals(NOW / HOUR * HOUR, answer.getLong("to"));
    assertEquals(
        told(ask(token, body.copy().put("subtree", new JsonObject().put("factory", "f1")))),
        told(answer));
    assertEquals(List.of("g-f1"), answer.getJsonObject("access").getJsonArray("grants").getList());
    for (JsonObject refused :
        List.of(
            body.copy().put("interval", "30m"),
            body.copy().put("metric", "meter"),
            body.copy().put("tz", "UTC"),
            body.copy().putNull("interval"))) {
      Api.assertProblem("not-granted", 403, world.api.post(QUERY, platform, refused));
    }
    JsonObject others =
        ask(platform, body.copy().put("subtree", new JsonObject().put("factory", "f0")));
    assertEquals(0, others.getInteger("devices"));
  }

  @Test
  void aGrantOfTheWholeTellsAllTogether() {
    world.grant(
        mine, "g-all", new Party(Party.Kind.PLATFORM, "supet"), Subtree.ALL, Set.of(), 3600);
    JsonObject body = hours("level");
    body.remove("tz");
    JsonObject answer = ask(world.platform("supet"), body);
    assertNull(answer.getInteger("counted"));
    assertEquals(told(ask(token, body)), told(answer));
  }

  @Test
  void anEnterpriseNeverCountsAnothers() {
    JsonObject body = hours("level").put("of", "max").put("by", "device");
    JsonObject answer =
        world.api.posted(
            200, "/v1/enterprises/other/aggregate:query", world.token(other, Role.VIEWER), body);
    assertEquals(List.of("d1"), ids(answer));
    assertEquals(Set.of("1000000.000000"), Set.copyOf(told(answer).values()));
    assertTrue(told(ask(token, body)).values().stream().noneMatch(it -> it.startsWith("1000000")));
  }

  // --- what is wrong ----------------------------------------------------------------------------

  @Test
  void whatIsWrongIsPointedAt() {
    assertEquals(List.of("/metric"), pointers(new JsonObject()));
    assertEquals(List.of("/by"), pointers(hours("m").put("by", "room")));
    assertEquals(List.of("/of"), pointers(hours("m").put("of", "median")));
    assertEquals(
        List.of("/aggregate/1"), pointers(hours("m").put("aggregate", List.of("sum", "twa"))));
    assertEquals(List.of("/topK"), pointers(hours("m").put("topK", 3)));
    assertEquals(List.of("/topK"), pointers(hours("m").put("by", "line").put("topK", 0)));
    assertEquals(
        List.of("/subtree/line"),
        pointers(hours("m").put("subtree", new JsonObject().put("line", "l1"))));
    assertEquals(List.of("/interval"), pointers(hours("m").put("interval", "1s")));
    assertEquals(List.of("/fill"), pointers(hours("m").put("fill", 0)));
  }

  private List<String> pointers(JsonObject body) {
    HttpResponse<String> response = world.api.post(QUERY, token, body);
    Api.assertProblem("invalid-request", 400, response);
    return World.json(response).getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  private static JsonObject hours(String metric) {
    return new JsonObject()
        .put("metric", metric)
        .put("from", BEGIN)
        .put("to", BEGIN + 8 * HOUR)
        .put("tz", "UTC")
        .put("interval", "1h");
  }

  private static List<String> ids(JsonObject answer) {
    return answer.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("id"))
        .toList();
  }

  private JsonObject ask(String by, JsonObject body) {
    return world.api.posted(200, QUERY, by, body);
  }
}
