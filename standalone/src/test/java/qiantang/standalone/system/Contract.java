package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.query.http.RouteTable;

/**
 * What the API's description says of the requests that a browser made, and of their answers: a page
 * that asks for what is not described works by accident.
 */
final class Contract {
  private final JsonObject document;
  private final Map<String, Validator> validators = new HashMap<>();
  private int validated;

  Contract() {
    try (InputStream stream = RouteTable.class.getResourceAsStream("openapi.json")) {
      if (stream == null) {
        throw new AssertionError("no openapi.json");
      }
      document = new JsonObject(new String(stream.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

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
        path(uri.getPath()).map(operations -> operations.getJsonObject(method));
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

  private Optional<JsonObject> path(String path) {
    JsonObject paths = document.getJsonObject("paths");
    return paths.fieldNames().stream()
        .filter(template -> path.matches(template.replaceAll("\\{[a-z]+}", "[^/]+")))
        .findFirst()
        .map(paths::getJsonObject);
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
    OutputUnit result =
        validators
            .computeIfAbsent(media.getJsonObject("schema").encode(), this::validator)
            .validate(new JsonObject(text));
    return result.getValid()
        ? Optional.empty()
        : Optional.of(text + "\n" + result.toJson().encodePrettily());
  }

  private Validator validator(String schema) {
    // The references point into the document, so the schema goes into a copy of it.
    JsonObject whole =
        new JsonObject(schema.replace("#/components/schemas/", "#/$defs/"))
            .put(
                "$defs",
                new JsonObject(
                    document
                        .getJsonObject("components")
                        .getJsonObject("schemas")
                        .encode()
                        .replace("#/components/schemas/", "#/$defs/")));
    return Validator.create(
        JsonSchema.of(whole),
        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://qiantang.invalid"));
  }
}
