package qiantang.sim.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * JSON over HTTP. While the system is away or asks to come again later, it is asked again for a
 * limited time, because a run outlives a restart of the system.
 */
public final class ApiClient implements AutoCloseable {
  private static final Duration REQUEST_MAX = Duration.ofSeconds(60);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 2_000;
  private static final int DETAIL_CHARS_MAX = 300;

  // Decimals as doubles, which keep the sign of -0.0; a time with microseconds fits as well.
  private static final JsonMapper JSON = new JsonMapper();

  private final URI base;
  private final Duration patience;
  private final Pauses pauses;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_MAX)
          .build();

  /**
   * A client that opens nothing before its first request.
   *
   * @param patience how long a request is repeated while the system is away
   */
  public ApiClient(URI base, Duration patience) {
    this(base, patience, Thread::sleep);
  }

  /** A client that waits as it is told to. */
  ApiClient(URI base, Duration patience, Pauses pauses) {
    this.base = base;
    this.patience = patience;
    this.pauses = pauses;
  }

  /** Waits. */
  @FunctionalInterface
  interface Pauses {
    /** For so long. */
    void pause(long millis) throws InterruptedException;
  }

  /**
   * Asks for a resource.
   *
   * @param path with its query, already encoded
   */
  public Answer get(String path, String token) {
    return send(request(path, token).GET().build(), true);
  }

  public Answer post(String path, String token, JsonNode body) {
    HttpRequest request =
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    return send(request, false);
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(REQUEST_MAX)
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + token);
  }

  /**
   * @param repeatable whether the request may have been carried out and is still right to repeat
   */
  private Answer send(HttpRequest request, boolean repeatable) {
    long deadline = System.nanoTime() + patience.toNanos();
    for (long pause = PAUSE_MILLIS_MIN; ; pause = Math.min(PAUSE_MILLIS_MAX, pause * 2)) {
      Answer answer;
      boolean again;
      long asked = 0;
      try {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        answer = answer(response);
        again = response.statusCode() == 503 || response.statusCode() == 429;
        asked = again ? retryAfterMillis(response) : 0;
      } catch (IOException e) {
        answer =
            new Answer.Unreachable(
                "cannot reach "
                    + request.uri()
                    + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        again = repeatable || e instanceof ConnectException;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Answer.Unreachable("interrupted");
      }
      // Whoever asks to be left alone until after the deadline is not asked again in vain.
      long wait = Math.max(pause, asked);
      if (!again || System.nanoTime() + (asked * 1_000_000) - deadline > 0 || !pause(wait)) {
        return answer;
      }
    }
  }

  private static Answer answer(HttpResponse<String> response) {
    String body = response.body();
    try {
      JsonNode json = body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
      if (response.statusCode() / 100 == 2) {
        return new Answer.Ok(json);
      }
      String detail = json.path("detail").asText(json.path("title").asText());
      return new Answer.Refused(response.statusCode(), detail);
    } catch (JsonProcessingException e) {
      String start = body.substring(0, Math.min(body.length(), DETAIL_CHARS_MAX));
      return new Answer.Refused(response.statusCode(), "not JSON: " + start);
    }
  }

  /** In seconds, as this API says it; 0 where it says nothing or a date. */
  private static long retryAfterMillis(HttpResponse<String> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("[0-9]{1,6}"))
        .map(text -> Long.parseLong(text) * 1000)
        .orElse(0L);
  }

  private boolean pause(long millis) {
    try {
      pauses.pause(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
