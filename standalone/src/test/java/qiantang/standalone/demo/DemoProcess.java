package qiantang.standalone.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import qiantang.standalone.cassandra.Ports;

/** {@code qiantang demo}, or a command about one, in a JVM of its own. */
final class DemoProcess implements AutoCloseable {
  /** Ends a hopeless wait; a start on a busy machine takes a quarter of it. */
  private static final long LIMIT_SECONDS = 180;

  private final Path folder;
  private final Process process;
  private final Path out;
  private final Path err;

  private DemoProcess(Path folder, Process process, Path out, Path err) {
    this.folder = folder;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Options that put every port of a demo on a free one; the same for each start. */
  static List<String> freePorts() {
    List<String> options = new ArrayList<>();
    for (String port : List.of("mqtt", "mqtts", "ws", "http", "ingest-http", "cql")) {
      options.addAll(List.of("--" + port + "-port", String.valueOf(Ports.free())));
    }
    return options;
  }

  static DemoProcess start(Path folder, List<String> options, Map<String, String> environment)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("demo", "--data", folder.toString()));
    words.addAll(options);
    return launch(folder, words, environment);
  }

  /** Any other command, about the demo on this folder. */
  static DemoProcess command(Path folder, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--demo", folder.resolve("demo.json").toString()));
    return launch(folder, all, Map.of());
  }

  private static DemoProcess launch(
      Path folder, List<String> words, Map<String, String> environment) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-Dlogback.configurationFile=logback.xml", // Not the one of the tests.
            "-Dqiantang.cassandra.lib=" + System.getProperty("qiantang.cassandra.lib"),
            "-cp",
            System.getProperty("java.class.path"),
            "qiantang.standalone.Main"));
    command.addAll(words);
    Path out = Files.createTempFile(folder.getParent(), "program", ".out");
    Path err = Files.createTempFile(folder.getParent(), "program", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new DemoProcess(folder, builder.start(), out, err);
  }

  /** Waits for the line that begins with {@code ready}, and answers what demo.json says. */
  JsonNode awaitReady() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.readString(out).lines().findFirst().orElse("").startsWith("ready")) {
      assertTrue(process.isAlive(), () -> "the demo ended: " + complaint());
      assertTrue(System.nanoTime() < end, () -> "the demo is not ready: " + complaint());
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return new ObjectMapper().readTree(folder.resolve("demo.json").toFile());
  }

  int awaitExit() throws InterruptedException {
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "the demo does not end");
    return process.exitValue();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL: its Cassandra goes on. */
  void kill() {
    process.destroyForcibly();
  }

  /** Ends what a test that failed left running, its Cassandra too. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** What it wrote on standard output. */
  String answer() {
    try {
      return Files.readString(out);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What it wrote on standard error. */
  String complaint() {
    try {
      return Files.readString(err);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
