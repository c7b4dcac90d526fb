package qiantang.standalone.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import qiantang.sim.SystemOptions;
import qiantang.sim.api.Caller;
import qiantang.sim.outcome.Outcome;

/** The HTTP API as seen by the bearer of one token. */
final class Api implements AutoCloseable {
  /** A thousand devices are a thousand transactions. */
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int HTTP_ERROR_MIN = 400;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
  private final ObjectMapper json = new ObjectMapper();
  private final Caller caller;

  private Api(Caller caller) {
    this.caller = caller;
  }

  static Api open(SystemOptions options) throws ApiException {
    return switch (options.caller()) {
      case Outcome.Done<Caller>(Caller caller) -> new Api(caller);
      case Outcome.Failed<Caller> failed -> throw new ApiException(failed.message(), 0);
    };
  }

  /** Where it is. */
  String base() {
    return caller.http().toString();
  }

  JsonNode get(String path) throws ApiException, InterruptedException {
    return send("GET", path, request(path).GET().build());
  }

  JsonNode post(String path, JsonNode body) throws ApiException, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    return send("POST", path, request);
  }

  JsonNode patch(String path, JsonNode body) throws ApiException, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(body.toString()))
            .build();
    return send("PATCH", path, request);
  }

  JsonNode delete(String path) throws ApiException, InterruptedException {
    return send("DELETE", path, request(path).DELETE().build());
  }

  /** Gives all items of a list to {@code each}, page by page. */
  void list(String path, Consumer<JsonNode> each) throws ApiException, InterruptedException {
    String cursor = "";
    do {
      JsonNode page = get(path + (path.contains("?") ? "&" : "?") + "limit=1000" + cursor);
      page.path("items").forEach(each);
      JsonNode next = page.path("next");
      cursor = next.isTextual() ? "&cursor=" + encode(next.textValue()) : "";
    } while (!cursor.isEmpty());
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(caller.http() + path))
        .timeout(ANSWER_LIMIT)
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + caller.token());
  }

  private JsonNode send(String method, String path, HttpRequest request)
      throws ApiException, InterruptedException {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() >= HTTP_ERROR_MIN) {
        throw new ApiException(
            "cannot %s %s: %d %s"
                .formatted(method, path, response.statusCode(), problem(response.body())),
            response.statusCode());
      }
      return json.readTree(response.body());
    } catch (IOException e) {
      // Where nobody listens, the exception has no words of its own.
      String cause = e.getMessage() == null ? "" : ": " + e.getMessage();
      throw new ApiException(
          "cannot reach %s%s; is it running?".formatted(caller.http(), cause), 0);
    }
  }

  /** Title and detail of a problem document (RFC 9457), or the text as it came. */
  private String problem(String body) {
    try {
      JsonNode problem = json.readTree(body);
      String detail = problem.path("detail").asText("").replace(", see errors)", ")");
      return problem.path("title").asText("") + ": " + detail;
    } catch (JsonProcessingException ignored) {
      return body;
    }
  }
}
