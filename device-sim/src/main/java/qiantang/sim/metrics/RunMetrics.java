package qiantang.sim.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.probe.ProbeCounts;
import qiantang.sim.report.Interval;
import qiantang.sim.report.RunWatch;
import qiantang.sim.report.Spread;

/**
 * Metrics of one run, named {@code qiantang_sim_*}. They stand still between looks, which come once
 * a second. Fleets, phases and workers are labels, and all are bounded. Any thread.
 */
public final class RunMetrics implements AutoCloseable {
  private static final String PREFIX = "qiantang.sim.";
  private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";
  private static final double MILLIS_PER_SECOND = 1_000;

  /** Names come from scenario files, and a label's values are a series each for ever. */
  private static final int LABEL_VALUES_MAX = 100;

  private static final String OTHERS = "others";

  private static final Interval.Traffic NOTHING = new Interval.Traffic(0, 0, 0, 0, 0, 0, 0, 0);
  private static final RunWatch.View BEFORE =
      new RunWatch.View(
          new Interval(
              0,
              0,
              "",
              NOTHING,
              new Interval.Standing(0, 0, 0),
              Spread.NONE,
              Spread.NONE,
              Spread.NONE,
              Interval.Probed.NONE,
              ProcessHealth.NONE,
              List.of()),
          NOTHING,
          ProbeCounts.NONE,
          List.of(),
          0,
          0,
          "",
          "");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpServer server;
  private final Set<String> phases = new HashSet<>();
  private volatile RunWatch.View view = BEFORE;
  private final Set<String> fleets = new HashSet<>();
  private final Set<Integer> workers = new HashSet<>();
  private volatile String phase = "";

  private RunMetrics(HttpServer server) {
    this.server = server;
    count("messages.offered", "messages that fell due by the plan", Interval.Traffic::offered);
    count("messages.sent", "messages sent for the first time", Interval.Traffic::sent);
    count("messages.acked", "messages acknowledged", Interval.Traffic::acked);
    count("messages.refused", "messages refused", Interval.Traffic::refused);
    count("messages.late", "messages sent over 10 ms after their time", Interval.Traffic::late);
    count("messages.resent", "messages sent again", Interval.Traffic::resent);
    count("connections.lost", "logged in, and broken off", Interval.Traffic::connectionsLost);
    count("logins.refused", "CONNECTs refused", Interval.Traffic::loginsRefused);
    gauge("connections", "connections logged in", i -> i.standing().connected());
    gauge("messages.in.flight", "sent and not answered", i -> i.standing().inFlight());
    gauge("messages.backlog", "due and not sent", i -> i.standing().backlog());
    spread("ack", "planned time to acknowledgement, last second", Interval::ack);
    spread("ack.from.send", "sending to acknowledgement, last second", Interval::ackFromSend);
    spread("lag", "planned time to the simulator noticing it, last second", Interval::lag);
    spread("visible", "planned time to visible, last second", i -> i.probes().visible());
    probes("seen", "messages that the query API showed", ProbeCounts::seen);
    probes("absent", "messages that it did not show in time", ProbeCounts::absent);
    probes("skipped", "messages that nobody could be asked for", ProbeCounts::skipped);
    probes("questions", "questions to the query API", ProbeCounts::questions);
    gauge("probes.waiting", "messages asked for and not seen", i -> i.probes().waiting());
    gauge("own.cpu.cores", "processor time of the simulator", Interval::cores);
    gauge("own.gc.ratio", "time stopped by the garbage collector", Interval::gcShare);
    gauge("own.heap.bytes", "heap in use", i -> i.own().heapBytes());
  }

  /**
   * Begins to serve {@code /metrics}.
   *
   * @param port 0 for a free one
   */
  public static Outcome<RunMetrics> start(int port) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      RunMetrics metrics = new RunMetrics(server);
      server.createContext("/metrics", metrics::answer);
      server.start();
      return new Outcome.Done<>(metrics);
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot serve metrics on port " + port + ": " + e.getMessage() + "; name a free port");
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Shows how large the fleets are; those beyond the limit are added up as {@code others}. */
  public void show(Collection<FleetSpec> fleets) {
    long otherConnections = 0;
    long otherDevices = 0;
    int shown = 0;
    for (FleetSpec fleet : fleets) {
      long devices = (long) fleet.count() * Math.max(1, fleet.subDevices());
      if (shown++ < LABEL_VALUES_MAX) {
        fleet(fleet.name(), fleet.count(), devices);
      } else {
        otherConnections += fleet.count();
        otherDevices += devices;
      }
    }
    if (otherConnections > 0) {
      fleet(OTHERS, otherConnections, otherDevices);
    }
  }

