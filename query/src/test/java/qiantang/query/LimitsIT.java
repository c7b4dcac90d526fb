package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import qiantang.query.limit.Limits;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Role;

/** What a caller is told that has used up what it may. */
final class LimitsIT {
  private static final Limits WIDE = new Limits(1000, 1000, 1 << 20, 1000_000, 100, 4, 1000);
  private static final String SERIES = "/v1/enterprises/mine/devices/d1/series";
  private static final int SAMPLES = 100;

  private final AtomicLong nanos = new AtomicLong();

  private World world(Limits limits) {
    return world(limits, tables -> tables);
  }

  private World world(Limits limits, UnaryOperator<JournalTables> seenTables) {
    World world =
        new World(config -> config.limitedTo(limits), seenTables, rows -> rows, nanos::get);
    EnterpriseId mine = world.enterprise("mine");
    world.device(mine, "d1");
    world.send(
        mine,
        World.message(
            "d1",
            IntStream.range(0, SAMPLES)
                .mapToObj(
                    i ->
                        World.reading(
                            "d1", World.NOW_MICROS - i, new MetricValue("m", new Value.Int(i))))
                .toArray(Reading[]::new)));
    return world;
  }

  private void pass(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  private static JsonObject refused(String policy, HttpResponse<String> response) {
    Api.assertProblem("rate-limited", 429, response);
    JsonObject problem = World.json(response);
    assertEquals(new JsonArray().add(policy), problem.getJsonArray("violated-policies"));
    assertEquals(
        Api.header(response, "Retry-After"), problem.getInteger("retryAfterSeconds").toString());
    assertTrue(
        Api.header(response, "RateLimit")
            .equals("\"" + policy + "\";r=0;t=" + Api.header(response, "Retry-After")));
    return problem;
  }

  @Test
  void requestsAreCountedByTokenAndByEnterprise() {
    try (World world = world(WIDE.within(6, 1000, 1 << 20, 1000_000))) {
      EnterpriseId mine = new EnterpriseId("mine");
      String token = world.token(mine, Role.VIEWER);
      for (int i = 0; i < 6; i++) {
        HttpResponse<String> response = world.api.get("/v1/me", token);
        assertEquals(200, response.statusCode());
        assertEquals(i < 3 ? "" : "\"requests\";q=6;qu=\"requests\";w=60", policy(response));
        assertEquals(
            i < 3 ? "" : "\"requests\";r=" + (5 - i) + ";t=" + 10 * (i + 1),
            Api.header(response, "RateLimit"));
      }
      HttpResponse<String> seventh = world.api.get("/v1/me", token);
      JsonObject problem = refused("requests", seventh);
      assertEquals(10, problem.getInteger("retryAfterSeconds"));
      assertEquals("\"requests\";q=6;qu=\"requests\";w=60", policy(seventh));
      assertTrue(
          problem
              .getString("detail")
              .startsWith("this token may use 6 requests within 60 s: try again in 10 s"),
          problem.getString("detail"));
      pass(9);
      refused("requests", world.api.get("/v1/me", token));
      pass(1);
      assertEquals(200, world.api.get("/v1/me", token).statusCode());

      // All of the enterprise together may use as much as four of them.
      int let = 0;
      HttpResponse<String> last = seventh;
      for (int i = 0; i < 30; i++) {
        last = world.api.get("/v1/me", world.token(mine, Role.VIEWER));
        let += last.statusCode() == 200 ? 1 : 0;
      }
      assertEquals(24 - 3, let, "of 24; 6 and 1 were used, and 4 of them earned again");
      refused("enterprise-requests", last);
      assertEquals(200, world.api.get("/v1/me", world.operator).statusCode());
      String other = world.token(world.enterprise("other"), Role.VIEWER);
      assertEquals(200, world.api.get("/v1/me", other).statusCode());
      assertTrue(
          world
              .api
              .get("/metrics", null)
              .body()
              .contains("qiantang_http_refused_total{of=\"token\",policy=\"requests\"} 2.0"));
    }
  }

  private static String policy(HttpResponse<String> response) {
    return Api.header(response, "RateLimit-Policy");
  }

  @Test
  void pointsAreValuesOfSamplesAndTheAdviceIsToAskForLess() {
    try (World world = world(WIDE.within(1000, 250, 1 << 20, 1000_000))) {
      String token = world.token(new EnterpriseId("mine"), Role.VIEWER);
      assertEquals(200, world.api.get(SERIES, token).statusCode());
      assertEquals("\"points\";r=50;t=48", Api.header(world.api.get(SERIES, token), "RateLimit"));
      // An answer that was begun is never refused; the next one pays for it.
      assertEquals(200, world.api.get(SERIES, token).statusCode());
      JsonObject problem = refused("points", world.api.get(SERIES, token));
      assertEquals(13, problem.getInteger("retryAfterSeconds"));
      assertTrue(problem.getString("detail").contains("points=1000"));
      refused("points", world.api.get("/v1/me", token));
      pass(13);
      assertEquals(200, world.api.get("/v1/me", token).statusCode());
      assertEquals(200, world.api.get(SERIES + "?aggregate=count", token).statusCode());
    }
  }

  @Test
  void whatIsReadWhileAnAnswerIsSentIsWorkToo() {
    long workMillis = 60_000;
    AtomicLong reads = new AtomicLong();
    AtomicLong millisEach = new AtomicLong();
    UnaryOperator<JournalTables> slow =
        World.reading(
            () -> {
              reads.incrementAndGet();
              nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millisEach.get()));
            });
    try (World world = world(WIDE.within(1000, 1000_000, 1 << 30, workMillis), slow)) {
      EnterpriseId mine = new EnterpriseId("mine");
      JsonArray devices = new JsonArray();
      for (int i = 1; i <= 20; i++) {
        world.device(mine, "d" + i);
        devices.add("d" + i);
      }
      JsonObject all = new JsonObject().put("devices", devices);
      JsonObject one = new JsonObject().put("devices", new JsonArray().add("d1"));
      String path = "/v1/enterprises/mine/series:query";
      String token = world.token(mine, Role.VIEWER);
      world.api.posted(200, path, token, one);
      reads.set(0);
      world.api.posted(200, path, token, one);
      long ofOne = reads.getAndSet(0);
      world.api.posted(200, path, token, all);
      long ofAll = reads.get();
      assertTrue(ofAll > 4 * ofOne, ofOne + " and " + ofAll + " reads");
      // So slow that all are too much within a minute, and one is not.
      millisEach.set(2 * workMillis / ofAll);
      world.api.posted(200, path, token, one);
      world.api.posted(200, path, token, all);
      refused("work", world.api.post(path, token, one));
    }
  }

  @Test
  void questionsAboutManyDevicesCostTheirValuesToo() {
    List<String> devices = List.of("d1");
    Map<String, JsonObject> questions =
        Map.of(
            "latest:batch",
            new JsonObject().put("devices", devices),
            "series:query",
            new JsonObject().put("devices", devices),
            "aggregate:query",
            new JsonObject().put("metric", "m"));
    questions.forEach(
        (question, body) -> {
          try (World world = world(WIDE.within(1000, 1, 1 << 20, 1000_000))) {
            String token = world.token(new EnterpriseId("mine"), Role.VIEWER);
            String path = "/v1/enterprises/mine/" + question;
            assertEquals(200, world.api.post(path, token, body).statusCode(), question);
            refused("points", world.api.post(path, token, body));
          }
        });
  }

  @Test
  void bytesAreCountedBeforeTheyAreCompressed() {
    try (World world = world(WIDE.within(1000, 100_000, 3000, 1000_000))) {
      String token = world.token(new EnterpriseId("mine"), Role.VIEWER);
      int zipped = world.api.zipped(SERIES, token).body().length;
      assertTrue(zipped < 1000, "" + zipped);
      world.api.zipped(SERIES, token);
      refused("bytes", world.api.get(SERIES, token));
      pass(60);
      assertEquals(200, world.api.get(SERIES, token).statusCode());
    }
  }

  @Test
  void whoTriesOutTokensWaitsAndWhoIsKnownGoesOn() {
    Limits limits = new Limits(1000, 1000, 1 << 20, 1000_000, 100, 4, 3);
    try (World world = world(limits)) {
      EnterpriseId mine = new EnterpriseId("mine");
      String known = world.token(mine, Role.VIEWER);
      String guess;
      JsonObject link = new JsonObject().put("secret", guess(mine));
      do { // until the program has heard of changes, it remembers nobody
        pass(60);
        world.api.get("/v1/me", known);
        guess = guess(mine);
        Api.assertProblem("unauthorized", 401, world.api.get("/v1/me", guess));
        Api.assertProblem("unauthorized", 401, world.api.get("/v1/me", guess(mine)));
        Api.assertProblem("link-used", 410, world.api.post("/v1/session", null, link));
      } while (world.api.get("/v1/me", known).statusCode() != 200
          || world.api.get("/v1/me", guess).statusCode() != 401);

      HttpResponse<String> fourth = world.api.get("/v1/me", guess(mine));
      Api.assertProblem("too-many-attempts", 429, fourth);
      assertEquals("20", Api.header(fourth, "Retry-After"));
      assertEquals("\"attempts\";q=3;qu=\"requests\";w=60", policy(fourth));
      Api.assertProblem("too-many-attempts", 429, world.api.post("/v1/session", null, link));
      String valid = world.token(mine, Role.VIEWER);
      Api.assertProblem("too-many-attempts", 429, world.api.get("/v1/me", valid));

      Api.assertProblem("unauthorized", 401, world.api.get("/v1/me", "no form of a token"));
      Api.assertProblem("unauthorized", 401, world.api.get("/v1/me", null));
      pass(20);
      assertEquals(200, world.api.get("/v1/me", valid).statusCode());
    }
  }

  private static String guess(EnterpriseId owner) {
    return AccessToken.draw(owner, new SecureRandom()).text();
  }
}
