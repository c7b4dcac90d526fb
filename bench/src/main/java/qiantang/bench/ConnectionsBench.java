package qiantang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many connections from several processes of the simulator to several of ingest, which is how one
 * machine gets past the open files of a process; all of them publish, and all is audited.
 */
@Command(
    name = "connections",
    description = {
      "Connections held and publishing, from several worker processes of the simulator to several",
      "programs of ingest over one Cassandra: memory of each on both sides, connections lost, and",
      "the audit of what was sent. 100,000 take 8 GiB and ten minutes."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ConnectionsBench implements Callable<Integer> {
  /** A collection leaves the heap close to what is alive, so that memory means what is used. */
  private static final List<String> TIGHT =
      List.of("-XX:+UseSerialGC", "-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=10");

  /** 17,000 sessions that publish take 100 MiB of it. */
  private static final List<String> INGEST = with("-Xmx384m");

  /**
   * Each process of the simulator lays out the whole plan, 40 MB for 100,000 devices; the first of
   * them also holds their tokens and audits.
   */
  private static final List<String> SIMULATOR = with("-Xmx640m");

  /** The first of each process bring classes and pools, which are not what one more costs. */
  private static final int FIRST_OF_A_WORKER = 100;

  /** Twelve JVMs are asked for a collection within half of it. */
  private static final int FIRST_SECONDS = 60;

  private static final Duration CONNECTED_MAX = Duration.ofMinutes(15);
  private static final long LOOK_MILLIS = 500;
  private static final int STATE_DEVICES = 100_000;
  private static final int STATE_SUB_DEVICES = 100;
  private static final double MIB = 1 << 20;

  @Option(names = "--connections", description = "Devices with a connection each.")
  private int connections = 100_000;

  @Option(names = "--workers", description = "Processes of the simulator that connect.")
  private int workers = 6;

  @Option(names = "--nodes", description = "Programs of ingest.")
  private int nodes = 6;

  @Option(names = "--seconds", description = "How long all are held and publish.")
  private int seconds = 120;

  @Option(names = "--period", description = "Between two messages of a device, such as 60s.")
  private String period = "60s";

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 100;

  @Option(names = "--connect-rate", description = "Connections a second in all, at first.")
  private int connectRate = 2_000;

  /** Proportional set sizes of all processes of a kind together, in bytes. */
  private record Memory(long ingest, long workers, long coordinator) {}

  /** How many were there when half of the time was over, what they took, how the run ended. */
  private record Held(int connections, Memory memory, SimulatorRun.Result result) {}

  private static List<String> with(String heap) {
    List<String> flags = new ArrayList<>(TIGHT);
    flags.add(heap);
    return List.copyOf(flags);
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    List<IngestProgram> ingest = new ArrayList<>();
    try (SystemUnderTest system = SystemUnderTest.start(folder, enterprises)) {
      for (int node = 0; node < nodes; node++) {
        System.err.printf("starting ingest %d of %d%n", node + 1, nodes);
        Path log = folder.resolve("ingest-" + node + ".log");
        ingest.add(
            IngestProgram.overCassandra(INGEST, log, system.cqlPort(), List.of("--quotas", "off")));
      }
      Held first = hold(folder, system, ingest, workers * FIRST_OF_A_WORKER, FIRST_SECONDS);
      Held all = hold(folder, system, ingest, connections, seconds);
      print(first, all, state(folder, STATE_DEVICES, 0), gatewayState(folder));
      return all.result().exitCode();
    } finally {
      ingest.forEach(IngestProgram::close);
      Database.deleteTree(folder);
    }
  }

  private Held hold(
      Path folder, SystemUnderTest system, List<IngestProgram> ingest, int count, int length)
      throws Exception {
    String mqtt = String.join(",", ingest.stream().map(i -> "127.0.0.1:" + i.mqttPort()).toList());
    System.err.printf("%,d connections to %s%n", count, mqtt);
    try (SimulatorRun run =
        SimulatorRun.start(
            SIMULATOR,
            folder.resolve("run-" + count),
            scenario(count, length),
            system.demo(),
            mqtt,
            "--workers",
            String.valueOf(workers))) {
      awaitAll(run, count);
      TimeUnit.SECONDS.sleep(length / 2);
      int there = (int) run.metric("qiantang_sim_connections");
      Memory memory = memory(ingest, run);
      return new Held(there, memory, run.result());
    }
  }

  private String scenario(int count, int length) {
    int owners = Math.min(count, enterprises);
    String fleets =
        IntStream.range(0, owners)
            .mapToObj(
                i ->
                    ("  - {name: meters-%d, enterprise: %s, count: %d, model: pump,"
                            + " period: %s, jitter: 50%%}%n")
                        .formatted(
                            i,
                            SystemUnderTest.enterprise(i),
                            count * (i + 1L) / owners - count * (long) i / owners,
                            period))
            .collect(Collectors.joining());
    return """
    version: 1
    seed: 1
    duration: %ds
    connectPerSecond: %d
    ackGrace: 2m
    thresholds:
      - "lag.p99 < 60s" # fourteen JVMs share the cores: what is measured is memory
    fleets:
    """
            .formatted(length, connectRate)
        + fleets;
  }

  private static void awaitAll(SimulatorRun run, int count) throws InterruptedException {
    long end = System.nanoTime() + CONNECTED_MAX.toNanos();
    while (run.isAlive()
        && System.nanoTime() < end
        && !(run.metric("qiantang_sim_connections") >= count)) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** Of live objects: a collection first, whose pause is part of the run's latencies. */
  private static Memory memory(List<IngestProgram> ingest, SimulatorRun run)
      throws IOException, InterruptedException {
    long senders = 0; // first, for these end with the run
    for (long pid : run.workers()) {
      senders += settledBytes(pid);
    }
    long nodes = 0;
    for (IngestProgram one : ingest) {
      nodes += settledBytes(one.handle().pid());
    }
    return new Memory(nodes, senders, run.isAlive() ? settledBytes(run.pid()) : 0);
  }

  private static long settledBytes(long pid) throws IOException, InterruptedException {
    var _ = Program.ask(pid, "GC.run");
    Matcher pss =
        Pattern.compile("(?m)^Pss: +(\\d+) kB")
            .matcher(Files.readString(Path.of("/proc", String.valueOf(pid), "smaps_rollup")));
    if (!pss.find()) {
      throw new IOException("no Pss in /proc/" + pid + "/smaps_rollup");
    }
    return Long.parseLong(pss.group(1)) * 1024;
  }

  /** Bytes a device of plan and loop in the simulator. */
  private static String state(Path folder, int publishers, int subDevices) throws Exception {
    return Program.run(
        List.of("-Xmx1g", "-XX:+UseSerialGC"),
        folder.resolve("state.log"),
        SimulatorState.class.getName(),
        String.valueOf(publishers),
        String.valueOf(subDevices));
  }

  private static String gatewayState(Path folder) throws Exception {
    return state(folder, STATE_DEVICES / STATE_SUB_DEVICES, STATE_SUB_DEVICES);
  }

  private void print(Held first, Held all, String direct, String gateways) {
    System.out.printf(
        "%,d connections of %d workers to %d nodes, a message each %s, %d s; heaps: %s, %s%n%n",
        all.connections(), workers, nodes, period, seconds, INGEST.getLast(), SIMULATOR.getLast());
    System.out.println(
        "| connections | MiB resident: ingest, workers, coordinator | sent | acked"
            + " | late | lost connections | samples lost | exit code |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    System.out.println(row(first));
    System.out.println(row(all));
    System.out.printf("%nbytes a device in the simulator, sockets aside: direct %s;%n", direct);
    System.out.printf("behind gateways of %d devices %s%n", STATE_SUB_DEVICES, gateways);
    int more = Math.max(1, all.connections() - first.connections());
    long ingest = (all.memory().ingest() - first.memory().ingest()) / more;
    long sim = (all.memory().workers() - first.memory().workers()) / more;
    System.out.printf(
        Locale.ROOT,
        "%nconnections connections=%d workers=%d nodes=%d ingest_bytes_per_connection=%d"
            + " sim_bytes_per_connection=%d sim_bytes_per_device=%d"
            + " sim_bytes_per_gateway_device=%d lost=%d samples_lost=%d%n",
        all.connections(),
        workers,
        nodes,
        ingest,
        sim,
        sum(direct),
        sum(gateways),
        all.result().messages("connectionsLost"),
        all.result().samples("LOST"));
  }

  private static String row(Held held) {
    SimulatorRun.Result result = held.result();
    return "| %,d | %.0f, %.0f, %.0f | %,d | %,d | %,d | %d | %d | %d |"
        .formatted(
            held.connections(),
            held.memory().ingest() / MIB,
            held.memory().workers() / MIB,
            held.memory().coordinator() / MIB,
            result.messages("sent"),
            result.messages("acked"),
            result.messages("late"),
            result.messages("connectionsLost"),
            result.samples("LOST"),
            result.exitCode());
  }

  /** Of all figures of a line such as {@code plan_bytes=1 loop_bytes=2}. */
  private static long sum(String line) {
    return Pattern.compile("=(\\d+)")
        .matcher(line)
        .results()
        .mapToLong(figure -> Long.parseLong(figure.group(1)))
        .sum();
  }
}
