package qiantang.sim.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.Addresses;

/** Finds the target from a running demo's file, from options, or from both: options win. */
public final class TargetReader {
  private static final JsonMapper JSON = new JsonMapper();

  /** It becomes part of paths as it is. */
  private static final Pattern ENTERPRISE = Pattern.compile("[a-z0-9-]{1,32}");

  private TargetReader() {}

  /** What the command line says; each may be missing. */
  public record Options(
      @Nullable Path demo,
      @Nullable URI http,
      @Nullable String mqtt,
      @Nullable String token,
      @Nullable String enterprise) {

    boolean complete() {
      return http != null && mqtt != null && token != null && enterprise != null;
    }
  }

  /**
   * Reads the file and checks what was found.
   *
   * @param demoByDefault read when no file is named and the other options do not suffice
   */
  public static Outcome<Target> read(Options options, Path demoByDefault) {
    if (options.demo() == null && options.complete()) {
      return target(JSON.createObjectNode(), options);
    }
    Path file = options.demo() == null ? demoByDefault : options.demo();
    return switch (demo(file, "--http, --mqtt, --token and --enterprise")) {
      case Outcome.Failed<JsonNode> failed -> failed.widen();
      case Outcome.Done<JsonNode>(JsonNode demo) -> target(demo, options);
    };
  }

  /**
   * The API, and as who asks it the demo's operator where no token is given.
   *
   * @param demoByDefault read when no file is named and the other options do not suffice
   */
  public static Outcome<Caller> caller(
      @Nullable Path demo, @Nullable URI http, @Nullable String token, Path demoByDefault) {
    if (demo == null && http != null && token != null) {
      return new Outcome.Done<>(new Caller(http, token));
    }
    Path file = demo == null ? demoByDefault : demo;
    return switch (demo(file, "--http and --token")) {
      case Outcome.Failed<JsonNode> failed -> failed.widen();
      case Outcome.Done<JsonNode>(JsonNode read) ->
          switch (base(read, http)) {
            case Outcome.Failed<URI> failed -> failed.widen();
            case Outcome.Done<URI>(URI base) ->
                new Outcome.Done<>(
                    new Caller(base, token != null ? token : read.path("operator").asText()));
          };
    };
  }

  private static Outcome<JsonNode> demo(Path file, String instead) {
    String cause;
    try {
      JsonNode demo = JSON.readTree(file.toFile());
      if (demo.path("http").isTextual()) {
        return new Outcome.Done<>(demo);
      }
      cause = "it says not where a demo is";
    } catch (JsonProcessingException e) {
      cause = e.getOriginalMessage(); // Without the lines that show where.
    } catch (IOException e) {
      cause = Files.exists(file) ? e.toString() : "there is no such file";
    }
    return failed(
        "cannot read %s: %s; start ./qiantang demo and name its file with --demo, or give %s"
            .formatted(file, cause, instead));
  }

  private static Outcome<URI> base(JsonNode demo, @Nullable URI http) {
    return http != null ? new Outcome.Done<>(http) : ApiUrl.parse(demo.path("http").asText());
  }

  private static Outcome<Target> target(JsonNode demo, Options options) {
    return switch (base(demo, options.http())) {
      case Outcome.Failed<URI> failed -> failed.widen();
      case Outcome.Done<URI>(URI base) -> target(base, demo, options);
    };
  }

  private static Outcome<Target> target(URI base, JsonNode demo, Options options) {
    String mqtt = options.mqtt() != null ? options.mqtt() : demo.path("mqtt").asText();
    return switch (Addresses.parse("--mqtt", mqtt)) {
      case Outcome.Failed<Addresses> failed -> failed.widen();
      case Outcome.Done<Addresses>(Addresses addresses) -> target(base, addresses, demo, options);
    };
  }

  private static Outcome<Target> target(URI base, Addresses mqtt, JsonNode demo, Options options) {
    List<Target.Access> enterprises = enterprises(demo, options);
    if (enterprises.isEmpty()) {
      return failed("cannot find an enterprise to work in: give --enterprise and --token");
    }
    for (Target.Access access : enterprises) {
      if (!ENTERPRISE.matcher(access.enterprise()).matches()) {
        return failed(
            "cannot use --enterprise " + access.enterprise() + ": it takes " + ENTERPRISE);
      }
    }
    return new Outcome.Done<>(new Target(base, mqtt, enterprises));
  }

  private static List<Target.Access> enterprises(JsonNode demo, Options options) {
    List<Target.Access> enterprises = new ArrayList<>();
    if (options.enterprise() != null && options.token() != null) {
      return List.of(new Target.Access(options.enterprise(), options.token()));
    }
    for (JsonNode node : demo.path("enterprises")) {
      String id = node.path("id").asText();
      String token = options.token() != null ? options.token() : node.path("admin").asText();
      if (options.enterprise() == null || options.enterprise().equals(id)) {
        enterprises.add(new Target.Access(id, token));
      }
    }
    return List.copyOf(enterprises);
  }

  private static <T> Outcome<T> failed(String message) {
    return new Outcome.Failed<>(ExitCode.USAGE, message);
  }
}
