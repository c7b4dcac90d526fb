package qiantang.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
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
import java.util.stream.Collectors;

/**
 * Health and metrics over HTTP, without a token. The JDK's own server: three answers, one thread of
 * its own, nothing in common with the sessions' loops, so that it answers while they are busy.
 */
final class HealthServer implements AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";

  private final Supplier<Map<String, Boolean>> checks;
  private final Supplier<String> metrics;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("ingest-http").factory());
  private final List<HttpServer> servers = new ArrayList<>();
  private int port;

  /**
   * Listens on each address.
   *
   * @param checks by name, whether each is good; ready when all are
   */
  HealthServer(
      List<InetAddress> addresses,
      int port,
      Supplier<Map<String, Boolean>> checks,
      Supplier<String> metrics) {
    this.checks = checks;
    this.metrics = metrics;
    this.port = port;
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
    server.setExecutor(thread);
    server.createContext(
        "/health/live", exchange -> answer(exchange, 200, JSON, "{\"live\":true}"));
    server.createContext("/health/ready", this::ready);
    server.createContext("/metrics", exchange -> answer(exchange, 200, TEXT, metrics.get()));
    server.start();
    servers.add(server);
    port = server.getAddress().getPort();
  }

  private void ready(HttpExchange exchange) throws IOException {
    Map<String, Boolean> results = checks.get();
    boolean ready = !results.containsValue(false);
    String items =
        results.entrySet().stream()
            .map(check -> "\"" + check.getKey() + "\":" + check.getValue())
            .collect(Collectors.joining(","));
    String body = "{\"ready\":" + ready + ",\"checks\":{" + items + "}}";
    answer(exchange, ready ? 200 : 503, JSON, body);
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    thread.shutdownNow();
  }
}
