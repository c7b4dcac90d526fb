package qiantang.standalone.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** Against an API of two pages. */
class TokensCommandIT {
  private static final String FIRST =
      "{\"items\":[{\"id\":\"t1\",\"enterprise\":\"acme\",\"role\":\"viewer\",\"name\":\"x\"}],"
          + "\"next\":\"c+1\"}";
  private static final String SECOND = "{\"items\":[{\"id\":\"t2\"}],\"next\":null}";

  private final List<String> queries = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private HttpServer api;

  @BeforeEach
  void serve() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/v1/tokens",
        exchange -> {
          try (exchange) {
            queries.add(exchange.getRequestURI().getRawQuery());
            byte[] page = (queries.size() == 1 ? FIRST : SECOND).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
          }
        });
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void theTokensOfOneEnterpriseAreAskedForPageByPage() {
    assertEquals(0, run("--enterprise=acme"));
    assertEquals(
        List.of("enterprise=acme&limit=1000", "enterprise=acme&limit=1000&cursor=c%2B1"), queries);
    assertEquals("t1\tacme\tviewer\tx", out.toString().lines().findFirst().orElse(""));
    assertEquals(2, out.toString().lines().count());
  }

  @Test
  void withoutOneTheyAreTheCallersOwn() {
    assertEquals(0, run());
    assertEquals(List.of("limit=1000", "limit=1000&cursor=c%2B1"), queries);
  }

  private int run(String... options) {
    List<String> words = new ArrayList<>(List.of("tokens", "--token=t"));
    words.add("--http=http://127.0.0.1:" + api.getAddress().getPort());
    words.addAll(List.of(options));
    return new CommandLine(new AdminCommand())
        .setOut(new PrintWriter(out))
        .execute(words.toArray(String[]::new));
  }
}
