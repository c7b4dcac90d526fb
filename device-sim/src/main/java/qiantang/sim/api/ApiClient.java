package qiantang.sim.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * JSON over HTTP. While the system is away or asks to come again later, it is asked again as long
 * as a {@link Patience} lasts, because a run outlives a restart of the system.
 */
public final class ApiClient implements AutoCloseable {
  private static final Duration REQUEST_MAX = Duration.ofSeconds(60);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  /** So often a question without an answer is looked at, and may be told. */
  private static final long LOOK_MILLIS = 500;

  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 2_000;
  private static final int DETAIL_CHARS_MAX = 300;

  // Decimals as doubles, which keep the sign of -0.0; a time with microseconds fits as well.
  private static final JsonMapper JSON = new JsonMapper();

  private final URI base;
  private final Patience patience;
  private final Pauses pauses;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_MAX)
          .build();

  /**
   * A client that opens nothing before its first request.
   *
   * @param patience how long the system may be away, and who hears of it
   */
  public ApiClient(URI base, Patience patience) {
    this(base, patience, Thread::sleep);
  }

  /** A client that waits as it is told to. */
  ApiClient(URI base, Patience patience, Pauses pauses) {
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

  /** Why the system was given up, so that nothing is asked any more; null while it was not. */
  public @Nullable String gone() {
    return patience.gone();
  }

  @Override
  public void close() {
    http.shutdownNow(); // who gave up on an answer waits for none
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
    long asked = patience.nowNanos();
    for (long pause = PAUSE_MILLIS_MIN; ; pause = Math.min(PAUSE_MILLIS_MAX, pause * 2)) {
      String gone = patience.gone();
      if (gone != null) {
        return new Answer.Unreachable(gone);
      }
      Answer answer;
      boolean again;
      long askedLater = 0;
      try {
        HttpResponse<String> response = exchange(request, asked);
        answer = answer(response);
        again = comesAgain(response.statusCode());
        if (again) {
          askedLater = retryAfterMillis(response);
        } else {
          patience.answered();
        }
      } catch (IOException e) {
        answer = new Answer.Unreachable("cannot reach " + base + ": " + cause(e));
        again = repeatable || e instanceof ConnectException;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Answer.Unreachable("interrupted");
      }
      // Whoever asks to be left alone for longer than we wait is not asked again in vain.
      if (!again
          || askedLater > patience.maxMillis()
          || !patience.failed(asked, text(answer))
          || !pause(Math.max(pause, askedLater))) {
        return answer;
      }
    }
  }

  private HttpResponse<String> exchange(HttpRequest request, long asked)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    try {
      while (true) {
        try {
          return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (!patience.waits(asked, base.toString())) {
            throw new IOException("no answer", e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      var _ = answer.cancel(true); // nothing where it is there
    }
  }

  /** Of a system that is starting, or has too much to do. */
  private static boolean comesAgain(int status) {
    return status == 503 || status == 429;
  }

  private String text(Answer answer) {
    return switch (answer) {
      case Answer.Ok _ -> "";
      case Answer.Refused(int status, String detail) ->
          base + " answers " + status + (detail.isEmpty() ? "" : " " + detail);
      case Answer.Unreachable(String cause) -> cause;
    };
  }

  private static String cause(IOException e) {
    return switch (e) {
      case HttpConnectTimeoutException _ ->
          "no connection within " + CONNECT_MAX.toSeconds() + " s";
      case HttpTimeoutException _ -> "no answer within " + REQUEST_MAX.toSeconds() + " s";
      case ConnectException _ when e.getCause() instanceof UnresolvedAddressException ->
          "no host of this name is known";
      case ConnectException _ -> "the connection was refused, nobody listens there";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
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
