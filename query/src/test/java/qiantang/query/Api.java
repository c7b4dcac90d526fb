package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A client of the API, in HTTP/1.1 and HTTP/2 by turns. Whatever it is answered must be as the
 * API's own description says.
 */
final class Api {
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger turn = new AtomicInteger();
  private final OpenApi description = new OpenApi();
  private final String base;

  Api(int port) {
    base = "http://127.0.0.1:" + port;
  }

  HttpResponse<String> get(String path, @Nullable String token, String... headers) {
    return send("GET", path, token, null, headers);
  }

  HttpResponse<String> post(String path, @Nullable String token, JsonObject body) {
    return send("POST", path, token, body.encode(), "Content-Type", "application/json");
  }

  HttpResponse<String> patch(String path, @Nullable String token, JsonObject body) {
    return send("PATCH", path, token, body.encode(), "Content-Type", "application/json");
  }

  HttpResponse<String> delete(String path, @Nullable String token) {
    return send("DELETE", path, token, null);
  }

  HttpResponse<String> send(
      String method,
      String path,
      @Nullable String token,
      @Nullable String body,
      String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .version(turn.incrementAndGet() % 2 == 0 ? Version.HTTP_2 : Version.HTTP_1_1)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      Unread unread = new Unread();
      HttpResponse<String> response = client.send(request.build(), head -> body(head, unread));
      unread.hangUp();
      description.check(method, path, response);
      return response;
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A body as a text; of a stream of events, which has no end, nothing. */
  private static BodySubscriber<String> body(HttpResponse.ResponseInfo head, Unread unread) {
    boolean isEvents =
        head.headers().firstValue("Content-Type").orElse("").equals("text/event-stream");
    return isEvents ? unread : BodySubscribers.ofString(UTF_8);
  }

  /** Takes nothing. */
  private static final class Unread implements BodySubscriber<String> {
    private Flow.@Nullable Subscription open;

    synchronized void hangUp() {
      if (open != null) {
        open.cancel();
      }
    }

    @Override
    public CompletionStage<String> getBody() {
      return CompletableFuture.completedFuture("");
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription subscription) {
      open = subscription;
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onComplete() {}
  }

  /** Asks without waiting. */
  CompletableFuture<HttpResponse<String>> later(String path, String token) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Authorization", "Bearer " + token)
            .build(),
        BodyHandlers.ofString());
  }

  /** Asks for a zipped answer. */
  HttpResponse<byte[]> zipped(String path, String token) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(base + path))
              .header("Authorization", "Bearer " + token)
              .header("Accept-Encoding", "gzip")
              .build(),
          BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static String unzip(byte[] bytes) {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks and expects a status. */
  JsonObject json(int status, String path, String token) {
    HttpResponse<String> response = get(path, token);
    assertEquals(status, response.statusCode(), () -> path + " " + response.body());
    return new JsonObject(response.body());
  }

  /** Posts and expects a status. */
  JsonObject posted(int status, String path, String token, JsonObject body) {
    HttpResponse<String> response = post(path, token, body);
    assertEquals(status, response.statusCode(), () -> path + " " + response.body());
    return new JsonObject(response.body());
  }

  static void assertProblem(String slug, int status, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response::body);
    assertEquals("application/problem+json", header(response, "Content-Type"));
    JsonObject problem = new JsonObject(response.body());
    assertEquals("/problems/" + slug, problem.getString("type"));
    assertEquals(status, problem.getInteger("status"));
    assertTrue(!problem.getString("detail").isBlank());
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
