package qiantang.standalone.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Against an API that creates all devices of a request or none, as ours does. */
class DevicesCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TreeSet<String> devices = new TreeSet<>();
  private final List<Integer> requests = new ArrayList<>();
  private HttpServer api = server();
  private int failFrom = Integer.MAX_VALUE;
  private String out = "";
  private String err = "";

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void serve() {
    api.createContext("/v1/enterprises/acme/devices", this::answer);
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void aFreshEnterpriseGetsAllWithTheirTokens() {
    assertEquals(0, create(2500));
    assertEquals(2500, out.lines().count());
    assertEquals("p000001\ttoken-of-p000001", out.lines().findFirst().orElse(""));
    assertEquals(List.of(1000, 1000, 500), requests);
    assertEquals("", err);
  }

  @Test
  void whatWasCreatedBeforeAFailureIsToldAndTheSameCommandGoesOn() {
    failFrom = 1001;
    assertEquals(1, create(2500));
    assertEquals(1000, out.lines().count());
    assertTrue(
        err.startsWith("1000 of 2500 devices were created and printed, but then: cannot POST"),
        err);
    assertTrue(err.contains("503"), err);
    assertTrue(err.contains("goes on at p001001"), err);

    failFrom = Integer.MAX_VALUE;
    assertEquals(0, create(2500));
    assertEquals(1500, out.lines().count());
    assertEquals("p001001\ttoken-of-p001001", out.lines().findFirst().orElse(""));
    assertTrue(err.contains("1000 of 2500 devices existed already and were left"), err);
    assertTrue(err.contains("admin credentials"), err);
    assertEquals(1, err.lines().count(), err);
    assertEquals(2500, devices.size());
  }

  @Test
  void aFewThatExistAmongThemAreSkipped() {
    devices.addAll(List.of("p000002", "p001500", "other"));
    assertEquals(0, create(1501));
    assertEquals(1499, out.lines().count());
    assertTrue(err.contains("2 of 1501 devices existed already"), err);
  }

  @Test
  void aRefusalOfTheFirstRequestIsTheApisOwnSentence() {
    failFrom = 1;
    assertEquals(1, create(1));
    assertTrue(err.startsWith("cannot POST /v1/enterprises/acme/devices: 503 "), err);
  }

  private int create(int count) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    requests.clear();
    int code =
        new CommandLine(new AdminCommand())
            .setOut(new PrintWriter(outText))
            .setErr(new PrintWriter(errText))
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> {
                  command.getErr().print(failure.getMessage());
                  return 1;
                })
            .execute(
                "devices",
                "--http=http://127.0.0.1:" + api.getAddress().getPort(),
                "--token=t",
                "--enterprise=acme",
                "--prefix=p",
                "--count=" + count);
    out = outText.toString();
    err = errText.toString();
    return code;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      int status =
          exchange.getRequestMethod().equals("POST")
              ? create(JSON.readTree(exchange.getRequestBody()), answer)
              : list(exchange.getRequestURI().getQuery(), answer);
      byte[] bytes = JSON.writeValueAsBytes(answer);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int create(JsonNode request, ObjectNode answer) {
    List<String> ids = new ArrayList<>();
    request.path("devices").forEach(device -> ids.add(device.path("id").asText()));
    if (devices.size() + 1 >= failFrom) {
      answer.put("title", "The store does not answer").put("detail", "again later");
      return 503;
    }
    if (ids.stream().anyMatch(devices::contains)) {
      answer.put("title", "It exists already").put("detail", "nothing was created");
      return 409;
    }
    requests.add(ids.size());
    ArrayNode items = answer.putArray("items");
    for (String id : ids) {
      devices.add(id);
      items.addObject().put("id", id).put("token", "token-of-" + id);
    }
    return 201;
  }

  /** Pages of 700, to be followed by their cursors. */
  private int list(String query, ObjectNode answer) {
    String after = query.contains("cursor=") ? query.substring(query.indexOf("cursor=") + 7) : "";
    List<String> page = devices.tailSet(after, false).stream().limit(700).toList();
    ArrayNode items = answer.putArray("items");
    page.forEach(id -> items.addObject().put("id", id));
    answer.put("next", page.size() == 700 ? page.getLast() : null);
    return 200;
  }
}
