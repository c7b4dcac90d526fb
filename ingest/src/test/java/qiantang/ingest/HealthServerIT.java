package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Health and metrics over real sockets. */
class HealthServerIT {
  // Only a server that never answers meets it.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private List<Readiness.Check> checks = List.of(new Readiness.Check("journal", true, ""));
  private final HealthServer server =
      new HealthServer(
          List.of(InetAddress.ofLiteral("127.0.0.1")), 0, () -> checks, () -> "a_total 1.0\n");
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void readinessHasTheShapeOfTheApis() throws Exception {
    assertEquals("{\"status\":\"up\"}", send("GET", "/health/live").body());
    HttpResponse<String> ready = send("GET", "/health/ready");
    assertEquals(200, ready.statusCode());
    assertEquals(
        "{\"status\":\"up\",\"checks\":[{\"name\":\"journal\",\"status\":\"up\",\"detail\":\"\"}]}",
        ready.body());
    checks = List.of(checks.getFirst(), new Readiness.Check("store", false, "it is \"away\""));
    ready = send("GET", "/health/ready");
    assertEquals(503, ready.statusCode());
    String down = "{\"name\":\"store\",\"status\":\"down\",\"detail\":\"it is \\\"away\\\"\"}]}";
    assertTrue(ready.body().endsWith(down), ready.body());
    assertTrue(ready.body().startsWith("{\"status\":\"down\""), ready.body());
  }

  @Test
  void unknownPathsAreAProblem() throws Exception {
    for (String path : List.of("/", "/metricsandmore", "/metrics/x", "/health", "/v1/me")) {
      for (String method : List.of("GET", "POST")) {
        problem(404, "not-found", send(method, path));
      }
    }
  }

  @Test
  void otherMethodsAreAProblemThatSaysWhichAreAllowed() throws Exception {
    for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
      for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
        HttpResponse<String> response = send(method, path);
        problem(405, "method-not-allowed", response);
        assertEquals("GET, HEAD, OPTIONS", header(response, "Allow"));
      }
      HttpResponse<String> options = send("OPTIONS", path);
      assertEquals(204, options.statusCode());
      assertEquals("GET, HEAD, OPTIONS", header(options, "Allow"));
    }
  }

  @Test
  void headAnswersLikeGetWithoutItsBody() throws Exception {
    HttpResponse<String> head = send("HEAD", "/metrics");
    HttpResponse<String> get = send("GET", "/metrics");
    assertEquals("a_total 1.0\n", get.body());
    assertEquals("", head.body());
    assertEquals(get.statusCode(), head.statusCode());
    for (String name : List.of("Content-Type", "Content-Length")) {
      assertEquals(header(get, name), header(head, name));
    }
  }

  @Test
  void whoSendsHalfARequestKeepsNobodyWaitingAndIsCut() throws Exception {
    try (Socket half = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
      half.setSoTimeout(60_000);
      half.getOutputStream().write("GET /health/li".getBytes(UTF_8));
      assertEquals(200, send("GET", "/health/live").statusCode());
      assertEquals(-1, half.getInputStream().read());
    }
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    String body = method.startsWith("P") ? "{}" : "";
    return client.send(
        HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.ofString(body))
            .timeout(PATIENCE)
            .build(),
        BodyHandlers.ofString(UTF_8));
  }

  private static void problem(int status, String slug, HttpResponse<String> response) {
    assertEquals(status, response.statusCode());
    assertEquals("application/problem+json", header(response, "Content-Type"));
    assertTrue(response.body().startsWith("{\"type\":\"/problems/" + slug), response.body());
    assertTrue(response.body().contains("\"status\":" + status + ","), response.body());
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
