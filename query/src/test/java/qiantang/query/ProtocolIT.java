package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/** HTTP itself: methods, paths, bodies, headers and cursors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProtocolIT {
  private static final String DEVICES = "/v1/enterprises/mine/devices";

  private final World world = new World();
  private final EnterpriseId mine = world.enterprise("mine");
  private final String admin = world.token(mine, Role.ADMIN);

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void unknownPathsAre404() {
    for (String path :
        List.of(
            "/v1", "/v1/", "/v2/me", "/v1/nothing", "/nothing", DEVICES + "/d/e/f", "/%2e%2e/x")) {
      Api.assertProblem("not-found", 404, world.api.get(path, admin));
      Api.assertProblem("not-found", 404, world.api.send("POST", path, null, "{}"));
    }
  }

  @Test
  void whatCannotBeDecodedIs400() throws IOException {
    for (String path :
        List.of(
            "/v1/%zz", "/v1/enterprises/%z", "/v1/me?x=%zz", "/?%", "/v1/me?x=%ff", "/v1/me?%C3")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.query().port())) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(UTF_8));
        String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("/problems/invalid-request"), answer);
      }
    }
  }

  @Test
  void whatIsTooLongSaysSo() throws IOException {
    String x = "x".repeat(20_000);
    assertTooLong("GET /v1/me?" + x + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri-too-long");
    assertTooLong("GET / HTTP/1.1\r\nHost: x\r\nX: " + x + "\r\n\r\n", 431, "headers-too-large");
    assertTooLong("rubbish\r\n\r\n", 400, "invalid-request");
  }

  private void assertTooLong(String request, int status, String slug) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.query().port())) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      // Of a version that could not be read Netty makes 1.0.
      assertTrue(answer.matches("(?s)HTTP/1\\.[01] " + status + " .*"), answer);
      assertTrue(answer.toLowerCase(Locale.ROOT).contains("application/problem+json"), answer);
      assertTrue(answer.contains("/problems/" + slug), answer);
    }
  }

  /** Nothing in it says where it ends: what a node wrote that died looks whole. */
  @Test
  void aTableInHttp10IsRefused() throws IOException {
    world.device(mine, "table");
    String path = DEVICES + "/table/series";
    String refused = inHttp10(path, "text/csv");
    assertTrue(refused.contains("/problems/not-acceptable"), refused);
    String answer = inHttp10(path, "application/json");
    assertTrue(answer.matches("(?s)HTTP/1\\.[01] 200 .*"), answer);
  }

  private String inHttp10(String path, String type) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.query().port())) {
      String request =
          "GET %s HTTP/1.0\r\nAuthorization: Bearer %s\r\nAccept: %s\r\n\r\n"
              .formatted(path, admin, type);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void otherMethodsAre405AndSayWhichAreAllowed() {
    for (String method : List.of("PUT", "PATCH", "DELETE")) {
      HttpResponse<String> response = world.api.send(method, DEVICES, admin, "{}");
      Api.assertProblem("method-not-allowed", 405, response);
      assertEquals(
          Set.of("GET", "HEAD", "POST", "OPTIONS"),
          Set.of(Api.header(response, "Allow").split(", ")));
    }
    for (String method : List.of("PUT", "POST")) {
      Api.assertProblem(
          "method-not-allowed", 405, world.api.send(method, DEVICES + "/d1", admin, null));
    }
    HttpResponse<String> options = world.api.send("OPTIONS", "/v1/me", null, null);
    assertEquals(204, options.statusCode());
    assertEquals("GET, HEAD, OPTIONS", Api.header(options, "Allow"));
  }

  @Test
  void headAnswersLikeGetWithoutItsBody() {
    for (String path : List.of("/", "/v1/me", DEVICES)) {
      HttpResponse<String> head = world.api.send("HEAD", path, admin, null);
      HttpResponse<String> get = world.api.get(path, admin);
      assertEquals(200, head.statusCode());
      assertEquals("", head.body());
      assertEquals(Api.header(get, "Content-Type"), Api.header(head, "Content-Type"));
    }
    assertEquals(401, world.api.send("HEAD", "/v1/me", null, null).statusCode());
  }

  @Test
  void bodiesMustBeSmallJsonObjects() {
    Api.assertProblem(
        "unsupported-media-type", 415, world.api.send("POST", DEVICES, admin, "{\"id\":\"a\"}"));
    String plain = "application/json";
    Api.assertProblem(
        "unsupported-media-type",
        415,
        world.api.send(
            "POST", DEVICES, admin, "{}", "Content-Type", plain, "Content-Encoding", "gzip"));
    Api.assertProblem(
        "unauthorized",
        401,
        world.api.get(DEVICES, admin, "Authorization", "Bearer " + world.operator));
    Api.assertProblem(
        "unsupported-media-type",
        415,
        world.api.send(
            "POST", DEVICES, admin, "id=a", "Content-Type", "application/x-www-form-urlencoded"));
    for (String body :
        List.of("", "[]", "7", "null", "\"x\"", "{", "{}{}", "{\"id\":NaN}", "[".repeat(100_000))) {
      Api.assertProblem("invalid-request", 400, post(body));
    }
    for (int turn = 0; turn < 2; turn++) { // both versions of HTTP
      Api.assertProblem("body-too-large", 413, post("{\"id\":\"" + "x".repeat(1 << 20) + "\"}"));
    }
    Api.assertProblem("invalid-request", 400, post("{\"id\":\"" + "x".repeat(1 << 19) + "\"}"));
    assertEquals(200, world.api.get("/v1/me", admin).statusCode());
  }

  @Test
  void aMemberThatIsGivenTwiceIsNamed() {
    String body =
        "{'devices':[{'id':'twice'},{'id':'a','id':'b','a/b':1,'a/b':{'x':[1]}}],'devices':[]}"
            .replace('\'', '"');
    HttpResponse<String> response = post(body);
    Api.assertProblem("invalid-request", 400, response);
    List<String> pointers =
        World.json(response).getJsonArray("errors").stream()
            .map(error -> ((JsonObject) error).getString("pointer"))
            .toList();
    assertEquals(List.of("/devices/1/id", "/devices/1/a~1b", "/devices"), pointers);
    Api.assertProblem("not-found", 404, world.api.get(DEVICES + "/twice", admin));
    assertEquals(
        201, post("{\"devices\":[{\"id\":\"once\"},{\"id\":\"once-more\"}]}").statusCode());
  }

  @Test
  void whatIsNoJsonIsToldInOurWordsWithItsPlace() {
    for (String body : List.of("{\n \"id\":NaN}", "{\n \"id\":", "{\n \"id\":'x'}", "{}\n x")) {
      String detail = World.json(post(body)).getString("detail");
      assertTrue(detail.contains("near line 2, column "), detail);
      // The parser would recommend its settings (JsonReadFeature.ALLOW_...) to a stranger.
      assertTrue(!detail.contains("Json") && !detail.contains("token"), detail);
    }
    String deep = World.json(post("{\"id\":" + "[".repeat(40) + "]".repeat(40) + "}")).encode();
    assertTrue(deep.contains("32 levels"), deep);
  }

  @Test
  void aBodyIsNotReadBeforeItsSenderIsKnown() {
    String large = "x".repeat(8 << 20);
    Api.assertProblem(
        "unauthorized",
        401,
        world.api.send("POST", DEVICES, null, large, "Content-Type", "application/json"));
  }

  @Test
  void everyAnswerCarriesItsHeaders() {
    for (String path : List.of("/", "/v1/me", "/v1/nothing", "/health/live", "/metrics")) {
      HttpResponse<String> response = world.api.get(path, admin, "X-Request-Id", "my-id.1");
      assertEquals("my-id.1", Api.header(response, "X-Request-Id"), path);
      assertEquals("nosniff", Api.header(response, "X-Content-Type-Options"), path);
      assertTrue(
          Api.header(response, "Content-Security-Policy").startsWith("default-src 'none'"), path);
      String cached =
          switch (path) {
            case "/" -> "no-cache";
            case "/v1/me" -> "private, no-cache";
            case "/v1/nothing" -> "no-store";
            default -> "";
          };
      assertEquals(cached, Api.header(response, "Cache-Control"));
    }
    String made =
        Api.header(world.api.get("/v1/me", admin, "X-Request-Id", "no id"), "X-Request-Id");
    assertTrue(made.matches("[0-9a-f-]{36}"), made);
  }

  @Test
  void metricsNameRoutesAndNeverPaths() {
    world.api.get(DEVICES + "/secret-device", admin);
    world.api.get("/secret-path", null);
    String metrics = world.api.get("/metrics", null).body();
    assertTrue(
        metrics.contains("route=\"/v1/enterprises/{enterprise}/devices/{device}\""), metrics);
    assertTrue(metrics.contains("route=\"none\""), metrics);
    assertTrue(metrics.contains("jvm_memory_used_bytes"), metrics);
    assertTrue(!metrics.contains("secret"), metrics);
  }

  @Test
  void cursorsOfOthersAreRefused() {
    for (int i = 0; i < 3; i++) {
      world.device(mine, "cursor-" + i);
    }
    String cursor = world.api.json(200, DEVICES + "?limit=1", world.operator).getString("next");
    assertEquals(200, world.api.get(DEVICES + "?cursor=" + cursor, world.operator).statusCode());
    for (String other :
        List.of(
            "", "x", cursor + "A", cursor.substring(1), cursor + "%3D", "MQ", "MTpkOg", "%00")) {
      Api.assertProblem(
          "invalid-request", 400, world.api.get(DEVICES + "?cursor=" + other, world.operator));
    }
    EnterpriseId neighbour = world.enterprise("neighbour");
    for (String other :
        List.of(
            "/v1/enterprises?cursor=",
            "/v1/enterprises/mine/latest?cursor=",
            "/v1/enterprises/neighbour/devices?cursor=",
            DEVICES + "?kind=device&cursor=",
            DEVICES + "?sort=name&cursor=")) {
      HttpResponse<String> refused = world.api.get(other + cursor, world.operator);
      Api.assertProblem("invalid-request", 400, refused);
      assertTrue(refused.body().contains("of another question"), refused.body());
    }
    world.token(mine, Role.VIEWER);
    String ofTokens = world.api.json(200, "/v1/tokens?limit=1", admin).getString("next");
    assertEquals(200, world.api.get("/v1/tokens?cursor=" + ofTokens, admin).statusCode());
    String theirs = world.token(neighbour, Role.ADMIN);
    Api.assertProblem(
        "invalid-request", 400, world.api.get("/v1/tokens?cursor=" + ofTokens, theirs));
    assertEquals(
        200, world.api.get(DEVICES + "?limit=2&cursor=" + cursor, world.operator).statusCode());
  }

  @Test
  void aCursorGoesOnWithItsOwnTimesAlone() {
    world.device(mine, "times");
    for (int i = 0; i < 3; i++) {
      world.send(mine, World.reading("times", World.NOW_MICROS - i, "m", new Value.Int(i)));
    }
    String series = DEVICES + "/times/series?";
    String first = series + "from=0&limit=1&to=2027-01-01T00:00:00Z";
    String cursor = "&cursor=" + world.api.json(200, first, admin).getString("next");
    assertEquals(200, world.api.get(first + cursor, admin).statusCode());
    String reordered = series + "to=2027-01-01T00:00:00Z&from=0&limit=2";
    assertEquals(200, world.api.get(reordered + cursor, admin).statusCode());
    for (String changed :
        List.of(first.replace("from=0", "from=1"), first + "&metrics=m", series + "limit=1")) {
      HttpResponse<String> refused = world.api.get(changed + cursor, admin);
      Api.assertProblem("invalid-request", 400, refused);
      assertTrue(refused.body().contains("of another question"), refused.body());
    }
  }

  private HttpResponse<String> post(String body) {
    return world.api.send("POST", DEVICES, admin, body, "Content-Type", "application/json");
  }
}
