package qiantang.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a message costs an MQTT server: acknowledged QoS 1 messages per second of processor time,
 * ours over tables that commit at once and forget, beside HiveMQ CE and Mosquitto that have nobody
 * to deliver to. The three take turns, so that a noisy machine is noisy for all.
 */
@Command(
    name = "ack",
    description =
        "Acknowledged QoS 1 messages per CPU-second: ours, HiveMQ CE and Mosquitto under one load.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class AckBench implements Callable<Integer> {
  // Compilers: after 20 s the rate of a JVM still rises.
  private static final Duration FIRST_WARM_UP = Duration.ofSeconds(40);
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  @Mixin private LoadOptions options = new LoadOptions();

  @Option(names = "--seconds", description = "Length of each measurement.")
  private int seconds = 10;

  @Option(names = "--rounds", description = "How often each server has its turn.")
  private int rounds = 5;

  /** A server under the load. */
  private record Server(int port, Map<String, ProcessHandle> processes, List<Measurement> turns) {}

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    List<AutoCloseable> started = new ArrayList<>();
    try {
      List<String> tokens = options.drawTokens();
      Map<String, Server> servers = new LinkedHashMap<>();
      servers.put("ours", ours(folder, tokens, started));
      try {
        servers.put("hivemq", peer(Peer.hivemq(folder), started));
      } catch (Peer.MissingException e) {
        System.err.println("hivemq: " + e.getMessage());
      }
      try {
        servers.put("mosquitto", peer(Peer.mosquitto(folder, options.inFlight()), started));
      } catch (Peer.MissingException e) {
        System.err.println("mosquitto: " + e.getMessage());
      }
      PublishLoad load = options.of(tokens);
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<String, Server> server : servers.entrySet()) {
          measure(load, server.getKey(), server.getValue(), round);
        }
      }
      print(servers);
    } finally {
      for (AutoCloseable program : started) {
        program.close();
      }
      Database.deleteTree(folder);
    }
    return 0;
  }

  private static Server ours(Path folder, List<String> tokens, List<AutoCloseable> started)
      throws Exception {
    IngestProgram ingest = MemoryIngest.start(Program.ONE_GIB, folder.resolve("ours.log"), tokens);
    started.add(ingest);
    return new Server(ingest.mqttPort(), Map.of("server", ingest.handle()), new ArrayList<>());
  }

  private static Server peer(Peer peer, List<AutoCloseable> started) {
    started.add(peer);
    return new Server(peer.port(), peer.processes(), new ArrayList<>());
  }

  private void measure(PublishLoad load, String name, Server server, int round)
      throws InterruptedException {
    Duration warmUp = round == 0 ? FIRST_WARM_UP : WARM_UP;
    String what = "%s, round %d of %d".formatted(name, round + 1, rounds);
    Duration length = Duration.ofSeconds(seconds);
    server.turns().add(load.measure(what, server.port(), 0, warmUp, length, server.processes()));
  }

  private void print(Map<String, Server> servers) {
    System.out.printf(
        "%s, QoS 1, %d rounds of %d s, %d cores;" + " median (lowest, highest)%n%n",
        options, rounds, seconds, Runtime.getRuntime().availableProcessors());
    System.out.println("| server | acknowledged per CPU-second | acknowledged/s | its cores |");
    System.out.println("|---|---|---|---|");
    servers.forEach(
        (name, server) -> {
          double[] perCpu = sorted(server, AckBench::perCpuSecond);
          double[] rate = sorted(server, Measurement::perSecond);
          double[] cores = sorted(server, AckBench::cores);
          System.out.printf(
              "| %s | %,.0f (%,.0f, %,.0f) | %,.0f | %.2f |%n",
              name,
              Medians.of(perCpu),
              perCpu[0],
              perCpu[perCpu.length - 1],
              Medians.of(rate),
              Medians.of(cores));
        });
    System.out.printf(
        "%nack ours_per_cpu_s=%.0f hivemq_per_cpu_s=%.0f mosquitto_per_cpu_s=%.0f%n",
        figure(servers, "ours"), figure(servers, "hivemq"), figure(servers, "mosquitto"));
  }

  private static double figure(Map<String, Server> servers, String name) {
    Server server = servers.get(name);
    return server == null ? Double.NaN : Medians.of(sorted(server, AckBench::perCpuSecond));
  }

  private static double cores(Measurement turn) {
    return turn.coresByProcess().getOrDefault("server", Double.NaN);
  }

  private static double perCpuSecond(Measurement turn) {
    return turn.perSecond() / cores(turn);
  }

  private static double[] sorted(Server server, ToDoubleFunction<Measurement> figure) {
    return server.turns().stream().mapToDouble(figure).sorted().toArray();
  }
}
