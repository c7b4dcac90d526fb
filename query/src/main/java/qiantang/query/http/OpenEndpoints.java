package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.CheckReadiness;

/** What needs no token: the page, the API's description, health and metrics. */
public final class OpenEndpoints {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final CheckReadiness readiness;
  private final RequestMeter meter;
  private final byte[] page = resource("page.html");
  private final byte[] openApi = resource("openapi.json");
  private final String pagePolicy = policyOf(new String(page, UTF_8));
  private final byte[] login = resource("login.html");
  private final String loginPolicy = loginPolicyOf(new String(login, UTF_8));

  /** Answers from these. */
  public OpenEndpoints(CheckReadiness readiness, RequestMeter meter) {
    this.readiness = readiness;
    this.meter = meter;
  }

  Answer page(Request request) {
    return Answer.of(200, "text/html; charset=utf-8", page)
        .with("Content-Security-Policy", pagePolicy);
  }

  /** Takes a link to log in: its own script alone runs, and speaks to this server alone. */
  Answer login(Request request) {
    return Answer.of(200, "text/html; charset=utf-8", login)
        .with("Content-Security-Policy", loginPolicy)
        .with("Cache-Control", "no-store");
  }

  Answer openApi(Request request) {
    return Answer.of(200, Answer.JSON, openApi);
  }

  Answer metrics(Request request) {
    return Answer.of(200, METRICS_TYPE, stream -> stream.write(meter.scrape().getBytes(UTF_8)));
  }

  Answer live(Request request) {
    return Answer.json(200, out -> out.object().text("status", "up").endObject());
  }

  Answer ready(Request request) {
    List<CheckReadiness.Check> checks = readiness.run();
    boolean isUp = checks.stream().allMatch(CheckReadiness.Check::isUp);
    return Answer.json(isUp ? 200 : 503, RegistryJson.readiness(isUp, checks));
  }

  /** Nothing may be loaded or run; the page's own style is allowed by its digest. */
  private static String policyOf(String html) {
    return Dispatcher.NOTHING_ALLOWED + "; style-src " + digest(html, "style");
  }

  private static String loginPolicyOf(String html) {
    return policyOf(html) + "; script-src " + digest(html, "script") + "; connect-src 'self'";
  }

  /** Of what stands between the tags of this name, as a policy names it. */
  private static String digest(String html, String tag) {
    String open = "<" + tag + ">";
    String text =
        html.substring(html.indexOf(open) + open.length(), html.indexOf("</" + tag + ">"));
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream stream = OpenEndpoints.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new AssertionError("BUG: the jar has no " + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError("BUG: cannot read " + name + " from the jar", e);
    }
  }
}
