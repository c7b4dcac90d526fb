package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final int BYTES_MAX = 2_000_000;
  private static final String SCRIPT = "<script type=\"application/json\" id=\"result\">";

  @Test
  void everyFigureOfTheJsonIsInThePage() throws Exception {
    ObjectNode result = ResultJson.of(Runs.good(1_000), Runs.environment("./qiantang sim run"));
    String page = HtmlReport.of(result);
    String visible = page.substring(0, page.indexOf(SCRIPT));
    assertScalars("", result, visible);
    String data = page.substring(page.indexOf(SCRIPT) + SCRIPT.length());
    JsonNode read = new JsonMapper().readTree(data.substring(0, data.indexOf("</script>")));
    assertEquals(new JsonMapper().readTree(result.toString()), read);
  }

  private static void assertScalars(String path, JsonNode node, String page) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!List.of("series", "curve").contains(entry.getKey())) {
        assertScalars(path + "." + entry.getKey(), entry.getValue(), page);
      }
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      assertScalars(path + "[" + i + "]", node.path(i), page);
    }
    if (node.isValueNode()) {
      assertTrue(page.contains(">" + Html.escaped(node.asText()) + "<"), path + " " + node);
    }
  }

  @Test
  void whatWasDoneOnPurposeIsShown() throws Exception {
    ObjectNode result = ResultJson.of(Runs.disturbed(), Runs.environment(""));
    JsonNode done = result.path("disturbances");
    assertEquals(3, done.path("turns").path(0).path("times").asLong());
    assertEquals(2.5, done.path("turns").path(0).path("sharePercent").asDouble());
    assertEquals(2, done.path("network").path("reset").asLong());
    String page = HtmlReport.of(result);
    assertTrue(
        page.contains("<li>churn: 2.5 % of 80 leave, 3 times, from 5 s to 15 s: 6 in all</li>"));
    assertTrue(page.contains("<td>connections cut</td><td>5</td>"));
    assertTrue(page.contains("logged in at most</p><p class=\"big\">5</p>"));
    assertTrue(page.contains("at the end 10<"));
    String quiet = HtmlReport.of(ResultJson.of(Runs.good(1_000), Runs.environment("")));
    assertFalse(quiet.contains("Done on purpose"));
  }

  @Test
  void plotsOfLatencyShowThePauseThatTheRunHad() {
    ObjectNode result = ResultJson.of(Runs.good(1_000), Runs.environment(""));
    JsonNode p99 = result.path("series").path("ackP99Millis");
    assertTrue(p99.path(0).isNull(), "before the first message there is no latency");
    assertEquals(400, p99.path(9).asDouble(), 4);
    assertEquals(2, p99.path(10).asDouble(), 0.02);
    String page = HtmlReport.of(result);
    for (String line : List.of("ackFromSendP99Millis", "offeredPerSecond", "connected", "lagP99")) {
      assertTrue(page.contains("series." + line), line);
    }
    assertTrue(page.split("<svg", -1).length > 6, "six plots");
  }

  @Test
  void thePageLoadsNothing() {
    String page =
        HtmlReport.of(ResultJson.of(Runs.good(1_000), Runs.environment("--http http://a:1")));
    assertTrue(page.contains("default-src 'none'"));
    for (String loads : List.of("src=", "href=", "url(", "@import", "fetch(", "xmlns", "//cdn")) {
      assertFalse(page.contains(loads), loads);
    }
    String rest = page.replace("http://a:1", "");
    assertFalse(rest.contains("http://") || rest.contains("https://"));
  }

  @Test
  void namesAreTextWhateverTheyHold() {
    String hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;";
    RunReport report = Runs.of(hostile, 1_000, Runs.oneLost(hostile));
    String page = HtmlReport.of(ResultJson.of(report, Runs.environment(hostile)));
    assertEquals(2, count(page, "<script"), "the data and the page's own");
    assertEquals(2, count(page, "</script"));
    assertEquals(0, count(page, "<img"));
    assertEquals(0, count(page, "&quot;><"));
  }

  @Test
  void theLongestRunsPageIsStillSmall() {
    Timeline timeline = new Timeline();
    Random random = new Random(1);
    for (int second = 0; second < 3 * Timeline.POINTS_MAX - 1; second++) {
      Histogram acks = new Histogram(3_600_000_000L, 3);
      for (int i = 0; i < 50; i++) {
        acks.recordValue(1 + random.nextInt(3_000_000));
      }
      timeline.begin("phase " + second, second * 1_000L);
      timeline.add(Intervals.second(second, "p", random.nextInt(100_000), Spread.of(acks)));
    }
    String page = HtmlReport.of(ResultJson.of(Runs.over(timeline), Runs.environment("")));
    int bytes = page.getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes < BYTES_MAX, bytes + " bytes");
  }

  @Test
  void theCommandThatRepeatsARunHasNoToken() {
    assertEquals(
        "./qiantang sim run 'my file.yaml' --token \"$QIANTANG_TOKEN\" --loops 2",
        Repeat.command(
            "./qiantang",
            List.of("sim", "run", "my file.yaml", "--token", "acme.secret", "--loops", "2")));
    assertEquals(
        "./qiantang --token=\"$QIANTANG_TOKEN\" 'it'\\''s'",
        Repeat.command("./qiantang", List.of("--token=acme.secret", "it's")));
  }

  @Test
  void theEnvironmentOfThisMachineIsKnown() {
    Environment here = Environment.here(Instant.EPOCH, List.of("v"), "c");
    assertTrue(here.cores() > 0 && here.memoryBytes() > 0 && here.heapMaxBytes() > 0);
    assertEquals("1970-01-01T00:00:00Z", here.startedAt());
    // Linux has at least a hundred; a file under /proc/sys that is read by bytes has its first.
    String queue = here.limits().getOrDefault("acceptQueue", "128");
    assertTrue(Integer.parseInt(queue) >= 100, queue);
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
