package qiantang.standalone.system;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How much the console can show at once. The figures are printed: how long a draw takes says more
 * of the machine than of us. What is asserted are counts: of rows, of what is drawn of them.
 */
final class ConsoleSpeedIT {
  private static final int ROWS = 50_000;
  private static final int POINTS = 100_000;
  private static final Pattern LIMIT = Pattern.compile("limit=(\\d+)");
  private static final Pattern CURSOR = Pattern.compile("cursor=(\\d+)");

  @RegisterExtension
  @Order(2)
  static final RunningPrograms RUNNING = new RunningPrograms();

  @RegisterExtension
  @Order(1)
  static final Chromium CHROMIUM = new Chromium(RUNNING);

  @Test
  void fiftyThousandRowsScroll() {
    CHROMIUM.answeredByTest();
    Page page = CHROMIUM.page();
    page.route(Pattern.compile("/enterprises/alpha/devices\\?"), ConsoleSpeedIT::answerDevices);
    CHROMIUM.signedIn(page, "/devices?enterprise=alpha");
    assertThat(page.locator(".line").first()).isVisible();
    page.getByRole(AriaRole.GRID).focus();
    page.waitForFunction(
        "(rows) => { const list = document.querySelector('q-list');"
            + " if (list.rows.length < rows && !list.loading) list.load();"
            + " return list.rows.length >= rows; }",
        ROWS);
    page.keyboard().press("End");
    assertThat(page.locator(".line[aria-selected=true]")).containsText("device-049999");
    int drawn = page.locator(".line").count();
    assertTrue(drawn < 100, "rows in the page: " + drawn);
    Object figures =
        page.evaluate(
            """
            async () => {
              const viewport = document.querySelector('.viewport');
              const frames = [];
              const end = viewport.scrollHeight - viewport.clientHeight;
              for (let i = 0; i < 200; i++) {
                const begun = performance.now();
                viewport.scrollTop = (end * ((i * 37) % 200)) / 200;
                await new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)));
                frames.push(performance.now() - begun);
              }
              frames.sort((a, b) => a - b);
              return frames[100].toFixed(1) + ' ms, p99 ' + frames[198].toFixed(1) + ' ms';
            }
            """);
    System.out.printf(
        "console: a jump in %,d rows takes %s; %d rows drawn%n", ROWS, figures, drawn);
  }

  private static void answerDevices(Route route) {
    int limit = number(LIMIT, route.request().url(), 100);
    int from = number(CURSOR, route.request().url(), 0);
    int to = Math.min(ROWS, from + limit);
    List<String> items = IntStream.range(from, to).mapToObj(ConsoleSpeedIT::device).toList();
    String next = to < ROWS ? "\"" + to + "\"" : "null";
    answer(route, "{\"items\":[" + String.join(",", items) + "],\"next\":" + next + "}");
  }

  private static String device(int i) {
    return ("{\"id\":\"device-%06d\",\"name\":\"device-%06d\",\"kind\":\"device\",\"gateway\":null,"
            + "\"model\":\"m\",\"factory\":\"f\",\"line\":\"l\",\"lifecycle\":\"active\","
            + "\"connection\":\"%s\",\"since\":1.7e12,\"created\":1.7e12}")
        .formatted(i, i, i % 9 == 0 ? "offline" : "online");
  }

  @Test
  void aHundredThousandPointsAreDrawn() {
    CHROMIUM.answeredByTest();
    Page page = CHROMIUM.page();
    RUNNING.programs();
    page.route(
        Pattern.compile("/enterprises/alpha/devices/press(/health)?$"),
        route -> answer(route, device(1).replaceFirst("}$", ",\"metrics\":[\"t\"]}")));
    page.route(
        Pattern.compile("/devices/press/(connections|rejections)"),
        route -> answer(route, "{\"items\":[],\"completeness\":{},\"next\":null}"));
    page.route(
        Pattern.compile("/devices/press/latest"),
        route ->
            answer(
                route,
                "{\"device\":\"press\",\"metrics\":[{\"metric\":\"t\",\"value\":1,\"time\":%d,"
                        .formatted(System.currentTimeMillis())
                    + "\"arrival\":1}],\"completeness\":{}}"));
    page.route(Pattern.compile("/devices/press/series"), ConsoleSpeedIT::answerSeries);
    page.route(Pattern.compile("/alpha/stream"), route -> answer(route, ""));
    CHROMIUM.signedIn(page, "/device?enterprise=alpha&device=press&metric=t&range=24h");
    page.waitForFunction("() => document.querySelector('q-chart')?.plot?.data[0].length > 40000");
    Object figures =
        page.evaluate(
            """
            async (points) => {
              const { plot } = document.querySelector('q-chart');
              const now = Date.now();
              const xs = Array.from({ length: points }, (_, i) => now - (points - i) * 800);
              const ys = xs.map((_, i) => 20 + 5 * Math.sin(i / 900) + ((i * 7919) % 100) / 100);
              const times = [];
              for (let i = 0; i < 21; i++) {
                const begun = performance.now();
                plot.setData([xs, ys], false);
                plot.setScale('x', { min: xs[0], max: now });
                await new Promise((drawn) => queueMicrotask(drawn));
                plot.ctx.getImageData(0, 0, 1, 1);
                times.push(performance.now() - begun);
              }
              times.sort((a, b) => a - b);
              return plot.data[0].length + ' points in ' + times[10].toFixed(1) + ' ms';
            }
            """,
            POINTS);
    System.out.println("console: a chart draws " + figures + " (median of 21)");
    assertTrue(String.valueOf(figures).startsWith(POINTS + " points"), String.valueOf(figures));
    assertEquals(1, page.locator(".plot canvas").count());
    CHROMIUM.forgive();
  }

  /** Regular samples; the screen keeps the newest 50,000 of them. */
  private static void answerSeries(Route route) {
    long now = System.currentTimeMillis();
    StringBuilder times = new StringBuilder();
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < POINTS; i++) {
      times.append(i == 0 ? "" : ",").append(now - (POINTS - i) * 800L);
      values.append(i == 0 ? "" : ",").append(20 + i % 50);
    }
    answer(
        route,
        "{\"series\":[{\"metric\":\"t\",\"times\":[%s],\"values\":[%s]}],".formatted(times, values)
            + "\"completeness\":{\"complete\":true,\"gaps\":[]},\"next\":null}");
  }

  private static void answer(Route route, String json) {
    route.fulfill(
        new Route.FulfillOptions()
            .setStatus(200)
            .setHeaders(Map.of("Content-Type", "application/json"))
            .setBody(json));
  }

  private static int number(Pattern pattern, String url, int usual) {
    Matcher found = pattern.matcher(String.valueOf(URI.create(url).getQuery()));
    return found.find() ? Integer.parseInt(found.group(1)) : usual;
  }
}
