package qiantang.sim.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.sim.outcome.Outcome;

class DevicesIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Target.Access ACCESS = new Target.Access("acme", "token");

  private final CountDownLatch later = new CountDownLatch(2);
  private HttpServer server;
  private ApiClient api;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/enterprises/acme/devices", this::answer);
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    api = new ApiClient(uri, Patience.ofAnOutage(Duration.ZERO, _ -> {}));
  }

  @AfterEach
  void stop() {
    api.close();
    server.stop(0);
  }

  @Test
  void tokensComeInTheOrderOfTheDevicesThoughLaterRequestsAreAnsweredFirst() {
    Outcome<List<String>> made = new Devices(api, _ -> {}).make(ACCESS, drafts("d", 1_700));
    List<String> expected = IntStream.range(0, 1_700).mapToObj(i -> "token-of-d" + i).toList();
    assertEquals(new Outcome.Done<>(expected), made);
  }

  @Test
  void aRequestThatIsRefusedFailsAllAndSaysWhy() {
    Outcome<List<String>> made = new Devices(api, _ -> {}).make(ACCESS, drafts("taken", 600));
    Outcome.Failed<?> failed = assertInstanceOf(Outcome.Failed.class, made);
    assertTrue(failed.message().contains("409 it is there already"), failed.message());
  }

  private static List<Devices.Draft> drafts(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Devices.Draft(prefix + i, false, null, "pump"))
        .toList();
  }

  /** The first request is held back until two later ones are there. */
  private void answer(HttpExchange exchange) throws IOException {
    JsonNode devices = JSON.readTree(exchange.getRequestBody()).path("devices");
    String first = devices.path(0).path("id").asText();
    ObjectNode answer = JSON.createObjectNode();
    if (first.startsWith("taken")) {
      answer.put("detail", "it is there already");
    } else if (!first.equals("d0")) {
      later.countDown();
    } else {
      awaitLater();
    }
    ArrayNode items = answer.putArray("items");
    devices.forEach(d -> items.addObject().put("token", "token-of-" + d.path("id").asText()));
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(answer.has("detail") ? 409 : 201, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void awaitLater() throws IOException {
    try {
      if (!later.await(10, TimeUnit.SECONDS)) {
        throw new IOException("the requests come one after the other");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
