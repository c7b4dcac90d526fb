package qiantang.query.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lit and uPlot with all files that they load of themselves, and the import map that tells browsers
 * where these are.
 *
 * @param files by path, each with its licence beside it
 * @param imports what modules write to where it is
 */
record Libraries(Map<String, Asset> files, Map<String, String> imports) {
  // uPlot's own ES module is not minified: 40 KB compressed, where this one takes 21.
  private static final String UPLOT = "dist/uPlot.module.js";
  private static final String UPLOT_OF = "dist/uPlot.iife.min.js";

  /** Reads them from their jars. */
  static Libraries load() {
    Libraries libraries = new Libraries(new LinkedHashMap<>(), new LinkedHashMap<>());
    WebJar elements = WebJar.of("lit__reactive-element");
    libraries.add("@lit/reactive-element", elements, "reactive-element.js");
    libraries.add(elements, "css-tag.js");
    WebJar html = WebJar.of("lit-html");
    libraries.add("lit-html", html, "lit-html.js");
    libraries.add("lit-html/is-server.js", html, "is-server.js");
    WebJar element = WebJar.of("lit-element");
    libraries.add("lit-element/lit-element.js", element, "lit-element.js");
    WebJar lit = WebJar.of("lit");
    libraries.add("lit", lit, "index.js");
    WebJar uplot = WebJar.of("uplot");
    libraries.add("uplot/style", uplot, "dist/uPlot.min.css");
    String module = new String(uplot.read(UPLOT_OF), UTF_8) + "\nexport default uPlot;\n";
    libraries.put(uplot, UPLOT, module.getBytes(UTF_8));
    libraries.imports.put("uplot", uplot.path(UPLOT));
    for (WebJar jar : new WebJar[] {elements, html, element, lit, uplot}) {
      libraries.add(jar, "LICENSE");
    }
    return libraries;
  }

  private void add(String name, WebJar jar, String file) {
    add(jar, file);
    imports.put(name, jar.path(file));
  }

  private void add(WebJar jar, String file) {
    put(jar, file, jar.read(file));
  }

  private void put(WebJar jar, String file, byte[] bytes) {
    files.put(jar.path(file), Asset.of(file, bytes, true));
  }

  /** The import map as it stands in the page; names and paths need no escaping. */
  String importMap() {
    return imports.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
        .collect(Collectors.joining(",", "{\"imports\":{", "}}"));
  }
}
