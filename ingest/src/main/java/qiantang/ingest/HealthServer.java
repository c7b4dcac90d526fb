package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Health and metrics over HTTP, without a token, in the forms that the API has them. The JDK's own
 * server: three answers, nothing in common with the sessions' loops, so that it answers while they
 * are busy. Each request has a thread of its own, for the server waits in it for the rest of a
 * request whose first bytes have come.
 */
final class HealthServer implements AutoCloseable {
  // Names of the module jdk.httpserver, which has no other way to set them.
  private static final String REQUEST_SECONDS_MAX = "sun.net.httpserver.maxReqTime";
  private static final String CONNECTIONS_MAX = "jdk.httpserver.maxConnections";

  static {
    System.setProperty(REQUEST_SECONDS_MAX, "10"); // by default for ever
    System.setProperty(CONNECTIONS_MAX, "1000"); // by default without end
  }

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String PROBLEM_JSON = "application/problem+json";
  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  private static final JsonFactory FACTORY = new JsonFactory();

  /** What is sent back. */
  private record Answer(int status, String type, byte[] body) {}

  /** Writes the members of a JSON object. */
  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator out) throws IOException;
  }

  private final Supplier<List<Readiness.Check>> checks;
  private final Map<String, Supplier<Answer>> answers;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ingest-http-", 0).factory());
  private final List<HttpServer> servers = new ArrayList<>();
  private int port;

  /**
   * Listens on each address.
   *
   * @param checks ready when all are up
   */
  HealthServer(
      List<InetAddress> addresses,
      int port,
      Supplier<List<Readiness.Check>> checks,
      Supplier<String> metrics) {
    this.checks = checks;
    this.port = port;
    answers =
        Map.of(
            "/health/live", () -> json(200, JSON, out -> out.writeStringField("status", "up")),
            "/health/ready", this::ready,
            "/metrics", () -> new Answer(200, TEXT, metrics.get().getBytes(UTF_8)));
    try {
      for (InetAddress address : addresses) {
        listen(address);
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException("cannot listen on HTTP port " + port + ": " + e, e);
    }
  }

  int port() {
    return port;
  }

  private void listen(InetAddress address) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
    server.setExecutor(threads);
    // One context: the server's own take every path that begins like theirs, and every method.
    server.createContext("/", this::handle);
    server.start();
    servers.add(server);
    port = server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    @Nullable Supplier<Answer> found = answers.get(exchange.getRequestURI().getPath());
    Answer answer;
    if (found == null) {
      answer = problem(404, "not-found", "There is no such thing", noPath());
    } else {
      answer =
          switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> found.get();
            case "OPTIONS" -> new Answer(204, JSON, new byte[0]);
            default ->
                problem(
                    405,
                    "method-not-allowed",
                    "This path does not take this method",
                    "it takes " + ALLOWED);
          };
    }
    send(exchange, answer);
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      int length = answer.body().length;
      boolean hasBody = length > 0 && !exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (answer.status() == 204 || answer.status() == 405) {
        exchange.getResponseHeaders().set("Allow", ALLOWED);
      }
      if (length > 0 && !hasBody) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(length));
      }
      exchange.sendResponseHeaders(answer.status(), hasBody ? length : -1);
      if (hasBody) {
        exchange.getResponseBody().write(answer.body());
      }
    }
  }

  private Answer ready() {
    List<Readiness.Check> results = checks.get();
    boolean isReady = results.stream().allMatch(Readiness.Check::isUp);
    return json(
        isReady ? 200 : 503,
        JSON,
        out -> {
          out.writeStringField("status", word(isReady));
          out.writeArrayFieldStart("checks");
          for (Readiness.Check check : results) {
            out.writeStartObject();
            out.writeStringField("name", check.name());
            out.writeStringField("status", word(check.isUp()));
            out.writeStringField("detail", check.detail());
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  private String noPath() {
    return "there is no such path; there are " + answers.keySet().stream().sorted().toList();
  }

  private static String word(boolean isUp) {
    return isUp ? "up" : "down";
  }

  private static Answer problem(int status, String slug, String title, String detail) {
    return json(
        status,
        PROBLEM_JSON,
        out -> {
          out.writeStringField("type", "/problems/" + slug);
          out.writeStringField("title", title);
          out.writeNumberField("status", status);
          out.writeStringField("detail", detail);
        });
  }

  private static Answer json(int status, String type, Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      out.writeStartObject();
      members.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
    return new Answer(status, type, bytes.toByteArray());
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }
}
