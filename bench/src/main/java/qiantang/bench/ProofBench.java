package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.sim.plan.SignalModel;
import qiantang.standalone.cassandra.Ports;

/**
 * Ten million samples through the real system while ingest is killed again and again, and every one
 * of them read back; then the same with one sample taken out on its way by somebody between: the
 * audit must find that one, and nothing else.
 */
@Command(
    name = "proof",
    description = {
      "Millions of samples through Cassandra, query and an ingest that is killed every half minute",
      "(SIGKILL), all read back; then once more with one sample that is acknowledged and never",
      "stored, which the audit must name. Ends with 0 only when it is all as it must be."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ProofBench implements Callable<Integer> {
  private static final SignalModel MODEL = SignalModel.PUMP;
  private static final int SUB_DEVICES = 50;

  /** The collector is the one that ./qiantang sim has. */
  private static final List<String> SIMULATOR = List.of("-Xmx1g", "-XX:+UseSerialGC");

  private static final int AUDIT_FAILED = 2;
  private static final long LOOK_MILLIS = 200;

  @Option(names = "--samples", description = "Samples of each run, at least.")
  private long samples = 10_000_000;

  @Option(names = "--seconds", description = "How long each run sends.")
  private int seconds = 300;

  @Option(
      names = "--kill-every",
      converter = Seconds.class,
      description = "Between two SIGKILLs of ingest, such as 30s.")
  private Duration killEvery = Duration.ofSeconds(30);

  @Option(names = "--seed", description = "Of the plan, and of the sample that is taken out.")
  private long seed = 1;

  @Option(names = "--enterprises", description = "Enterprises the gateways belong to.")
  private int enterprises = 20;

  @Option(names = "--only", description = "One run alone: kills, or planted.", defaultValue = "")
  private String only = "";

  /**
   * A run and what befell it.
   *
   * @param lost what the proxy took out; null where there was none
   */
  private record Run(int kills, SimulatorRun.Result result, LossyProxy.@Nullable Sample lost) {

    /** The finding with which an audit names what the proxy took out. */
    boolean isNamed() {
      return lost != null
          && result.findings().stream().filter(line -> line.startsWith("LOST ")).count() == 1
          && result.findings().stream().anyMatch(line -> line.startsWith(name(lost)));
    }

    private static String name(LossyProxy.Sample sample) {
      return "LOST %s %s %s"
          .formatted(
              sample.device(), sample.metric(), Instant.ofEpochMilli(sample.eventTimeMillis()));
    }

    private long count(String verdict) {
      return result.samples(verdict);
    }

    /** Samples in classes that are faults of the system, whatever else holds. */
    long faults() {
      long all = 0;
      for (String verdict :
          List.of("LOST", "DUPLICATE", "PHANTOM", "CORRUPT", "FOREIGN", "REFUSED_UNRECORDED")) {
        all += count(verdict);
      }
      return all;
    }

    boolean isRight() {
      return lost == null
          ? result.exitCode() == 0 && faults() == 0
          : result.exitCode() == AUDIT_FAILED && faults() == 1 && isNamed();
    }
  }

  private final Map<String, Run> done = new TreeMap<>();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try (SystemUnderTest system = SystemUnderTest.start(folder, enterprises)) {
      if (!only.equals("planted")) {
        done.put("kills", run(folder.resolve("kills"), system, false));
      }
      if (!only.equals("kills")) {
        done.put("planted", run(folder.resolve("planted"), system, true));
      }
    } finally {
      Database.deleteTree(folder);
    }
    print();
    return done.values().stream().allMatch(Run::isRight) ? 0 : 1;
  }

  private Run run(Path folder, SystemUnderTest system, boolean plants) throws Exception {
    Files.createDirectories(folder);
    int mqttPort = Ports.free();
    int httpPort = Ports.free();
    try (Restarted ingest = new Restarted(folder, system.cqlPort(), mqttPort, httpPort)) {
      if (!plants) {
        SimulatorRun.Result result = send(folder, system, ingest, mqttPort);
        return new Run(ingest.kills, result, null);
      }
      SplittableRandom random = new SplittableRandom(seed);
      long victim = random.nextLong(publishers() * seconds);
      try (LossyProxy proxy = LossyProxy.start(mqttPort, victim, random.nextLong())) {
        System.err.printf("of message %,d one sample will be taken out%n", victim);
        SimulatorRun.Result result = send(folder, system, ingest, proxy.port());
        LossyProxy.Sample lost = proxy.lost();
        if (lost == null) {
          throw new IllegalStateException("message %,d never came".formatted(victim));
        }
        System.err.println("taken out: " + Run.name(lost));
        return new Run(ingest.kills, result, lost);
      }
    }
  }

  private SimulatorRun.Result send(
      Path folder, SystemUnderTest system, Restarted ingest, int mqttPort) throws Exception {
    try (SimulatorRun run =
        SimulatorRun.start(
            SIMULATOR, folder.resolve("out"), scenario(), system.demo(), "127.0.0.1:" + mqttPort)) {
      while (run.isAlive() && !(run.metric("qiantang_sim_messages_sent_total") > 0)) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      long next = System.nanoTime() + killEvery.toNanos();
      while (run.isAlive() && next < end) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        if (System.nanoTime() >= next) {
          ingest.kill();
          // On a slow machine it is away for long: it serves half of the time at least.
          long served = System.nanoTime() + killEvery.toNanos() / 2;
          next = Math.max(next + killEvery.toNanos(), served);
        }
      }
      return run.result();
    }
  }

  /** Ingest that comes back on the same ports after each SIGKILL. */
  private static final class Restarted implements AutoCloseable {
    private final Path folder;
    private final int cqlPort;
    private final int mqttPort;
    private final int httpPort;
    private IngestProgram program;
    private int kills;

    Restarted(Path folder, int cqlPort, int mqttPort, int httpPort) throws Exception {
      this.folder = folder;
      this.cqlPort = cqlPort;
      this.mqttPort = mqttPort;
      this.httpPort = httpPort;
      program = start();
    }

    private IngestProgram start() throws Exception {
      return IngestProgram.overCassandra(
          Program.ONE_GIB,
          folder.resolve("ingest-" + kills + ".log"),
          cqlPort,
          List.of("--quotas", "off"),
          mqttPort,
          httpPort);
    }

    void kill() throws Exception {
      long began = System.nanoTime();
      program.kill();
      kills++;
      program = start();
      System.err.printf(
          "ingest was killed, the %d. time; ready again after %.1f s%n",
          kills, (System.nanoTime() - began) / 1e9);
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /** Gateways, as many in each enterprise. */
  private long publishers() {
    long perPublisher = (long) SUB_DEVICES * MODEL.metrics().size() * seconds;
    return Math.ceilDiv(samples, perPublisher * enterprises) * enterprises;
  }

  private String scenario() {
    String fleets =
        IntStream.range(0, enterprises)
            .mapToObj(
                i ->
                    "  - {name: halls-%d, enterprise: %s, kind: gateway, count: %d,"
                            .formatted(i, SystemUnderTest.enterprise(i), publishers() / enterprises)
                        + " subDevices: %d, model: %s, period: 1s, jitter: 10%%}%n"
                            .formatted(SUB_DEVICES, MODEL.label()))
            .collect(Collectors.joining());
    return """
    version: 1
    seed: %d
    duration: %ds
    ackGrace: 2m
    thresholds:
      - "lag.p99 < 10s" # a JVM that starts takes both cores; what is judged is the data
    fleets:
    """
            .formatted(seed, seconds)
        + fleets;
  }

  private void print() {
    System.out.printf(
        "%d gateways of %d enterprises with %d devices of %d metrics each, a message each second"
            + " for %d s; SIGKILL every %d s%n%n",
        publishers(),
        enterprises,
        SUB_DEVICES,
        MODEL.metrics().size(),
        seconds,
        killEvery.toSeconds());
    done.forEach(ProofBench::print);
    Run kills = done.getOrDefault("kills", done.get("planted"));
    Run planted = done.get("planted");
    if (kills != null) {
      System.out.printf(
          "%nproof samples=%d kills=%d lost=%d duplicates=%d phantoms=%d planted=%d named=%d%n",
          kills.result().sentSamples(),
          kills.kills(),
          kills.count("LOST"),
          kills.count("DUPLICATE"),
          kills.count("PHANTOM"),
          planted == null ? 0 : 1,
          planted != null && planted.isNamed() ? 1 : 0);
    }
  }

  private static void print(String name, Run run) {
    SimulatorRun.Result result = run.result();
    System.out.printf(
        "%s: %d kills, %,d samples, %,d messages sent again, exit code %d: %s%n",
        name,
        run.kills(),
        result.sentSamples(),
        result.messages("resent"),
        result.exitCode(),
        run.isRight() ? "right" : "WRONG");
    for (String verdict : result.json().getJsonObject("samples").fieldNames()) {
      System.out.printf("  %,14d %s%n", result.samples(verdict), verdict);
    }
    Stream.of("notes", "findings", "whileRunning", "troubles")
        .flatMap(each -> result.lines(each).stream())
        .forEach(line -> System.out.println("  " + line));
  }
}
