package qiantang.sim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.probe.ProbeCounts;
import qiantang.sim.probe.ProbeFigures;

/**
 * Looks at a running fleet once a second and tells everybody who wants to know: the timeline, the
 * display, the metrics. One thread.
 */
public final class RunWatch {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** In a shorter one a handful of messages would make a rate. */
  private static final long INTERVAL_MILLIS_MIN = 500;

  private final Load load;
  private final Figures figures;
  private final Figures.Latencies totals;
  private final long beginNanos;
  private final Timeline timeline = new Timeline();
  private final List<Consumer<View>> viewers = new ArrayList<>();

  private final Supplier<ProbeFigures> probes;
  private Supplier<String> waiting = () -> "";
  private final Histogram visible = new Histogram(Figures.MICROS_MAX, Figures.DIGITS);
  private final Histogram resolution = new Histogram(Figures.MICROS_MAX, Figures.DIGITS);
  private ProbeCounts lastProbes = ProbeCounts.NONE;

  private String phase = "";
  private long phaseBeginMillis;
  private long phaseMillis;
  private long lastMillis;
  private ProcessHealth lastOwn = ProcessHealth.here();
  private List<ProcessHealth> lastWorkers = List.of();
  private Interval.Traffic last = new Interval.Traffic(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * What a viewer is shown each second.
   *
   * @param last the last second
   * @param total from the beginning
   * @param probes likewise
   * @param fleets likewise, messages of each
   * @param phaseMillis how long the phase has lasted
   * @param phaseMillisMax how long it may last; 0 where nobody knows
   * @param trouble the newest thing that went wrong, or nothing
   * @param waiting what the run waits for and how long it will, or nothing
   */
  public record View(
      Interval last,
      Interval.Traffic total,
      ProbeCounts probes,
      List<FleetCounts> fleets,
      long phaseMillis,
      long phaseMillisMax,
      String trouble,
      String waiting) {}

  /**
   * Begins now.
   *
   * @param totals grows by what is drained from the load's figures
   * @param probes what probes found since it was asked last
   */
  public RunWatch(
      Load load, Figures.Latencies totals, Supplier<ProbeFigures> probes, long nowNanos) {
    this.load = load;
    this.figures = load.figures();
    this.totals = totals;
    this.probes = probes;
    this.beginNanos = nowNanos;
  }

  /**
   * From here on this says what the run waits for and how long it will; nothing where it does not.
   */
  public void tellOf(Supplier<String> waits) {
    waiting = waits;
  }

  public void show(Consumer<View> viewer) {
    viewers.add(viewer);
  }

  /**
   * The run goes over to another phase.
   *
   * @param millisMax how long it may last; 0 where nobody knows
   */
  public void begin(String name, long millisMax, long nowNanos) {
    if (millis(nowNanos) - lastMillis >= INTERVAL_MILLIS_MIN) {
      look(nowNanos);
    }
    phase = name;
    phaseBeginMillis = millis(nowNanos);
    phaseMillis = millisMax;
    timeline.begin(name, phaseBeginMillis);
  }

  /** Counts what happened since the last call, and shows it. */
  public void look(long nowNanos) {
    Interval interval = interval(nowNanos);
    timeline.add(interval);
    show(interval);
  }

  /**
   * Counts the rest, after the fleet was stopped. It is part of the last point, for in a few
   * milliseconds a handful of messages would make a rate, and that connections end is no news.
   */
  public void finish(long nowNanos) {
    show(timeline.extend(interval(nowNanos)));
  }

  private void show(Interval interval) {
    View view =
        new View(
            interval,
            last,
            lastProbes,
            figures.byFleet(),
            lastMillis - phaseBeginMillis,
            phaseMillis,
            figures.lastTrouble(),
            waiting.get());
    viewers.forEach(viewer -> viewer.accept(view));
  }

  private Interval interval(long nowNanos) {
    Figures.Latencies recent = figures.drainInto(totals);
    Figures.Counts counts = figures.counts();
    Histogram lags = totals.lag();
    Interval.Traffic total =
        new Interval.Traffic(
            // Each message that falls due has its lag recorded once.
            lags.getTotalCount(),
            counts.sent(),
            counts.acked(),
            counts.refused(),
            counts.late(),
            counts.resent(),
            counts.connectionsLost(),
            counts.loginsRefused());
    long backlog = Math.max(0, total.offered() - counts.sent() - counts.skipped());
    ProcessHealth own = ProcessHealth.here();
    long nowMillis = millis(nowNanos);
    Interval interval =
        new Interval(
            lastMillis,
            nowMillis,
            phase,
            total.minus(last),
            new Interval.Standing(counts.loggedIn(), counts.inFlight(), backlog),
            Spread.of(recent.ack()),
            Spread.of(recent.ackFromSend()),
            Spread.of(recent.lag()),
            probed(),
            own.since(lastOwn),
            workers());
    lastMillis = nowMillis;
    lastOwn = own;
    last = total;
    return interval;
  }

  /** What they told first is of their start, with the time of nobody knows how many cores. */
  private List<ProcessHealth> workers() {
    List<ProcessHealth> before = lastWorkers;
    List<ProcessHealth> now = load.workers();
    lastWorkers = now;
    if (before.isEmpty() || before.contains(ProcessHealth.NONE)) {
      return List.of();
    }
    return IntStream.range(0, now.size()).mapToObj(w -> now.get(w).since(before.get(w))).toList();
  }

  private Interval.Probed probed() {
    ProbeFigures recent = probes.get();
    visible.add(recent.latency());
    resolution.add(recent.resolution());
    lastProbes = recent.counts();
    return new Interval.Probed(Spread.of(recent.latency()), lastProbes.waiting());
  }

  /** What all probes found. */
  public Visible visible() {
    return new Visible(Latency.of(visible), Latency.of(resolution), lastProbes);
  }

  public Timeline timeline() {
    return timeline;
  }

  private long millis(long nanos) {
    return (nanos - beginNanos) / NANOS_PER_MILLI;
  }
}
