package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import qiantang.query.http.RouteTable;

/** The API's description, as far as tests ask it. */
public final class OpenApi {
  private final JsonObject document;
  private final Map<String, Validator> validators = new ConcurrentHashMap<>();

  /** As this build has it. */
  public OpenApi() {
    try (InputStream stream = RouteTable.class.getResourceAsStream("openapi.json")) {
      if (stream == null) {
        throw new AssertionError("no openapi.json");
      }
      document = new JsonObject(new String(stream.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Method and path of every operation. */
  List<String> lines() {
    return paths().fieldNames().stream()
        .flatMap(
            path ->
                paths().getJsonObject(path).fieldNames().stream()
                    .map(method -> method.toUpperCase(Locale.ROOT) + " " + path))
        .toList();
  }

  /** Fails where an answer is not what the description says of this route and status. */
  void check(String method, String path, HttpResponse<String> response) {
    String bare = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
    JsonObject operations = operations(bare);
    if (!operations.containsKey(method.toLowerCase(Locale.ROOT))) {
      return; // not ours to describe: unknown paths and methods
    }
    String status = Integer.toString(response.statusCode());
    JsonObject described =
        operations
            .getJsonObject(method.toLowerCase(Locale.ROOT))
            .getJsonObject("responses")
            .getJsonObject(status);
    if (described == null) {
      // What any path can answer is described once.
      described =
          document.getJsonObject("components").getJsonObject("responses").getJsonObject(status);
    }
    if (described == null) {
      throw new AssertionError(method + " " + path + " is not described to answer " + status);
    }
    if (!described.containsKey("content")) {
      if (!response.body().isEmpty()) {
        throw new AssertionError(method + " " + path + " " + status + " is described to be empty");
      }
      return;
    }
    String type = Api.header(response, "Content-Type").split(";", 2)[0];
    JsonObject media = described.getJsonObject("content").getJsonObject(type);
    if (media == null) {
      throw new AssertionError(method + " " + path + " is not described to answer in " + type);
    }
    if (type.endsWith("json")) {
      fault(media.getJsonObject("schema"), new JsonObject(response.body()))
          .ifPresent(
              fault -> {
                throw new AssertionError(method + " " + path + " " + fault);
              });
    }
  }

  /** Fails where an event of the live stream is not what the description says. */
  void checkEvent(String name, JsonObject data) {
    String schema =
        switch (name) {
          case "reading" -> "LiveReading";
          case "state" -> "LiveState";
          case "rejection" -> "Rejection";
          case "missed" -> "LiveMissed";
          case "deleted" -> "LiveDeleted";
          case "end" -> "LiveEnd";
          case "closed" -> "";
          default -> throw new AssertionError("no event is described that is named " + name);
        };
    if (!schema.isEmpty()) {
      JsonObject reference = new JsonObject().put("$ref", "#/components/schemas/" + schema);
      fault(reference, data)
          .ifPresent(
              fault -> {
                throw new AssertionError(name + " " + fault);
              });
    }
  }

  /** What is wrong with a value by a schema of the description. */
  public Optional<String> fault(JsonObject schema, JsonObject value) {
    OutputUnit result =
        validators.computeIfAbsent(schema.encode(), this::validator).validate(value);
    return result.getValid()
        ? Optional.empty()
        : Optional.of(value + "\n" + result.toJson().encodePrettily());
  }

  private Validator validator(String schema) {
    // The references point into the document, so the schema goes into a copy of it.
    JsonObject whole =
        new JsonObject(schema.replace("#/components/schemas/", "#/$defs/"))
            .put(
                "$defs",
                new JsonObject(schemas().encode().replace("#/components/schemas/", "#/$defs/")));
    return Validator.create(
        JsonSchema.of(whole),
        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://qiantang.invalid"));
  }

  /** Method to operation of the path that a request names; empty where none is described. */
  public JsonObject operations(String path) {
    return paths().fieldNames().stream()
        .filter(template -> path.matches(template.replaceAll("\\{[a-z]+}", "[^/]+")))
        .sorted()
        .findFirst()
        .map(paths()::getJsonObject)
        .orElseGet(JsonObject::new);
  }

  /** Path to method to operation. */
  JsonObject paths() {
    return document.getJsonObject("paths");
  }

  /** Name to schema of what requests and answers have in common. */
  public JsonObject schemas() {
    return document.getJsonObject("components").getJsonObject("schemas");
  }
}
