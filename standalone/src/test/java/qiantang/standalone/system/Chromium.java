package qiantang.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Chromium of this machine, under Playwright; where none is installed the tests are skipped.
 * Everything that a page complains of is noted, and a test that ends with complaints fails; and so
 * does one whose pages ask for what the API's description does not have, or are answered it.
 */
final class Chromium implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  /** Names another browser than the usual ones. */
  private static final String CHOSEN = "QIANTANG_CHROMIUM";

  private static final List<String> USUAL =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox", // CI runs as root
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");
  // Counts are kept by the minute, and the machine is busy; what takes longer is broken.
  private static final double PATIENCE_MILLIS = 150_000;

  private static final String THROWN = "thrown: ";

  private final RunningPrograms programs;
  private final List<String> complaints = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final Contract contract = new Contract();
  private final List<BrowserContext> contexts = new ArrayList<>();
  private boolean isForgiving;
  private boolean isAnsweredByTest;
  private @Nullable Playwright playwright;
  private @Nullable Browser browser;

  /** Looks at the console of these programs. */
  Chromium(RunningPrograms programs) {
    this.programs = programs;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<Path> executable = find();
    assumeTrue(
        executable.isPresent(),
        "no Chromium here: install one (apt-get install chromium) or name it by " + CHOSEN);
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable.orElseThrow())
                    .setArgs(ARGUMENTS));
  }

  private static Optional<Path> find() {
    String chosen = System.getenv(CHOSEN);
    return Stream.concat(Stream.ofNullable(chosen), USUAL.stream())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A page of its own, as of a person with this language and taste. */
  Page page(String locale, ColorScheme scheme) {
    if (browser == null) {
      throw new AssertionError("BUG: asked for a page before the browser ran");
    }
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setLocale(locale)
                .setColorScheme(scheme)
                .setViewportSize(1440, 900));
    contexts.add(context);
    Page page = context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.onConsoleMessage(
        message -> {
          if (List.of("error", "warning").contains(message.type())) {
            complaints.add(message.type() + ": " + message.text());
          }
        });
    page.onPageError(error -> complaints.add(THROWN + error));
    page.onResponse(
        response -> {
          if (response.status() >= 400) {
            complaints.add(response.status() + " " + response.url());
          }
        });
    page.onRequestFinished(requests::add);
    return page;
  }

  /** In English, light: what tests of behaviour read. */
  Page page() {
    return page("en-GB", ColorScheme.LIGHT);
  }

  /** Signs in by the operator's token, which the page alone keeps, and goes to an address. */
  Page signedIn(Page page, String address) {
    page.navigate(programs.programs().httpUri() + address);
    page.locator("input[type=password]").fill(programs.programs().operatorToken());
    page.keyboard().press("Enter");
    page.locator(".masthead").waitFor();
    return page;
  }

  /** Goes on to an address, as a link would: loading the page again would forget the token. */
  static void show(Page page, String address) {
    page.evaluate(
        "(to) => { history.pushState(null, '', to); window.dispatchEvent(new Event('route')); }",
        address);
  }

  /** All that was loaded whole since the test began. */
  List<Request> requests() {
    return requests;
  }

  /** Bodies of requests and answers that were compared with the API's description so far. */
  int validated() {
    return contract.validated();
  }

  /** The test provoked what was complained of. */
  void forgive() {
    isForgiving = true;
  }

  /** The test answers in the server's stead: what it answers is its own. */
  void answeredByTest() {
    isAnsweredByTest = true;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> undescribed =
        List.copyOf(requests).stream()
            .filter(request -> !isAnsweredByTest)
            .flatMap(request -> contract.faults(request).stream())
            .distinct()
            .toList();
    contexts.forEach(Chromium::close);
    contexts.clear();
    requests.clear();
    List<String> said =
        List.copyOf(complaints).stream()
            .filter(complaint -> !isForgiving || complaint.startsWith(THROWN))
            .toList();
    complaints.clear();
    isForgiving = false;
    isAnsweredByTest = false;
    if (context.getExecutionException().isEmpty()) {
      assertEquals(List.of(), said);
      assertEquals(List.of(), undescribed, "what the API's description does not say");
    }
  }

  /** A page that asks while it is closed would be answered by the test, and that fails. */
  private static void close(BrowserContext context) {
    context.pages().forEach(Page::unrouteAll);
    context.close();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (playwright != null) {
      playwright.close();
    }
  }
}
