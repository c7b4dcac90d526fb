package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.CheckReadiness;

/** What needs no token: the API's description, health and metrics. */
public final class OpenEndpoints {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final CheckReadiness readiness;
  private final RequestMeter meter;
  private final byte[] openApi = resource("openapi.json");

  /** Answers from these. */
  public OpenEndpoints(CheckReadiness readiness, RequestMeter meter) {
    this.readiness = readiness;
    this.meter = meter;
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