  private void fleet(String name, long connections, long devices) {
    sized("fleet.connections", "connections of a fleet, by the plan", name, connections);
    sized("fleet.devices", "devices of a fleet, by the plan", name, devices);
  }

  private void sized(String name, String description, String fleet, long size) {
    var _ =
        Gauge.builder(PREFIX + name, () -> size)
            .tag("fleet", fleet)
            .description(description)
            .strongReference(true)
            .register(registry);
  }

  /** Takes what the watch saw. */
  public void show(RunWatch.View seen) {
    view = seen;
    String name = seen.last().phase();
    String label = phases.contains(name) || phases.size() < LABEL_VALUES_MAX ? name : OTHERS;
    phase = label;
    if (phases.add(label)) {
      var _ =
          Gauge.builder(PREFIX + "phase", () -> phase.equals(label) ? 1 : 0)
              .tag("phase", label)
              .description("1 for what the run is doing")
              .strongReference(true)
              .register(registry);
    }
    seen.fleets().forEach(fleet -> messages(fleet.fleet()));
    for (int worker = 0; worker < seen.last().workers().size(); worker++) {
      worker(worker);
    }
  }

  /** There are at most a hundred and the others as one: whoever counts sees to it. */
  private void messages(String fleet) {
    if (fleets.add(fleet)) {
      messages("sent", "messages of a fleet sent for the first time", fleet, FleetCounts::sent);
      messages("acked", "messages of a fleet acknowledged", fleet, FleetCounts::acked);
      messages("refused", "messages of a fleet refused", fleet, FleetCounts::refused);
      messages("late", "sent over 10 ms after their time", fleet, FleetCounts::late);
    }
  }

  private void messages(
      String name, String description, String fleet, ToDoubleFunction<FleetCounts> figure) {
    var _ =
        FunctionCounter.builder(
                PREFIX + "fleet.messages." + name,
                this,
                m ->
                    m.view.fleets().stream()
                        .filter(counts -> counts.fleet().equals(fleet))
                        .mapToDouble(figure)
                        .sum())
            .tag("fleet", fleet)
            .description(description)
            .register(registry);
  }

  private void worker(int number) {
    if (workers.add(number)) {
      worker("cpu.cores", "processor time", number, (i, h) -> h.cores());
      worker("gc.ratio", "time stopped by its collector", number, (i, h) -> h.gcShare());
      worker("heap.bytes", "heap in use", number, (i, h) -> h.heapBytes());
    }
  }

  private void worker(
      String name,
      String description,
      int number,
      ToDoubleBiFunction<Interval, ProcessHealth> figure) {
    ToDoubleFunction<RunMetrics> value =
        m -> {
          Interval last = m.view.last();
          return number < last.workers().size()
              ? figure.applyAsDouble(last, last.workers().get(number))
              : Double.NaN;
        };
    var _ =
        Gauge.builder(PREFIX + "worker." + name, this, value)
            .tag("worker", Integer.toString(number))
            .description(description + " of a worker process")
            .strongReference(true)
            .register(registry);
  }

  private void count(String name, String description, ToDoubleFunction<Interval.Traffic> figure) {
    // This object holds what is read and lives as long as the server does.
    var _ =
        FunctionCounter.builder(PREFIX + name, this, m -> figure.applyAsDouble(m.view.total()))
            .description(description)
            .register(registry);
  }

  private void probes(String name, String description, ToDoubleFunction<ProbeCounts> figure) {
    var _ =
        FunctionCounter.builder(
                PREFIX + "probes." + name, this, m -> figure.applyAsDouble(m.view.probes()))
            .description(description)
            .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<Interval> figure) {
    var _ =
        Gauge.builder(PREFIX + name, this, m -> figure.applyAsDouble(m.view.last()))
            .description(description)
            .strongReference(true)
            .register(registry);
  }

  /** A second without messages has no percentiles: NaN, as Prometheus has it for no value. */
  private void spread(String name, String description, Function<Interval, Spread> of) {
    gauge(name + ".p50.seconds", description, i -> of.apply(i).p50() / MILLIS_PER_SECOND);
    gauge(name + ".p99.seconds", description, i -> of.apply(i).p99() / MILLIS_PER_SECOND);
    gauge(name + ".max.seconds", description, i -> of.apply(i).max() / MILLIS_PER_SECOND);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = registry.scrape().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", FORMAT);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    registry.close();
  }
}
