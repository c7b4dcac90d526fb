package qiantang.sim.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
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
      @Nullable String mqtts,
      @Nullable Path tlsCa,
      @Nullable String token,
      @Nullable String enterprise) {

    boolean complete() {
      boolean address = mqtt != null || mqtts != null;
      return http != null && address && token != null && enterprise != null;
    }
  }

  /**
   * Reads the file and checks what was found.
   *
   * @param demoByDefault read when no file is named and the other options do not suffice
   */
  public static Outcome<Target> read(Options options, Path demoByDefault) {
    if (options.demo() == null && options.complete()) {
      return target(JSON.createObjectNode(), null, options);
    }
    Path file = options.demo() == null ? demoByDefault : options.demo();
    return switch (demo(file, "--http, --mqtt, --token and --enterprise")) {
      case Outcome.Failed<JsonNode> failed -> failed.widen();
      case Outcome.Done<JsonNode>(JsonNode demo) -> target(demo, authority(file), options);
    };
  }

  /** A broker without an API, of which no file needs to tell. */
  public static Outcome<Target> broker(
      @Nullable String mqtt, @Nullable String mqtts, @Nullable Path tlsCa, Target.Broker login) {
    if (mqtt == null && mqtts == null) {
      return failed("--no-audit takes a broker: give --mqtt or --mqtts HOST:PORT");
    }
    return switch (Addresses.parseOptional("--mqtt", mqtt)) {
      case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
      case Outcome.Done<Optional<Addresses>>(Optional<Addresses> plain) ->
          switch (Addresses.parseOptional("--mqtts", mqtts)) {
            case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
            case Outcome.Done<Optional<Addresses>>(Optional<Addresses> secured) ->
                new Outcome.Done<>(
                    Target.plain(plain.orElse(null), secured.orElse(null), tlsCa, login));
          };
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
    try (InputStream in = Files.newInputStream(file)) {
      JsonNode demo = JSON.readTree(in);
      if (demo.path("http").isTextual()) {
        return new Outcome.Done<>(demo);
      }
      cause = "it says not where a demo is";
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      cause =
          at == null
              ? "it is no JSON"
              : "it is no JSON, line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    } catch (NoSuchFileException e) {
      cause = "there is no such file";
    } catch (IOException e) {
      cause = FileCause.of(e);
    }
    return failed(
        "cannot read %s: %s; start ./qiantang demo and name its file with --demo, or give %s"
            .formatted(file, cause, instead));
  }

  private static Outcome<URI> base(JsonNode demo, @Nullable URI http) {
    return http != null ? new Outcome.Done<>(http) : ApiUrl.parse(demo.path("http").asText());
  }

  /** Where a demo keeps the certificate of its own authority, if it has one. */
  private static @Nullable Path authority(Path demo) {
    Path certificate = demo.resolveSibling("tls").resolve("ca.pem");
    return Files.exists(certificate) ? certificate : null;
  }

  private static Outcome<Target> target(
      JsonNode demo, @Nullable Path demoAuthority, Options options) {
    return switch (base(demo, options.http())) {
      case Outcome.Failed<URI> failed -> failed.widen();
      case Outcome.Done<URI>(URI base) -> target(base, demo, demoAuthority, options);
    };
  }

  private static Outcome<Target> target(
      URI base, JsonNode demo, @Nullable Path demoAuthority, Options options) {
    Path authorities = options.tlsCa() != null ? options.tlsCa() : demoAuthority;
    return switch (addresses("--mqtt", options.mqtt(), demo.path("mqtt"))) {
      case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
      case Outcome.Done<Optional<Addresses>>(Optional<Addresses> mqtt) ->
          switch (addresses("--mqtts", options.mqtts(), demo.path("mqtts"))) {
            case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
            case Outcome.Done<Optional<Addresses>>(Optional<Addresses> mqtts) ->
                target(base, mqtt, mqtts, authorities, demo, options);
          };
    };
  }

  /** What the option says, else what the demo does, else nothing. */
  private static Outcome<Optional<Addresses>> addresses(
      String option, @Nullable String said, JsonNode ofDemo) {
    String known = ofDemo.isTextual() ? ofDemo.asText() : null;
    return Addresses.parseOptional(option, said != null ? said : known);
  }

  private static Outcome<Target> target(
      URI base,
      Optional<Addresses> mqtt,
      Optional<Addresses> mqtts,
      @Nullable Path authorities,
      JsonNode demo,
      Options options) {
    if (mqtt.isEmpty() && mqtts.isEmpty()) {
      return failed("cannot find where MQTT is spoken: give --mqtt or --mqtts HOST:PORT");
    }
    List<Target.Access> enterprises = enterprises(demo, options);
    if (enterprises.isEmpty()) {
      return failed(noEnterprise(demo, options));
    }
    for (Target.Access access : enterprises) {
      if (!ENTERPRISE.matcher(access.enterprise()).matches()) {
        return failed(
            "cannot use --enterprise " + access.enterprise() + ": it takes " + ENTERPRISE);
      }
    }
    return new Outcome.Done<>(
        new Target(base, mqtt.orElse(null), mqtts.orElse(null), authorities, enterprises));
  }

  private static String noEnterprise(JsonNode demo, Options options) {
    if (options.enterprise() == null) {
      return "cannot find an enterprise to work in: give --enterprise and --token";
    }
    List<String> known = new ArrayList<>();
    demo.path("enterprises").forEach(node -> known.add(node.path("id").asText()));
    return ("there is no enterprise '%s' in the demo's file%s; name one that it has,"
            + " or give --token of an administrator of '%s'")
        .formatted(
            options.enterprise(),
            known.isEmpty() ? "" : ", which has " + String.join(", ", known),
            options.enterprise());
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
