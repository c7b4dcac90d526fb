package qiantang.standalone.system;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a customer sees at a glance: nothing is cut off on any screen, what stands for the same is
 * the same figure, and each figure says how old it is.
 */
final class ConsoleLookIT {
  private static final String DEVICES = "/devices?enterprise=alpha";
  private static final String ROBOT = "/device?enterprise=alpha&device=robot-1";
  private static final String GATEWAY = "喷涂车间网关";
  private static final int PHONE = 390;

  @RegisterExtension
  @Order(2)
  static final RunningPrograms RUNNING = new RunningPrograms();

  @RegisterExtension
  @Order(1)
  static final Chromium CHROMIUM = new Chromium(RUNNING);

  private static MqttClient gateway;

  @BeforeAll
  static void connectAGateway() throws Exception {
    Programs programs = RUNNING.programs();
    programs.putBasePlatform();
    String admin = programs.adminToken(Programs.ALPHA);
    String devices = "/v1/enterprises/alpha/devices";
    String named =
        "{\"id\":\"gw-1\",\"name\":\"%s\",\"kind\":\"gateway\",\"factory\":\"西湖工厂\"}"
            .formatted(GATEWAY);
    assertEquals(201, programs.send("POST", devices, admin, named).status());
    String token =
        programs
            .send("POST", devices + "/gw-1/credentials", admin, "{}")
            .body()
            .path("token")
            .asText();
    gateway = new MqttClient(programs.mqttUri(), "gw-1", new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setPassword(new char[0]);
    gateway.connect(options);
    tell(21.5);
    // A topic of one word as long as a topic may be, which nobody can break into lines.
    String topic = "v1/gateway/telemetry/" + "x".repeat(1000);
    gateway.publish(topic, "{\"robot-1\":[]}".getBytes(UTF_8), 1, false);
  }

  private static void tell(double temperature) throws MqttException {
    String message = "{\"robot-1\":[{\"temperature\":%s}]}".formatted(temperature);
    gateway.publish("v1/gateway/telemetry", message.getBytes(UTF_8), 1, false);
  }

  @AfterAll
  static void disconnect() throws MqttException {
    if (gateway != null) {
      gateway.disconnect();
      gateway.close();
    }
  }

  @Test
  void aDeviceBehindAGatewayNamesItAndLeadsToItAndBack() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICES);
    Locator robot = page.locator(".line").filter(withText("robot-1"));
    assertThat(robot.locator(".below")).hasText("via " + GATEWAY);
    robot.getByRole(AriaRole.LINK, named("robot-1")).click();
    assertThat(page.locator("h1")).hasText("robot-1");
    assertThat(page.locator(".axes").getByRole(AriaRole.LINK, named(GATEWAY))).isVisible();
    page.locator(".facts").getByRole(AriaRole.LINK, named(GATEWAY)).click();
    assertThat(page.locator("h1")).hasText(GATEWAY);
    page.getByRole(AriaRole.LINK, pageNamed("Devices it speaks for")).click();
    assertThat(page.locator(".line")).hasCount(1);
    assertThat(page.locator(".line")).containsText("robot-1");
    assertThat(page.locator("label:has-text('Gateway') input")).hasValue("gw-1");
  }

  /** It was created two hours ago, came an hour ago, and was there since. */
  @Test
  void forWhichShareOfTheTimeItWasConnectedIsSaidOnceAndSinceItIsKnown() {
    CHROMIUM.answeredByTest();
    Page page = CHROMIUM.page();
    long now = System.currentTimeMillis();
    long created = now - 7_200_000;
    long first = now - 3_600_000;
    String connection =
        ("{\"state\":\"online\",\"since\":%d,\"reason\":\"connect\",\"evidence\":"
                + "{\"connectedShare\":0.87,\"flaps\":0,\"takeovers\":0,"
                + "\"gateway\":null,\"gatewayEnd\":null}}")
            .formatted(first);
    String lifecycle =
        ("{\"state\":\"active\",\"since\":%d,\"reason\":\"heard-of\",\"evidence\":"
                + "{\"created\":%d,\"firstArrival\":%d}}")
            .formatted(first, created, first);
    String health =
        "{\"at\":%d,\"connection\":%s,\"lifecycle\":%s}".formatted(now, connection, lifecycle);
    page.route(Pattern.compile("/devices/robot-1/health"), route -> answer(route, health));
    String sessions =
        ("{\"items\":[{\"connectedAt\":%d,\"disconnectedAt\":null,\"durationSeconds\":3600,"
                + "\"state\":\"open\",\"reason\":null}],\"completeness\":{},\"next\":null}")
            .formatted(first);
    page.route(Pattern.compile("/devices/robot-1/connections"), route -> answer(route, sessions));
    CHROMIUM.signedIn(page, ROBOT);
    Locator said = page.locator("q-connections p");
    assertThat(said)
        .containsText(Pattern.compile("connected 100% of the time since .*became known"));
    assertThat(page.locator(".axes")).not().containsText("87%");
    Object times = page.evaluate("document.body.innerText.match(/connected\\s+\\d/gi).length");
    assertEquals(1, times, "it is said once");
  }

  @Test
  void countsSayHowOldTheyAreAndWhenCountingIsBehind() {
    CHROMIUM.answeredByTest();
    Page page = CHROMIUM.page();
    long[] age = {50_000};
    page.route(
        Pattern.compile("/v1/platforms/supet$"),
        route -> {
          String body = route.fetch().text();
          String at = "\"countedAt\":" + (System.currentTimeMillis() - age[0]);
          answer(route, body.replaceFirst("\"countedAt\":[^,}]+", at));
        });
    CHROMIUM.signedIn(page, "/");
    Locator title = page.locator("q-overview .title");
    assertThat(title).containsText(Pattern.compile("as of [0-9:]+, 5\\d sec ago"));
    assertThat(title).not().containsText("behind");
    assertThat(page.locator("q-overview")).containsText("Shares are of all devices");
    age[0] = 600_000;
    assertThat(title).containsText(Pattern.compile("1\\d min ago\\s+– counting is behind"));
  }

  @Test
  void ofAListNothingIsCutOff() {
    CHROMIUM.answeredByTest();
    for (String locale : List.of("zh-CN", "en-GB")) {
      Page page = CHROMIUM.page(locale, ColorScheme.LIGHT);
      page.setViewportSize(1280, 800);
      page.route(Pattern.compile("/alpha/devices\\?"), ConsoleLookIT::answerUnwell);
      CHROMIUM.signedIn(page, DEVICES + "&kind=device");
      Locator line = page.locator(".line").first();
      assertThat(line).isVisible();
      boolean isEnglish = locale.startsWith("en");
      // What is wrong with its connection, and what with its readings.
      assertThat(line.locator(".why"))
          .hasText(Pattern.compile(isEnglish ? "will, later than others" : "、|，"));
      assertEquals(List.of(), cutOff(page), locale);
      page.setViewportSize(PHONE, 844);
      assertThat(line.locator(".reading .instead")).hasText(isEnglish ? "suspect" : "可疑");
      assertThat(line.locator(".reading .instead")).isVisible();
      assertEquals(List.of(), cutOff(page), locale + " on a phone");
    }
  }

  /** Devices with the longest words there are of each state and reason. */
  private static void answerUnwell(Route route) {
    String axis = "{\"state\":\"%s\",\"since\":1.7e12,\"reason\":\"%s\",\"evidence\":{}}";
    String health =
        "{\"connection\":%s,\"data\":%s,\"quality\":%s,\"lifecycle\":%s}"
            .formatted(
                axis.formatted("offline", "gateway-disconnect-with-will"),
                axis.formatted("silent", "online-but-never-reported"),
                axis.formatted("suspect", "outlier-late-share"),
                axis.formatted("never-connected", "nothing-in-a-day"));
    String items =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    ("{\"id\":\"m-%d\",\"name\":\"machine-%04d\",\"kind\":\"device\","
                            + "\"gateway\":\"gw-1\",\"model\":\"injection-moulding\","
                            + "\"factory\":\"plant-1\",\"line\":\"line-1\","
                            + "\"lifecycle\":\"active\",\"connection\":\"offline\","
                            + "\"since\":1.7e12,\"health\":%s}")
                        .formatted(i, i, health))
            .collect(Collectors.joining(","));
    answer(route, "{\"items\":[" + items + "],\"next\":null}");
  }

  /**
   * Cells and filters that are seen and do not show all that is in them, or lie beside what is
   * seen.
   */
  private static List<?> cutOff(Page page) {
    return (List<?>)
        page.evaluate(
            """
            () => {
              const list = document.querySelector('.viewport').getBoundingClientRect();
              return [...document.querySelectorAll('.viewport [role=gridcell],'
                  + '.viewport [role=columnheader], .viewport .first, .viewport .below,'
                  + '.filters label > span')]
                .filter((at) => at.checkVisibility())
                .filter((at) => at.scrollWidth > at.clientWidth + 1
                  || at.scrollHeight > at.clientHeight + 4
                  || at.getBoundingClientRect().right > list.right)
                .map((at) => `${at.className}: ${at.textContent.trim()}`);
            }
            """);
  }

  @Test
  void onAPhoneNothingScrollsSideways() {
    for (String locale : List.of("zh-CN", "en-GB")) {
      Page page = CHROMIUM.page(locale, ColorScheme.DARK);
      page.setViewportSize(PHONE, 844);
      CHROMIUM.signedIn(page, "/");
      page.locator("q-overview table").first().waitFor();
      assertNarrow(page, "platform " + locale);
      Chromium.show(page, "/?enterprise=alpha");
      page.locator(".states a").first().waitFor();
      assertNarrow(page, "enterprise " + locale);
      Chromium.show(page, DEVICES);
      page.locator(".line").first().waitFor();
      assertNarrow(page, "devices " + locale);
      Chromium.show(page, "/device?enterprise=alpha&device=gw-1");
      page.locator("q-rejections summary").first().click();
      page.locator("q-rejections code").first().waitFor();
      page.locator("q-connections summary").click();
      assertNarrow(page, "gateway " + locale);
      Chromium.show(page, ROBOT);
      page.locator(".plot canvas").waitFor();
      assertNarrow(page, "device " + locale);
      page.context().close();
    }
  }

  private static void assertNarrow(Page page, String what) {
    Object wide =
        page.evaluate(
            """
            () => [document.documentElement, ...document.querySelectorAll('main *')]
              .filter((at) => ['auto', 'scroll'].includes(getComputedStyle(at).overflowX)
                || at === document.documentElement)
              .filter((at) => at.scrollWidth > at.clientWidth + 1)
              .map((at) => `${at.tagName}.${at.className} ${at.scrollWidth}`)
            """);
    assertEquals(List.of(), wide, what);
    List<?> violations = new AxeBuilder(page).analyze().getViolations();
    assertEquals(List.of(), violations, what);
  }

  @Test
  void onAPhoneTheFiltersAreFoldedUntilTheyAreAskedFor() {
    Page page = CHROMIUM.page();
    page.setViewportSize(PHONE, 844);
    CHROMIUM.signedIn(page, DEVICES);
    assertThat(page.locator(".line")).hasCount(2);
    Locator connection = page.locator("label:has-text('Connection') select");
    assertThat(connection).isHidden();
    assertThat(page.locator("label:has-text('Id, name or identifier') input")).isVisible();
    Locator more = page.locator(".filters button[aria-expanded]");
    assertThat(more).hasAttribute("aria-expanded", "false");
    more.focus();
    page.keyboard().press("Enter");
    assertThat(more).hasAttribute("aria-expanded", "true");
    connection.selectOption("online");
    assertThat(page).hasURL(Pattern.compile("connection=online"));
    assertThat(more).hasText("More filters (1 set)");
  }

  /** The stream opens late: what came before it is there, and what came meanwhile is not missed. */
  @Test
  void valuesAreShownBeforeTheStreamOpensAndNoneIsMissedBetween() throws Exception {
    Page page = CHROMIUM.page();
    CompletableFuture<Route> stream = new CompletableFuture<>();
    page.route(Pattern.compile("/alpha/stream"), stream::complete);
    tell(30.25);
    CHROMIUM.signedIn(page, ROBOT);
    Locator temperature = page.locator("q-values tr").filter(withText("temperature"));
    assertThat(temperature).containsText("30.25");
    assertThat(page.locator("q-values [role=status]")).not().containsText("live");
    page.waitForCondition(stream::isDone);
    tell(31.75);
    Programs.awaitTrue(
        "the value is told",
        () ->
            RUNNING
                .get("/devices/robot-1/latest")
                .path("metrics")
                .path(0)
                .path("value")
                .asText()
                .equals("31.75"));
    stream.join().resume();
    assertThat(temperature).containsText("31.75");
    assertThat(page.locator("q-values [role=status]")).hasText("live");
  }

  @Test
  void whatIsSwitchedOffIsAsItIsForThat() throws Exception {
    Programs programs = RUNNING.programs();
    String admin = programs.adminToken(Programs.BETA);
    String devices = "/v1/enterprises/beta/devices";
    assertEquals(201, programs.send("POST", devices, admin, "{\"id\":\"off-1\"}").status());
    String change = "{\"disabled\":true}";
    assertEquals(200, programs.send("PATCH", devices + "/off-1", admin, change).status());
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), "/devices?enterprise=beta");
    assertThat(page.locator(".line .why")).hasText("disabled");
  }

  private static void answer(Route route, String json) {
    route.fulfill(
        new Route.FulfillOptions()
            .setStatus(200)
            .setHeaders(Map.of("Content-Type", "application/json"))
            .setBody(json));
  }

  private static Page.GetByRoleOptions pageNamed(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.FilterOptions withText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }
}
