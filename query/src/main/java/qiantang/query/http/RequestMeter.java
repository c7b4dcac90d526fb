package qiantang.query.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** Counts and times requests, by route and never by path: paths are without number. Any thread. */
public final class RequestMeter {
  // A client may invent methods too.
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A meter that also tells of the JVM. */
  public RequestMeter() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new UptimeMetrics().bindTo(meters);
  }

  /** Shows a number that changes by itself. */
  public void gauge(String name, String help, Supplier<Number> value) {
    Gauge.builder(name, value).description(help).register(meters);
  }

  /** A request was answered. */
  void answered(HttpMethod method, String route, int status, long nanos) {
    Timer.builder("qiantang.http.requests")
        .description("Requests from the head to the last byte of the answer")
        .tag("method", METHODS.contains(method.name()) ? method.name() : "other")
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .serviceLevelObjectives(
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofMillis(2500),
            Duration.ofSeconds(10))
        .register(meters)
        .record(Duration.ofNanos(nanos));
  }

  /** Somebody must wait. */
  void refused(String policy, String of) {
    Counter.builder("qiantang.http.refused")
        .description("Requests that were answered 429, by the limit and by whose it is")
        .tag("policy", policy)
        .tag("of", of)
        .register(meters)
        .increment();
  }

  /** Everything, in the text form of Prometheus. */
  String scrape() {
    return meters.scrape();
  }
}
