package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qiantang.standalone.cassandra.Ports;

/**
 * {@code qiantang sim run} in a process of its own, as people start it. What it says goes to our
 * standard error, its table with the rest into {@code folder}.
 */
final class SimulatorRun implements AutoCloseable {
  private static final long STOP_SECONDS_MAX = 20;

  private final Process process;
  private final Path folder;
  private final int metricsPort;

  private SimulatorRun(Process process, Path folder, int metricsPort) {
    this.process = process;
    this.folder = folder;
    this.metricsPort = metricsPort;
  }

  /**
   * How it ended.
   *
   * @param exitCode as device-sim/README.md describes it
   * @param json its {@code result.json}
   */
  record Result(int exitCode, JsonObject json) {
    long messages(String name) {
      return json.getJsonObject("messages").getLong(name);
    }

    /** Samples in a class of the audit. */
    long samples(String name) {
      return json.getJsonObject("samples").getLong(name);
    }

    long sentSamples() {
      return json.getLong("sentSamples");
    }

    /** The first samples that are wrong, a line each. */
    List<String> findings() {
      return lines("findings");
    }

    List<String> lines(String name) {
      return json.getJsonArray(name, new JsonArray()).stream().map(String::valueOf).toList();
    }
  }

  /**
   * Starts one.
   *
   * @param flags of its JVM, and of those of its workers
   * @param folder for its results; made here
   * @param scenario the text of its file
   */
  static SimulatorRun start(
      List<String> flags, Path folder, String scenario, Path demo, String mqtt, String... more)
      throws IOException {
    Files.createDirectories(folder);
    Path file = Files.writeString(folder.resolve("scenario.yaml"), scenario);
    int metricsPort = Ports.free();
    List<String> arguments =
        new ArrayList<>(List.of("sim", "run", file.toString(), "--demo", demo.toString()));
    arguments.addAll(List.of("--mqtt", mqtt, "--out", folder.toString()));
    arguments.addAll(List.of("--metrics-port", String.valueOf(metricsPort)));
    arguments.addAll(List.of(more));
    Process process =
        new ProcessBuilder(
                Program.command(
                    flags, "qiantang.standalone.Main", arguments.toArray(String[]::new)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(folder.resolve("table.txt").toFile())
            .start();
    return new SimulatorRun(process, folder, metricsPort);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Its worker processes; none where it sends by itself. */
  List<Long> workers() {
    return process.children().map(ProcessHandle::pid).toList();
  }

  /** A metric of it without labels, or NaN while there is none. */
  double metric(String name) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
      String text;
      try (var in = uri.toURL().openStream()) {
        text = new String(in.readAllBytes(), UTF_8);
      }
      Matcher value = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(text);
      return value.find() ? Double.parseDouble(value.group(1)) : Double.NaN;
    } catch (IOException e) {
      return Double.NaN; // not up yet, or gone
    }
  }

  /** Waits for its end. */
  Result result() throws IOException, InterruptedException {
    int exitCode = process.waitFor();
    Path json = folder.resolve("result.json");
    if (Files.notExists(json)) {
      throw new IllegalStateException(
          "the simulator ended with " + exitCode + " and without a result; it says why above");
    }
    System.err.print(Files.readString(folder.resolve("table.txt")));
    return new Result(exitCode, new JsonObject(Files.readString(json)));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
