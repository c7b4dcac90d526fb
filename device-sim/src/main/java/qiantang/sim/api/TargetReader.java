package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/** Finds the target from a running demo's file, from options, or from both: options win. */
public final class TargetReader {
  private static final JsonMapper JSON = new JsonMapper();

  private TargetReader() {}

  /** What the command line says; each may be missing. */
  public record Options(
      @Nullable Path demo,
      @Nullable String http,
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
    Path demo = options.demo() == null ? demoByDefault : options.demo();
    try {
      return target(JSON.readTree(demo.toFile()), options);
    } catch (IOException e) {
      String cause = Files.exists(demo) ? e.getMessage() : "there is no such file";
      return failed(
          "cannot read "
              + demo
              + ": "
              + cause
              + "; start ./qiantang demo and name its file with --demo, or give --http, --mqtt,"
              + " --token and --enterprise");
    }
  }

  private static Outcome<Target> target(JsonNode demo, Options options) {
    String http = options.http() != null ? options.http() : demo.path("http").asText();
    String mqtt = options.mqtt() != null ? options.mqtt() : demo.path("mqtt").asText();
    URI base;
    try {
      base = new URI(http.replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      return failed("cannot use --http " + http + ": " + e.getMessage());
    }
    if (base.getHost() == null) {
      return failed("cannot use --http " + http + ": it must look like http://127.0.0.1:8080");
    }
    int colon = mqtt.lastIndexOf(':');
    if (colon < 1 || !mqtt.substring(colon + 1).matches("\\d{1,5}")) {
      return failed("cannot use --mqtt " + mqtt + ": it must look like 127.0.0.1:1883");
    }
    // Brackets of an IPv6 address belong to the text, not to the address.
    String host = mqtt.substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(mqtt, colon + 1, mqtt.length(), 10);
    if (port < 1 || port > 65_535) {
      return failed("cannot use --mqtt " + mqtt + ": ports are 1 to 65535");
    }
    List<Target.Access> enterprises = enterprises(demo, options);
    if (enterprises.isEmpty()) {
      return failed("cannot find an enterprise to work in: give --enterprise and --token");
    }
    return new Outcome.Done<>(new Target(base, new InetSocketAddress(host, port), enterprises));
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

  private static Outcome<Target> failed(String message) {
    return new Outcome.Failed<>(ExitCode.USAGE, message);
  }
}
