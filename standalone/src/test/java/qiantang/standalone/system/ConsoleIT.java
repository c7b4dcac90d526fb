package qiantang.standalone.system;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.registry.Role;

/** The console in a real browser over the real programs: each screen's main task, and how it is. */
final class ConsoleIT {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final String DEVICES = "/devices?enterprise=alpha";
  private static final String DEVICE = "/device?enterprise=alpha&device=press-1";

  /** What the first screen may load, compressed, beside answers of the API. */
  private static final int FIRST_LOAD_BYTES_MAX = 90 * 1024;

  @RegisterExtension
  @Order(2)
  static final RunningPrograms RUNNING = new RunningPrograms();

  @RegisterExtension
  @Order(1)
  static final Chromium CHROMIUM = new Chromium(RUNNING);

  private static MqttClient press;

  @BeforeAll
  static void connectAPress() throws Exception {
    Programs programs = RUNNING.programs();
    programs.putBasePlatform();
    String token = programs.register(Programs.ALPHA, "press-1", Role.DEVICE);
    programs.register(Programs.ALPHA, "press-2", Role.DEVICE);
    press = new MqttClient(programs.mqttUri(), "press-1", new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setPassword(new char[0]);
    options.setMaxInflight(500); // Paho frees a place later than its publish returns
    press.connect(options);
    long now = System.currentTimeMillis();
    // Two stretches of a minute, ten minutes apart: between them nothing was measured.
    for (int i = 0; i < 60; i++) {
      send(now - 780_000 + i * 1000L, 40 + i % 7);
      send(now - 60_000 + i * 1000L, 50 + i % 7);
    }
    press.publish(TOPIC, "{\"temperature\":".getBytes(UTF_8), 1, false);
  }

  private static void send(long time, double temperature) throws MqttException {
    String values =
        "{\"temperature\":%s,\"running\":true,\"program\":\"A-7\"}".formatted(temperature);
    String message = "{\"ts\":%d,\"values\":%s}".formatted(time, values);
    press.publish(TOPIC, message.getBytes(UTF_8), 1, false);
  }

  @AfterAll
  static void disconnect() throws MqttException {
    if (press != null) {
      press.disconnect();
      press.close();
    }
    int validated = CHROMIUM.validated();
    assertTrue(validated > 50, "bodies compared with the API's description: " + validated);
  }

  @Test
  void fromTheOverviewOneComesToTheMachinesThatAreOnline() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), "/");
    page.getByRole(AriaRole.LINK, named("alpha")).first().click();
    assertThat(page.locator("h1")).hasText("alpha");
    Locator online = page.locator(".states a[href*='connection=online']");
    assertThat(online).containsText(Pattern.compile("online\\s*1\\b"));
    online.click();
    assertThat(page.getByRole(AriaRole.GRID)).isVisible();
    assertEquals(
        "enterprise=alpha&connection=online", URI.create(page.url()).getQuery(), "the address");
    assertThat(page.locator(".line")).hasCount(1);
    assertThat(page.locator(".line")).containsText("press-1");
    page.goBack();
    assertThat(page.locator("h1")).hasText("alpha");
  }

  @Test
  void theListIsFilteredByTheAddressAndWalkedByKeyboard() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICES);
    assertThat(page.locator(".line")).hasCount(2);
    page.locator("label:has-text('Connection') select").selectOption("online");
    assertThat(page.locator(".line")).hasCount(1);
    page.getByRole(AriaRole.LINK, named("Clear filters")).click();
    assertThat(page.locator(".line")).hasCount(2);
    page.locator("label:has-text('Id, name or identifier') input").fill("S-2");
    assertThat(page.locator(".line")).hasCount(1);
    assertThat(page).hasURL(Pattern.compile("text=S-2"));
    page.getByRole(AriaRole.LINK, named("Clear filters")).click();
    assertThat(page.locator(".line")).hasCount(2);
    page.getByRole(AriaRole.GRID).focus();
    page.keyboard().press("ArrowDown");
    assertThat(page.locator(".line[aria-selected=true]")).containsText("press-2");
    page.keyboard().press("Home");
    page.keyboard().press("Enter");
    assertThat(page.locator("h1")).hasText("press-1");
  }

  @Test
  void aMachineShowsItsTemperatureAsItMovesAndWhyWhatWasRefused() throws Exception {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE);
    Locator temperature =
        page.locator("q-values tr").filter(new Locator.FilterOptions().setHasText("temperature"));
    assertThat(temperature).isVisible();
    send(System.currentTimeMillis(), 77.25);
    assertThat(temperature).containsText("77.25");
    Locator rejection = page.locator("q-rejections li").first();
    assertThat(rejection).containsText("malformed");
    rejection.locator("summary").click();
    assertThat(rejection.locator("pre")).hasText("{\"temperature\":");
    assertThat(page.locator("q-connections svg[role=img]")).isVisible();
  }

  @Test
  void aValueIsShownAsItComesWithoutAsking() throws Exception {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE);
    assertThat(page.locator("q-values [role=status]")).hasText("live");
    long before = latestRequests();
    Locator temperature =
        page.locator("q-values tr").filter(new Locator.FilterOptions().setHasText("temperature"));
    for (int i = 0; i < 3; i++) {
      send(System.currentTimeMillis(), 60.5 + i);
      assertThat(temperature).containsText(String.valueOf(60.5 + i));
    }
    assertEquals(before, latestRequests(), "it asked for what it was told");
    page.context().setOffline(true);
    assertThat(page.locator(".banner")).containsText("The server cannot be reached");
    page.context().setOffline(false);
    assertThat(page.locator("q-values [role=status]")).hasText("live");
    Chromium.show(page, "/?enterprise=alpha");
    assertThat(page.locator("q-overview .title [role=status]")).hasText("live");
    CHROMIUM.forgive();
  }

  @Test
  void aTextOfAnyLengthLeavesRoomAndOneValueIsADot() throws Exception {
    String values = "{\"once\":21.5,\"listing\":\"" + "x".repeat(400) + "\"}";
    press.publish(TOPIC, values.getBytes(UTF_8), 1, false);
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE + "&metric=once&range=1h");
    assertThat(page.locator("q-values")).containsText("listing");
    Object overflow =
        page.evaluate(
            "() => { const at = document.querySelector('q-values .scroll');"
                + " return at.scrollWidth - at.clientWidth; }");
    assertTrue(((Number) overflow).intValue() <= 1, "pixels too wide: " + overflow);
    assertThat(page.locator(".plot canvas")).isVisible();
    Object dots =
        page.evaluate("() => !!document.querySelector('q-chart').plot.series[1].points._paths");
    assertEquals(true, dots, "nothing is drawn of the only value");
  }

  @Test
  void aUnitIsBehindTheValueAndAtTheChartAndAChangeIsSeen() throws Exception {
    Programs programs = RUNNING.programs();
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE + "&metric=temperature");
    page.locator(".plot canvas").waitFor();
    send(System.currentTimeMillis(), 66.5);
    Locator temperature =
        page.locator("q-values tr").filter(new Locator.FilterOptions().setHasText("temperature"));
    Locator title = page.locator(".card:has(q-chart) h2");
    Locator plot = page.getByRole(AriaRole.APPLICATION);
    try {
      for (String unit : List.of("°C", "°F")) {
        programs.setUnit(Programs.ALPHA, "temperature", unit);
        assertThat(temperature.locator(".value")).hasText(Pattern.compile("^\\s*66\\.5 " + unit));
        assertThat(title).hasText("temperature (" + unit + ")");
        assertThat(plot).hasAttribute("aria-label", Pattern.compile("temperature \\(" + unit));
      }
      Locator program =
          page.locator("q-values tr").filter(new Locator.FilterOptions().setHasText("program"));
      assertThat(program.locator(".value")).hasText("A-7");
    } finally {
      programs.setUnit(Programs.ALPHA, "temperature", null);
    }
    assertThat(title).hasText("temperature");
  }

  private static long latestRequests() {
    return List.copyOf(CHROMIUM.requests()).stream()
        .filter(request -> URI.create(request.url()).getPath().endsWith("/latest"))
        .count();
  }

  @Test
  void theChartBreaksWhereNothingWasMeasuredAndIsReadByKeyboard() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE + "&metric=temperature&range=1h");
    assertThat(page.locator(".plot canvas")).isVisible();
    Object gaps =
        page.evaluate(
            "() => document.querySelector('q-chart').plot.data[1]"
                + ".filter((y) => y === null).length");
    assertTrue(((Number) gaps).intValue() >= 1, "gaps: " + gaps);
    page.getByRole(AriaRole.APPLICATION).focus();
    page.keyboard().press("Home");
    Locator said = page.locator("q-chart [aria-live]");
    assertThat(said).containsText(Pattern.compile("\\s40$"));
    page.keyboard().press("ArrowRight");
    // Where a pixel has four samples it shows the first and the last: what is next depends on now.
    assertThat(said).containsText(Pattern.compile("\\s4[1-6]$"));
    page.locator("#chart-table > summary").click();
    assertThat(page.locator("#chart-table tbody tr")).hasCount(25);
  }

  @Test
  void theLanguageIsTheBrowsersAndAChoiceIsKept() {
    Page page = CHROMIUM.page("zh-CN", ColorScheme.LIGHT);
    page.navigate(RUNNING.programs().httpUri());
    assertThat(page.getByRole(AriaRole.BUTTON, named("登录"))).isVisible();
    page.getByRole(AriaRole.BUTTON, named("English")).click();
    assertThat(page.getByRole(AriaRole.BUTTON, named("Sign in"))).isVisible();
    page.getByRole(AriaRole.COMBOBOX).selectOption("dark");
    page.reload();
    assertThat(page.getByRole(AriaRole.BUTTON, named("Sign in"))).isVisible();
    assertEquals("dark", page.evaluate("document.documentElement.dataset.theme"));
  }

  @Test
  void aWrongTokenIsRefusedInWords() {
    Page page = CHROMIUM.page();
    page.navigate(RUNNING.programs().httpUri());
    page.getByLabel("Access token").fill("alpha.nonsense");
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("This token is not accepted.");
    CHROMIUM.forgive();
  }

  @Test
  void aLostServerIsToldAndSoIsItsReturn() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE);
    assertThat(page.locator("h1")).hasText("press-1");
    page.context().setOffline(true);
    assertThat(page.locator(".banner")).containsText("The server cannot be reached");
    page.context().setOffline(false);
    assertThat(page.locator(".banner")).hasCount(0);
    CHROMIUM.forgive();
  }

  /**
   * The page's own time stands still but for what is run of it: no machine is too slow for this.
   */
  @Test
  void aServerThatFallsSilentIsToldWithinThreeSecondsAndComesBackByItself() throws Exception {
    Page page = CHROMIUM.page();
    page.clock().install();
    CHROMIUM.signedIn(page, DEVICE);
    Locator how = page.locator("q-values [role=status]");
    assertThat(how).hasText("live");
    RUNNING.programs().signalQuery("STOP");
    try {
      long now = ((Number) page.evaluate("Date.now()")).longValue();
      page.clock().pauseAt(now + 100);
      page.clock().runFor(3_100);
      assertThat(how).containsText(Pattern.compile("connection lost at \\d+:\\d\\d:\\d\\d"));
      assertThat(page.locator(".banner")).containsText("cannot be reached since");
      assertThat(page.locator(".masthead .link")).containsText("Disconnected");
    } finally {
      RUNNING.programs().signalQuery("CONT");
    }
    page.clock().resume();
    assertThat(how).hasText("live");
    assertThat(page.locator(".banner")).hasCount(0);
    CHROMIUM.forgive();
  }

  @Test
  void aWrongFilterIsNamedInsteadOfAnEmptyTable() {
    CHROMIUM.answeredByTest(); // what is asked is wrong on purpose
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICES + "&connection=sideways");
    Locator alert = page.locator("q-list [role=alert]");
    assertThat(alert).containsText("“Connection” cannot be “sideways”");
    assertThat(alert).containsText("It can be: online, offline, unknown");
    assertThat(page.getByRole(AriaRole.GRID)).hasCount(0);
    alert.getByRole(AriaRole.BUTTON).click();
    assertThat(page.locator(".line")).hasCount(2);
    CHROMIUM.forgive();
  }

  @Test
  void headsSortTheListAndTheAddressKeepsIt() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICES);
    assertThat(page.locator(".line")).hasCount(2);
    page.locator(".heads").getByRole(AriaRole.BUTTON).first().click();
    assertThat(page).hasURL(Pattern.compile("sort=name"));
    Locator sorted = page.locator(".heads [aria-sort=ascending]");
    assertThat(sorted).containsText("Name");
    Locator newest = page.locator(".heads .reading .sort");
    newest.focus();
    page.keyboard().press("Enter");
    assertThat(page).hasURL(Pattern.compile("sort=reading"));
    assertThat(page.locator(".heads [aria-sort=descending]")).containsText("Last data");
    assertThat(page.locator(".line").first()).containsText("press-1");
    newest.click();
    assertThat(page).hasURL(Pattern.compile("alpha$"));
    assertThat(page.locator(".line")).hasCount(2);
  }

  @Test
  void readersAreGroupedAndOnesOwnAreShownIfAskedFor() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICE);
    page.locator(".plot canvas").waitFor();
    Chromium.show(page, DEVICES);
    page.locator(".line").first().waitFor();
    Chromium.show(page, DEVICE);
    Locator readers = page.locator("q-readers");
    assertThat(readers).containsText("Nobody of another party has read its data lately.");
    readers.getByRole(AriaRole.CHECKBOX).check();
    assertThat(readers.locator("tbody tr").first()).containsText("operator");
    assertTrue(readers.locator("tbody tr").count() <= 2, "a line for each reader and hour");
  }

  @Test
  void inChineseThereAreNoWordsInEnglish() {
    Page page = CHROMIUM.page("zh-CN", ColorScheme.LIGHT);
    page.navigate(RUNNING.programs().httpUri());
    page.locator("q-login form").waitFor();
    assertChinese(page, "login");
    CHROMIUM.signedIn(page, "/");
    page.locator("q-overview table").first().waitFor();
    assertChinese(page, "platform");
    Chromium.show(page, "/?enterprise=alpha");
    page.locator(".states a").first().waitFor();
    assertChinese(page, "enterprise");
    Chromium.show(page, DEVICES);
    page.locator(".line").first().waitFor();
    assertChinese(page, "devices");
    Chromium.show(page, DEVICE);
    page.locator(".plot canvas").waitFor();
    page.locator("q-rejections summary").first().click();
    page.locator("q-readers input").check();
    page.locator("q-readers tbody tr").first().waitFor();
    page.locator("q-connections summary").click();
    assertChinese(page, "device");
    Chromium.show(page, "/device?enterprise=alpha&device=press-9");
    page.locator(".trouble").waitFor();
    assertChinese(page, "no device");
    CHROMIUM.forgive();
  }

  @Test
  void aShortPeriodIsToldInMillisecondsAndNoneAsUnknown() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), DEVICES);
    Object told =
        page.evaluate(
            """
            async () => {
              const app = document.querySelector('script[src$="/app.js"]').src;
              const { period } = await import(app.replace('app.js', 'i18n.js'));
              return [0.25, 2, null].map(period).join('; ');
            }
            """);
    assertEquals("250 ms; 2 sec; not known yet", told);
  }

  @Test
  void whatWasSlowedIsNotListedAsRefused() {
    CHROMIUM.answeredByTest();
    Page page = CHROMIUM.page();
    String item =
        "{\"id\":\"%s\",\"time\":1.7e12,\"reason\":\"%s\",\"detail\":\"d\",\"topic\":\"t\","
            + "\"publisher\":null,\"skewMillis\":null,\"count\":1,\"payload\":\"\","
            + "\"payloadEncoding\":\"utf-8\",\"payloadBytes\":0}";
    String items = item.formatted("1", "slowed") + "," + item.formatted("2", "quota");
    page.route(
        Pattern.compile("/devices/press-1/rejections"),
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody("{\"items\":[" + items + "],\"completeness\":{},\"next\":null}")));
    CHROMIUM.signedIn(page, DEVICE);
    assertThat(page.locator("q-rejections h3")).hasText("Slowed down (nothing of it was refused)");
    assertThat(page.locator("q-rejections .slowed > li")).hasCount(1);
    assertThat(page.locator("ul.rejections:not(.slowed) > li")).containsText("over quota");
  }

  private static void assertChinese(Page page, String what) {
    assertEquals(List.of(), LatinWords.of(page), what);
  }

  @Test
  void whatIsNotThereSaysWhatToDo() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), "/device?enterprise=alpha&device=nobody");
    assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("there is no such device");
    CHROMIUM.forgive();
  }

  @Test
  void thereIsNothingToComplainOfForThoseWhoSeeOrMoveDifferently() {
    for (String locale : List.of("zh-CN", "en-GB")) {
      for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        Page page = CHROMIUM.page(locale, scheme);
        page.navigate(RUNNING.programs().httpUri());
        page.locator("q-login form").waitFor();
        assertAccessible(page, "login " + locale + scheme);
        CHROMIUM.signedIn(page, "/");
        page.locator("q-overview table").first().waitFor();
        assertAccessible(page, "platform " + locale + scheme);
        Chromium.show(page, "/?enterprise=alpha");
        page.locator(".states a").first().waitFor();
        assertAccessible(page, "enterprise " + locale + scheme);
        Chromium.show(page, DEVICES);
        page.locator(".line").first().waitFor();
        assertAccessible(page, "devices " + locale + scheme);
        Chromium.show(page, DEVICE);
        page.locator(".plot canvas").waitFor();
        page.locator("q-rejections summary").first().click();
        page.locator("#chart-table > summary").click();
        assertAccessible(page, "device " + locale + scheme);
        page.context().close();
      }
    }
  }

  private static void assertAccessible(Page page, String what) {
    List<String> found =
        new AxeBuilder(page)
            .analyze().getViolations().stream().map(rule -> what + ": " + told(rule)).toList();
    assertEquals(List.of(), found);
  }

  private static String told(Rule rule) {
    return rule.getId() + " " + rule.getNodes().stream().map(node -> node.getHtml()).toList();
  }

  @Test
  void theFirstScreenIsSoonLoaded() {
    Page page = CHROMIUM.signedIn(CHROMIUM.page(), "/");
    page.locator("q-overview .axes").waitFor();
    int bytes = 0;
    int files = 0;
    for (Request request : List.copyOf(CHROMIUM.requests())) {
      String path = URI.create(request.url()).getPath();
      if (!path.startsWith("/v1/")) {
        bytes += request.sizes().responseBodySize;
        files++;
      }
    }
    System.out.printf("console: the first screen loads %,d bytes in %d files%n", bytes, files);
    assertTrue(files > 20, "files: " + files);
    assertTrue(bytes <= FIRST_LOAD_BYTES_MAX, bytes + " bytes");
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}
