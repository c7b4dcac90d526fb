package qiantang.standalone.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Grants, links and the audit, against an API that answers the same to everything. */
class GrantsCommandIT {
  private static final String ANSWER =
      "{\"id\":\"g1\",\"grantee\":{\"kind\":\"platform\",\"id\":\"textile\"},\"state\":\"live\","
          + "\"until\":5,\"purpose\":\"p\",\"path\":\"/login#s\",\"whole\":false,\"lines\":3,"
          + "\"faults\":[{\"line\":\"l1\",\"detail\":\"it was changed\"}],"
          + "\"chains\":[{\"chain\":\"c1\",\"lines\":3,\"digest\":\"d\"}],"
          + "\"items\":[{\"id\":\"i1\",\"at\":0,\"actor\":{\"party\":\"operator\",\"name\":\"n\"},"
          + "\"action\":\"read\",\"object\":\"o\",\"outcome\":\"200\",\"count\":2,"
          + "\"grant\":\"g1\",\"address\":\"::1\"}],\"next\":null}";

  private final List<String> requests = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private HttpServer api;

  @BeforeEach
  void serve() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void aGrantIsMadeOfItsOptions() throws IOException {
    assertEquals(
        0,
        run(
            "grants",
            "--enterprise=acme",
            "--to=platform:textile",
            "--factory=f",
            "--line=l",
            "--device=d1",
            "--device=d2",
            "--metric=m",
            "--aggregates=60",
            "--purpose=p",
            "--until=2030-01-01T00:00:00Z"));
    String request = requests.getFirst();
    String path = "POST /v1/enterprises/acme/grants ";
    assertTrue(request.startsWith(path), request);
    JsonNode body = new ObjectMapper().readTree(request.substring(path.length()));
    JsonNode expected =
        new ObjectMapper()
            .readTree(
                "{\"grantee\":{\"kind\":\"platform\",\"id\":\"textile\"},"
                    + "\"subtree\":{\"factory\":\"f\",\"line\":\"l\",\"devices\":[\"d1\",\"d2\"]},"
                    + "\"metrics\":[\"m\"],\"action\":\"aggregate\",\"leastIntervalSeconds\":60,"
                    + "\"purpose\":\"p\",\"until\":\"2030-01-01T00:00:00Z\"}");
    assertEquals(expected, body);
    assertEquals("g1\tplatform:textile\tlive\t5\tp", out.toString().strip());
  }

  @Test
  void whatAGrantNeedsIsSaid() {
    assertEquals(2, run("grants", "--enterprise=acme", "--to=platform:textile"));
    assertEquals(2, run("grants", "--enterprise=acme", "--to=textile", "--purpose=p", "--until=x"));
    assertEquals(List.of(), requests);
  }

  @Test
  void usesAndRevocationAreOfOneGrant() {
    assertEquals(0, run("grants", "--enterprise=acme", "--uses=g1"));
    assertEquals(
        "1970-01-01T00:00:00Z\toperator\tn\tread\to\t200\t2\tg1\t::1", out.toString().strip());
    assertEquals(0, run("grants", "--enterprise=acme", "--revoke=g1"));
    assertEquals(
        List.of(
            "GET /v1/enterprises/acme/grants/g1/uses?limit=1000 ",
            "DELETE /v1/enterprises/acme/grants/g1 "),
        requests);
  }

  @Test
  void aLinkIsPrintedWhole() {
    assertEquals(0, run("link", "--enterprise=acme", "--role=viewer"));
    assertEquals(base() + "/login#s", out.toString().strip());
    assertEquals(List.of("POST /v1/links {\"enterprise\":\"acme\",\"role\":\"viewer\"}"), requests);
  }

  @Test
  void anAuditThatIsNotWholeFails() {
    assertEquals(1, run("audit", "--enterprise=acme", "--verify"));
    assertEquals(List.of("GET /v1/audit/verify?enterprise=acme "), requests);
    assertEquals(
        List.of("l1\tit was changed", "c1\t3\td", "3 lines, NOT WHOLE"),
        out.toString().lines().toList());
  }

  private String base() {
    return "http://127.0.0.1:" + api.getAddress().getPort();
  }

  private int run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--token=t", "--http=" + base()));
    return new CommandLine(new AdminCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(new StringWriter()))
        .execute(all.toArray(String[]::new));
  }
}
