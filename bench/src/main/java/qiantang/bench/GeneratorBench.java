package qiantang.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.PausePrediction;
import qiantang.sim.fleet.Seat;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

/**
 * Whether the simulator's own figures can be believed, against a broker that is not ours: what is
 * offered is sent on time, for how much of a core, and a pause of the broker shows in the latency
 * as arithmetic predicts.
 */
@Command(
    name = "generator",
    description = {
      "The device simulator against Mosquitto: messages sent on time, its own lag and processor",
      "time, and what it reports of a pause (SIGSTOP) beside what arithmetic predicts."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class GeneratorBench implements Callable<Integer> {
  private static final double MICROS = 1_000_000;
  private static final int WINDOW = 100;

  /** Of a second in which everybody logs in beside the others. */
  private static final int CONNECT_PER_SECOND = 2_000;

  /** What Mosquitto acknowledges a second on one core: {@code bench ack}. */
  private static final double MOSQUITTO_PER_SECOND = 100_000;

  @Option(names = "--publishers", description = "Connections, one device each.")
  private int publishers = 1_000;

  @Option(names = "--rate", description = "Messages a second of all publishers together.")
  private int rate = 50_000;

  @Option(names = "--seconds", description = "How long is measured.")
  private int seconds = 20;

  @Option(names = "--warm-up", description = "Seconds before: compilers.")
  private int warmUpSeconds = 20;

  @Option(names = "--loops", description = "Threads that send.")
  private int loops = 1;

  @Option(names = "--pause-rate", description = "Messages a second while the broker pauses.")
  private int pauseRate = 2_000;

  @Option(names = "--pause", description = "Seconds of the pause, within 20.")
  private int pauseSeconds = 2;

  /** What a stretch of time added. */
  private record Stretch(
      Figures.Counts before, Figures.Counts after, Figures.Latencies times, double cores) {
    long offered() {
      return times.lag().getTotalCount();
    }

    long sent() {
      return after.sent() - before.sent();
    }

    long late() {
      return after.late() - before.late();
    }

    long acked() {
      return after.acked() - before.acked();
    }
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try (Peer broker = Peer.mosquitto(folder, 0)) {
      Map<String, ProcessHandle> processes = broker.processes();
      long pid = processes.values().iterator().next().pid();
      Stretch steady = steady(broker.port(), pid);
      Figures.Latencies paused = paused(broker.port(), pid);
      print(steady, paused);
      return 0;
    } catch (Peer.MissingException e) {
      System.err.println(e.getMessage());
      return 1;
    } finally {
      Database.deleteTree(folder);
    }
  }

  private Stretch steady(int port, long brokerPid) throws Exception {
    Plan plan = plan(rate, warmUpSeconds + seconds + 5);
    try (Fleet fleet = connect(plan, port)) {
      Figures figures = fleet.figures();
      fleet.begin(System.currentTimeMillis() + 200);
      say("warming up", warmUpSeconds, figures);
      figures.drainInto(Figures.Latencies.empty());
      Figures.Counts before = figures.counts();
      Duration cpu = cpu();
      long began = System.nanoTime();
      say("measuring; broker is pid " + brokerPid, seconds, figures);
      double took = (System.nanoTime() - began) / 1e9;
      double cores = cpu().minus(cpu).toNanos() / 1e9 / took;
      Figures.Latencies times = figures.drainInto(Figures.Latencies.empty());
      return new Stretch(before, figures.counts(), times, cores);
    }
  }

  private Figures.Latencies paused(int port, long brokerPid) throws Exception {
    Plan plan = plan(pauseRate, 20);
    try (Fleet fleet = connect(plan, port)) {
      Figures figures = fleet.figures();
      fleet.begin(System.currentTimeMillis() + 200);
      say("steady", 5, figures);
      signal("STOP", brokerPid);
      say("the broker stands still", pauseSeconds, figures);
      signal("CONT", brokerPid);
      while (figures.counts().acked() < plan.messages()) {
        say("until all is acknowledged", 1, figures);
      }
      return figures.drainInto(Figures.Latencies.empty());
    }
  }

  private Fleet connect(Plan plan, int port) throws InterruptedException {
    List<Seat> seats = plan.publishers().stream().map(each -> new Seat(each, "any")).toList();
    FleetOptions options =
        new FleetOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            CONNECT_PER_SECOND,
            loops,
            FleetOptions.KEEP_ALL,
            System::nanoTime);
    Fleet fleet = Fleet.connect(plan.runId(), seats, options);
    while (fleet.figures().counts().loggedIn() < seats.size()) {
      say("connecting", 1, fleet.figures());
    }
    return fleet;
  }

  private Plan plan(int perSecond, int lengthSeconds) {
    FleetSpec fleet =
        FleetSpec.direct(
                "bench",
                publishers,
                SignalModel.PUMP,
                Duration.ofNanos(1_000_000_000L * publishers / perSecond))
            .withJitter(0.5)
            .withInFlightMax(WINDOW);
    Duration length = Duration.ofSeconds(lengthSeconds);
    return Plan.of(
        new Scenario(1, length, CONNECT_PER_SECOND, length, List.of(fleet), List.of()),
        "b" + perSecond);
  }

  private void print(Stretch steady, Figures.Latencies paused) {
    Histogram lag = steady.times().lag();
    Histogram ack = steady.times().ack();
    double onTime = 1 - (double) steady.late() / Math.max(1, steady.sent());
    double predicted =
        new PausePrediction(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(pauseSeconds),
                    pauseRate / MOSQUITTO_PER_SECOND,
                    Duration.ZERO)
                .latencyAt(0.99)
                .toNanos()
            / 1e6;
    double reported = millis(paused.ack(), 99);
    System.out.printf(
        "offered %,d/s  sent %,d/s  acknowledged %,d/s  within 10 ms of the plan %.4f%n",
        steady.offered() / seconds, steady.sent() / seconds, steady.acked() / seconds, onTime);
    System.out.printf(
        "schedule lag ms: p50 %.2f  p99 %.2f  p99.9 %.2f  max %.2f%n",
        millis(lag, 50), millis(lag, 99), millis(lag, 99.9), lag.getMaxValue() * 1_000 / MICROS);
    System.out.printf(
        "planned time to PUBACK ms: p50 %.2f  p99 %.2f; processor: %.2f cores%n",
        millis(ack, 50), millis(ack, 99), steady.cores());
    System.out.printf(
        "pause of %d s at %,d/s: p99 %.1f ms, predicted %.1f; from sending it is %.1f%n",
        pauseSeconds, pauseRate, reported, predicted, millis(paused.ackFromSend(), 99));
    System.out.printf(
        "generator sent_per_s=%d on_time=%.4f lag_p99_ms=%.2f cores=%.2f pause_ratio=%.3f%n",
        steady.sent() / seconds, onTime, millis(lag, 99), steady.cores(), reported / predicted);
  }

  private static void say(String what, int forSeconds, Figures figures)
      throws InterruptedException {
    for (int s = 0; s < forSeconds; s++) {
      Figures.Counts counts = figures.counts();
      System.err.printf(
          "%s: %d connected, sent %,d, acknowledged %,d%n",
          what, counts.loggedIn(), counts.sent(), counts.acked());
      Thread.sleep(Duration.ofSeconds(1));
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (exitCode != 0) {
      throw new IOException("cannot send SIG" + name + " to " + pid + ": exit code " + exitCode);
    }
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) * 1_000 / MICROS;
  }
}
