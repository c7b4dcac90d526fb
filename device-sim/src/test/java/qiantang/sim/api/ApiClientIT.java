package qiantang.sim.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is asked to come again later comes later, as late as it was told. */
final class ApiClientIT {
  /** What the server answers next: a status, and when to come again. */
  private record Next(int status, String retryAfter) {}

  private final Deque<Next> next = new ArrayDeque<>();
  private final List<Long> pauses = new ArrayList<>();
  private HttpServer server;
  private ApiClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Next answer = next.remove();
          if (!answer.retryAfter.isEmpty()) {
            exchange.getResponseHeaders().add("Retry-After", answer.retryAfter);
          }
          byte[] body = "{\"detail\":\"wait\"}".getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    client =
        new ApiClient(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
            Patience.ofEachQuestion(Duration.ofMinutes(10)),
            pauses::add);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void itWaitsAsLongAsItIsTold() {
    next.add(new Next(429, "13"));
    next.add(new Next(503, ""));
    next.add(new Next(429, "Fri, 31 Dec 1999 23:59:59 GMT"));
    next.add(new Next(200, ""));
    assertInstanceOf(Answer.Ok.class, client.get("/x", "token"));
    assertEquals(List.of(13_000L, 200L, 400L), pauses);
  }

  @Test
  void whatComesAfterItsPatienceIsRefused() {
    next.add(new Next(429, "601"));
    Answer.Refused refused = assertInstanceOf(Answer.Refused.class, client.get("/x", "token"));
    assertEquals(429, refused.status());
    assertTrue(pauses.isEmpty());
  }
}
