package qiantang.ingest.meter;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;

/** What a program shows of itself, in Prometheus' text format. Any thread. */
public final class Exposition {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  // The library holds what a counter is read from weakly; once collected, the counter stands still.
  private final Queue<DoubleSupplier> counted = new ConcurrentLinkedQueue<>();

  /** Nothing yet. */
  public Exposition() {}

  /** Shows a value that is looked up when asked for. */
  public void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** Shows a count that is kept elsewhere. */
  public void counter(String name, String description, DoubleSupplier value) {
    counted.add(value);
    var _ =
        FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
            .description(description)
            .register(registry);
  }

  /** Shows one of several counts that differ in labels; the labels' values are bounded. */
  public void counter(
      String name, String description, Map<String, String> labels, DoubleSupplier value) {
    counted.add(value);
    List<Tag> tags =
        labels.entrySet().stream().map(label -> Tag.of(label.getKey(), label.getValue())).toList();
    var _ =
        FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
            .tags(tags)
            .description(description)
            .register(registry);
  }

  /** All of it. */
  public String scrape() {
    return registry.scrape();
  }

  MeterRegistry registry() {
    return registry;
  }
}
