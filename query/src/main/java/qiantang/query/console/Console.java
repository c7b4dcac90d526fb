package qiantang.query.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All files of the console, each under the path by which browsers ask for it. */
public final class Console {
  /** What the first screen needs: named in the page, so that no module waits for another one. */
  static final List<String> FIRST =
      List.of(
          "app.js",
          "age.js",
          "api.js",
          "axes.js",
          "contract.js",
          "element.js",
          "figures.js",
          "how.js",
          "i18n.js",
          "link.js",
          "live.js",
          "login.js",
          "overview.js",
          "route.js",
          "session.js",
          "shell.js",
          "trend.js",
          "trouble.js");

  /** What a screen loads when it is opened. */
  static final List<String> LATER =
      List.of(
          "chart.js",
          "connections.js",
          "device.js",
          "devices.js",
          "list.js",
          "names.js",
          "readers.js",
          "rejections.js",
          "values.js",
          "console.css",
          "en.json",
          "zh.json",
          "icon.svg");

  private final Map<String, Asset> files;
  private final Asset page;
  private final String policy;

  private Console(Map<String, Asset> files, Asset page, String policy) {
    this.files = files;
    this.page = page;
    this.policy = policy;
  }

  /** Reads and compresses all of it; takes some 50 ms. */
  public static Console load() {
    Map<String, byte[]> own = new LinkedHashMap<>();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.concat(FIRST.stream(), LATER.stream())
        .forEach(
            name -> {
              byte[] bytes = resource(name);
              own.put(name, bytes);
              all.writeBytes(bytes);
            });
    // Modules name each other by relative paths, so one digest of all names them together.
    String base = "/console/" + Asset.hex(Asset.sha256(all.toByteArray()));
    Libraries libraries = Libraries.load();
    Map<String, Asset> files = new LinkedHashMap<>(libraries.files());
    own.forEach((name, bytes) -> files.put(base + "/" + name, Asset.of(name, bytes, true)));
    String importMap = libraries.importMap();
    return new Console(files, page(base, libraries), policyOf(importMap));
  }

  private static Asset page(String base, Libraries libraries) {
    Stream<String> modules =
        Stream.concat(
            FIRST.stream().map(name -> base + "/" + name),
            libraries.files().keySet().stream()
                .filter(path -> path.endsWith(".js") && !path.contains("/uplot/")));
    String preloads =
        modules
            .map(path -> "<link rel=\"modulepreload\" href=\"" + path + "\">")
            .collect(Collectors.joining("\n"));
    String html =
        new String(resource("index.html"), UTF_8)
            .replace("{{base}}", base)
            .replace("{{importMap}}", libraries.importMap())
            .replace("{{preloads}}", preloads);
    return Asset.of("index.html", html.getBytes(UTF_8), false);
  }

  /** Only what comes from here is run, shown or asked; the import map is allowed by its digest. */
  private static String policyOf(String importMap) {
    String digest = Base64.getEncoder().encodeToString(Asset.sha256(importMap.getBytes(UTF_8)));
    return "default-src 'none'; script-src 'self' 'sha256-"
        + digest
        + "'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none';"
        + " base-uri 'none'; form-action 'none'";
  }

  /** The page of all screens: which one it is, its scripts read from the address. */
  public Asset page() {
    return page;
  }

  /** The page's content security policy. */
  public String policy() {
    return policy;
  }

  /** What lies at a path; null for nothing. */
  public @Nullable Asset file(String path) {
    return files.get(path);
  }

  static byte[] resource(String name) {
    try (InputStream stream = Console.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new AssertionError("BUG: no jar has " + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError("BUG: cannot read " + name + " from its jar", e);
    }
  }
}
