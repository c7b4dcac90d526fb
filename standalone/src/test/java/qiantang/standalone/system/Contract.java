package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.query.OpenApi;

/**
 * What the API's description says of the requests that a browser made, and of their answers: a page
 * that asks for what is not described works by accident.
 */
final class Contract {
  private final OpenApi description = new OpenApi();
  private int validated;

  /** Bodies that were looked at so far. */
  int validated() {
    return validated;
  }

  /** What is wrong with a request of the API and its answer; nothing of all others. */
  List<String> faults(Request request) {
    URI uri = URI.create(request.url());
    if (!uri.getPath().startsWith("/v1/")) {
      return List.of();
    }
    String method = request.method().toLowerCase(Locale.ROOT);
    String what = request.method() + " " + uri.getRawPath();
    Optional<JsonObject> operation =
        Optional.ofNullable(description.operations(uri.getPath()).getJsonObject(method));
    if (operation.isEmpty()) {
      return List.of(what + " is not described");
    }
    List<String> faults = new ArrayList<>();
    Set<String> known = parameters(operation.get());
    for (String name : names(uri.getRawQuery())) {
      if (!known.contains(name)) {
        faults.add(what + " takes no parameter " + name);
      }
    }
    body(request, operation.get()).map(told -> what + " sent " + told).ifPresent(faults::add);
    try {
      answer(request, operation.get()).map(told -> what + " got " + told).ifPresent(faults::add);
    } catch (PlaywrightException e) {
      return faults; // the browser keeps no answers of pages that it has left
    }
    return faults;
  }

  private static Set<String> parameters(JsonObject operation) {
    return operation.containsKey("parameters")
        ? operation.getJsonArray("parameters").stream()
            .map(JsonObject.class::cast)
            .filter(parameter -> parameter.getString("in").equals("query"))
            .map(parameter -> parameter.getString("name"))
            .collect(Collectors.toSet())
        : Set.of();
  }

  private static List<String> names(@Nullable String query) {
    return query == null
        ? List.of()
        : Stream.of(query.split("&", -1))
            .map(part -> URLDecoder.decode(part.split("=", 2)[0], UTF_8))
            .toList();
  }

  private Optional<String> body(Request request, JsonObject operation) {
    String sent = request.postData();
    JsonObject described = operation.getJsonObject("requestBody");
    if (sent == null || described == null) {
      return sent == null ? Optional.empty() : Optional.of("a body that is not described");
    }
    return validate(described.getJsonObject("content"), "application/json", sent);
  }

  private Optional<String> answer(Request request, JsonObject operation) {
    Response response = request.response();
    if (response == null) {
      return Optional.empty(); // the page left, or the server was away
    }
    String status = Integer.toString(response.status());
    JsonObject described = operation.getJsonObject("responses").getJsonObject(status);
    if (described == null) {
      return Optional.of(status + ", which is not described");
    }
    String type = response.headers().getOrDefault("content-type", "").split(";", 2)[0];
    if (!type.endsWith("json")) {
      return Optional.empty();
    }
    return validate(described.getJsonObject("content"), type, response.text());
  }

  private Optional<String> validate(JsonObject content, String type, String text) {
    JsonObject media = content.getJsonObject(type);
    if (media == null) {
      return Optional.of(type + ", which is not described");
    }
    validated++;
    return description.fault(media.getJsonObject("schema"), new JsonObject(text));
  }
}
