package qiantang.sim.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.Count;

/**
 * {@code result.json} as one page for a person: no network, below 2 MB (all lists in it are
 * bounded). Pure.
 */
final class HtmlReport {
  private static final double MILLIS_PER_SECOND = 1_000;

  private final ObjectNode result;
  private final StringBuilder out = new StringBuilder(1 << 18);

  private HtmlReport(ObjectNode result) {
    this.result = result;
  }

  static String of(ObjectNode result) {
    return new HtmlReport(result).page();
  }

  private String page() {
    String title = text("scenario") + ": " + text("verdict");
    out.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    // Nothing is loaded, whatever a name in the report may try.
    out.append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
    out.append("style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    element("title", title);
    out.append("<style>\n").append(resource("report.css")).append("</style></head>\n<body><main>");
    head();
    tiles();
    new ReportPlots(result, out).all();
    onPurpose();
    audit();
    list("What did not hold", "missed");
    list("Troubles", "troubles");
    list("How far the audit reached", "notes");
    environment();
    allFigures();
    out.append("</main>\n<script type=\"application/json\" id=\"result\">");
    out.append(Html.inScript(result.toString())).append("</script>\n<script>\n");
    out.append(resource("report.js")).append("</script></body></html>\n");
    return out.toString();
  }

  private void head() {
    String verdict = text("verdict");
    String kind =
        switch (verdict) {
          case "PASSED" -> "good";
          case "FAILED" -> "bad";
          default -> "warns";
        };
    out.append("<header class=\"").append(kind).append("\"><p class=\"verdict\">");
    out.append(Html.escaped(verdict)).append("</p>");
    element("h1", text("scenario"));
    out.append("<p class=\"reason\">").append(Html.escaped(text("reason"))).append("</p>");
    out.append("<p class=\"dim\">run ").append(Html.escaped(text("run"))).append(", ");
    out.append(Html.escaped(result.path("environment").path("startedAt").asText()));
    out.append(", seed ").append(Html.escaped(text("seed")));
    out.append(", exit code ").append(Html.escaped(text("exitCode"))).append("</p></header>\n");
  }

  private void tiles() {
    JsonNode messages = result.path("messages");
    out.append("<section class=\"tiles\">");
    tile(
        "devices",
        grouped(result.path("devices")),
        Count.of(result.path("publishers").asLong(), "connection"));
    tile(
        "logged in at most",
        grouped(messages.path("loggedInMax")),
        "at the end " + grouped(messages.path("loggedIn")));
    tile(
        "messages sent",
        grouped(messages.path("sent")),
        "of "
            + grouped(result.path("plannedMessages"))
            + " planned, "
            + messages.path("late")
            + " late");
    tile(
        "acknowledged",
        grouped(messages.path("acked")),
        messages.path("inFlight")
            + " in flight, "
            + messages.path("refused")
            + " refused, "
            + messages.path("atMostOnce")
            + " with QoS 0");
    latencyTile("latency p50", "ack", "p50Millis");
    latencyTile("latency p99", "ack", "p99Millis");
    latencyTile("latency max", "ack", "maxMillis");
    JsonNode visible = result.path("visible");
    if (visible.isObject()) {
      tile(
          "visible p99",
          millis(visible.path("p99Millis").asDouble()),
          grouped(visible.path("seen"))
              + " seen, "
              + visible.path("absent")
              + " absent, "
              + visible.path("skipped")
              + " skipped");
    }
    if (audited()) {
      long lost = result.path("samples").path(Verdict.LOST.name()).asLong();
      tile("samples lost", grouped(lost), "of " + grouped(result.path("sentSamples")) + " sent");
    } else {
      tile("samples lost", "?", "not audited, as --no-audit wants it");
    }
    latencyTile("generator lag p99", "lag", "p99Millis");
    out.append("</section>\n");
  }

  private void latencyTile(String name, String of, String figure) {
    String beside =
        of.equals("ack")
            ? millis(result.path("ackFromSend").path(figure).asDouble()) + " from sending"
            : "limit " + millis(result.path("lagP99LimitMillis").asDouble());
    tile(name, millis(result.path(of).path(figure).asDouble()), beside);
  }

  private void tile(String name, String figure, String beside) {
    out.append("<div><p class=\"dim\">").append(Html.escaped(name)).append("</p><p class=\"big\">");
    out.append(Html.escaped(figure)).append("</p><p class=\"dim\">");
    out.append(Html.escaped(beside)).append("</p></div>");
  }

  /** Results of before the name say nothing, and were audited. */
  private boolean audited() {
    return result.path("audited").asBoolean(true);
  }

  private void audit() {
    out.append("<section>");
    element("h2", "Audit: every sample in exactly one class");
    out.append("<table><thead><tr><th>class</th><th class=\"n\">samples</th>");
    out.append("<th class=\"n\">share of those sent</th></tr></thead><tbody>");
    double sent = Math.max(1, result.path("sentSamples").asDouble());
    for (Map.Entry<String, JsonNode> entry : result.path("samples").properties()) {
      long samples = entry.getValue().asLong();
      Verdict verdict = Verdict.valueOf(entry.getKey());
      String style =
          samples == 0 ? "none" : verdict.fine() && verdict != Verdict.UNREAD ? "fine" : "wrong";
      out.append("<tr class=\"").append(style).append("\"><td>");
      out.append(Html.escaped(verdict.label())).append("</td><td class=\"n\">");
      out.append(grouped(samples)).append("</td><td class=\"n\">");
      out.append(String.format(Locale.ROOT, "%.4f %%", 100 * samples / sent));
      out.append("</td></tr>");
    }
    for (Map.Entry<String, JsonNode> entry : result.path("rejections").properties()) {
      out.append("<tr><td>among the rejections: ").append(Html.escaped(entry.getKey()));
      out.append("</td><td class=\"n\">").append(grouped(entry.getValue()));
      out.append("</td><td></td></tr>");
    }
    for (JsonNode kind : result.path("malformed")) {
      String of = kind.path("kind").asText() + ", refused of " + grouped(kind.path("sent"));
      out.append("<tr><td>malformed messages: ").append(Html.escaped(of));
      out.append("</td><td class=\"n\">").append(grouped(kind.path("refused")));
      out.append("</td><td></td></tr>");
    }
    out.append("</tbody></table>");
    if (result.path("findings").isEmpty()) {
      boolean unread = result.path("samples").path(Verdict.UNREAD.name()).asLong() > 0;
      String all = "There is nothing to find fault with.";
      element("p", unread ? "In what was read is nothing to find fault with." : all);
    } else {
      element("h3", "First findings");
      items(result.path("findings"));
    }
    out.append("</section>\n");
  }

  /** What the scenario did to connections and messages; nothing where it did nothing. */
  private void onPurpose() {
    JsonNode done = result.path("disturbances");
    JsonNode network = done.path("network");
    long copies = done.path("copies").asLong();
    if (done.path("turns").isEmpty() && network.isEmpty() && copies == 0) {
      return;
    }
    out.append("<section>");
    element("h2", "Done on purpose");
    out.append("<ul>");
    done.path("turns").forEach(turn -> element("li", turn.path("text").asText()));
    out.append("</ul><table><tbody>");
    JsonNode connections = done.path("connections");
    row("connections that left", grouped(connections.path("left")));
    row("connections cut", grouped(connections.path("cut")));
    row("connections left half open", grouped(connections.path("halfOpened")));
    row("connections that stopped reading", grouped(connections.path("stoppedReading")));
    if (!network.isEmpty()) {
      row("connections through the impaired network", grouped(network.path("accepted")));
      row("reset by it", grouped(network.path("reset")));
      row("blackholed by it", grouped(network.path("blackholed")));
    }
    row("messages sent twice", grouped(copies));
    out.append("</tbody></table></section>\n");
  }

  private void list(String heading, String name) {
    if (!result.path(name).isEmpty()) {
      out.append("<section>");
      element("h2", heading);
      items(result.path(name));
      out.append("</section>\n");
    }
  }

  private void items(JsonNode texts) {
    out.append("<ul>");
    texts.forEach(text -> element("li", text.asText()));
    out.append("</ul>");
  }

  private void environment() {
    JsonNode environment = result.path("environment");
    out.append("<section>");
    element("h2", "Where and how");
    element("pre", environment.path("command").asText());
    out.append("<table><tbody>");
    row("processor", environment.path("cores") + " x " + environment.path("processor").asText());
    row("memory", gibibytes(environment.path("memoryBytes")));
    row("heap at most", gibibytes(environment.path("heapMaxBytes")));
    row("system", environment.path("os").asText());
    row("Java", environment.path("jvm").asText());
    environment.path("versions").forEach(version -> row("version", version.asText()));
    environment.path("limits").properties().forEach(e -> row(e.getKey(), e.getValue().asText()));
    row("seed", text("seed"));
    JsonNode plan = result.path("plan");
    row(
        "plan, sha256; 1 message of " + plan.path("everyNth").asText(),
        plan.path("sha256").asText());
    row("took", String.format(Locale.ROOT, "%.1f s", seconds("tookMillis")));
    out.append("</tbody></table></section>\n");
  }

  private double seconds(String name) {
    return result.path(name).asDouble() / MILLIS_PER_SECOND;
  }

  /** So that this page holds every figure of result.json; long columns are in the plots. */
  private void allFigures() {
    out.append("<section><details><summary>All figures, as in result.json</summary>");
    out.append("<table><tbody>");
    figures("", result);
    out.append("</tbody></table></details></section>");
  }

  private void figures(String path, JsonNode node) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        if (!entry.getKey().equals("series") && !entry.getKey().equals("curve")) {
          figures(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue());
        }
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        figures(path + "[" + i + "]", node.path(i));
      }
    } else {
      row(path, node.asText());
    }
  }

  private void row(String name, String value) {
    out.append("<tr><td>").append(Html.escaped(name)).append("</td><td>");
    out.append(Html.escaped(value)).append("</td></tr>");
  }

  private void element(String name, String text) {
    out.append('<').append(name).append('>').append(Html.escaped(text));
    out.append("</").append(name).append('>');
  }

  private String text(String name) {
    return result.path(name).asText();
  }

  private static String grouped(JsonNode count) {
    return grouped(count.asLong());
  }

  private static String grouped(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String millis(double millis) {
    if (millis >= MILLIS_PER_SECOND) {
      return String.format(Locale.ROOT, "%.2f s", millis / MILLIS_PER_SECOND);
    }
    return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
  }

  private static String gibibytes(JsonNode bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes.asDouble() / (1L << 30));
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("BUG: " + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("BUG: reading " + name, e);
    }
  }
}
