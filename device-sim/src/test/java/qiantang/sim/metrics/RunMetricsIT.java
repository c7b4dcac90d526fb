package qiantang.sim.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.probe.ProbeCounts;
import qiantang.sim.report.Interval;
import qiantang.sim.report.RunWatch;
import qiantang.sim.report.Spread;

class RunMetricsIT {
  private final RunMetrics metrics = start();

  @AfterEach
  void stop() {
    metrics.close();
  }

  @Test
  void aScrapeHasWhatTheWatchSawLast() throws IOException {
    metrics.show(List.of(fleet("mills", 40), fleet("halls", 2)));
    metrics.show(view("connect", 1));
    metrics.show(view("send", 2));
    String text = scrape();
    assertTrue(text.contains("\nqiantang_sim_messages_sent_total 20.0\n"), text);
    assertTrue(text.contains("\nqiantang_sim_connections 5.0\n"), text);
    assertTrue(text.contains("\nqiantang_sim_own_cpu_cores 0.25\n"), text);
    assertTrue(text.contains("qiantang_sim_phase{phase=\"connect\"} 0.0"), text);
    assertTrue(text.contains("qiantang_sim_phase{phase=\"send\"} 1.0"), text);
    assertTrue(text.contains("qiantang_sim_fleet_devices{fleet=\"mills\"} 40.0"), text);
    assertTrue(text.contains("\nqiantang_sim_visible_p99_seconds 0.002\n"), text);
    assertTrue(text.contains("\nqiantang_sim_probes_absent_total 1.0\n"), text);
    assertTrue(text.contains("_fleet_messages_sent_total{fleet=\"mills\"} 20.0\n"), text);
    assertTrue(text.contains("_fleet_messages_late_total{fleet=\"mills\"} 2.0\n"), text);
    assertTrue(text.contains("qiantang_sim_worker_cpu_cores{worker=\"1\"} 0.5\n"), text);
    assertTrue(text.contains("\nqiantang_sim_ack_p99_seconds 0.002\n"), text);
  }

  @Test
  void labelsAreBoundedWhateverAScenarioNames() throws IOException {
    List<FleetSpec> fleets = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      fleets.add(fleet("f" + i, 2));
      metrics.show(view("phase-" + i, i));
    }
    metrics.show(fleets);
    String text = scrape();
    assertEquals(101, text.split("qiantang_sim_phase\\{", -1).length - 1);
    assertEquals(101, text.split("qiantang_sim_fleet_devices\\{", -1).length - 1);
    assertTrue(text.contains("qiantang_sim_fleet_devices{fleet=\"others\"} 100.0"), text);
    assertTrue(text.contains("qiantang_sim_phase{phase=\"others\"} 1.0"), text);
  }

  @Test
  void aPortThatIsTakenIsSaidSo() {
    Outcome.Failed<?> failed =
        assertInstanceOf(Outcome.Failed.class, RunMetrics.start(metrics.port()));
    assertTrue(failed.message().contains("name a free port"), failed::message);
    assertFalse(failed.message().contains("Exception"), failed::message);
  }

  private String scrape() throws IOException {
    URI address = URI.create("http://127.0.0.1:" + metrics.port() + "/metrics");
    try (InputStream in = address.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static RunWatch.View view(String phase, int second) {
    Histogram acks = new Histogram(3);
    acks.recordValueWithCount(2_000, 100);
    Spread spread = Spread.of(acks);
    Interval.Traffic traffic = new Interval.Traffic(10, 10, 10, 0, 0, 0, 0, 0);
    Interval last =
        new Interval(
            1_000L * second - 1_000,
            1_000L * second,
            phase,
            traffic,
            new Interval.Standing(5, 0, 0),
            spread,
            spread,
            spread,
            new Interval.Probed(spread, 3),
            new ProcessHealth(250_000_000, 0, 1, 1_000_000_000),
            List.of(ProcessHealth.NONE, new ProcessHealth(500_000_000, 0, 7, 1_000_000_000)));
    long sent = 10L * second;
    List<FleetCounts> fleets = List.of(new FleetCounts("mills", sent, sent - 1, 1, 2));
    Interval.Traffic total = new Interval.Traffic(sent, sent, sent, 0, 0, 0, 0, 0);
    return new RunWatch.View(last, total, new ProbeCounts(7, 1, 0, 3, 40, 0), fleets, 0, 0, "", "");
  }

  private static FleetSpec fleet(String name, int count) {
    return FleetSpec.direct(name, count, SignalModel.PUMP, Duration.ofSeconds(1));
  }

  private static RunMetrics start() {
    return switch (RunMetrics.start(0)) {
      case Outcome.Done<RunMetrics>(RunMetrics started) -> started;
      case Outcome.Failed<RunMetrics> failed -> throw new AssertionError(failed.message());
    };
  }
}
