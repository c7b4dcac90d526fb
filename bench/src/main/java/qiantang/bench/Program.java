package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of ours in a process of its own, with the JVM, flags and class path of this one. */
final class Program implements AutoCloseable {
  // As the demo has it: a heap of a quarter of the machine grows for hours before it is full.
  static final List<String> ONE_GIB = List.of("-Xmx1g");

  static final int NICE_OF_QUERY = 10; // as ./qiantang starts it

  // A machine that others load with thirty processes takes a minute and more for a JVM.
  private static final Duration READY_MAX = Duration.ofMinutes(3);
  private static final Duration READY_PAUSE = Duration.ofMillis(100);
  private static final int ANSWER_MILLIS_MAX = 2000;
  private static final Duration STOP_MAX = Duration.ofSeconds(15);

  private final Process process;

  private Program(Process process) {
    this.process = process;
  }

  /**
   * Starts one with 1 GiB of heap; returns when its HTTP port says that it is ready.
   *
   * @param log takes what it prints
   */
  static Program start(Path log, int httpPort, String main, String... arguments)
      throws IOException, InterruptedException {
    return start(ONE_GIB, log, httpPort, main, arguments);
  }

  /** Starts one with these flags behind our own; returns when it is ready. */
  static Program start(List<String> flags, Path log, int httpPort, String main, String... arguments)
      throws IOException, InterruptedException {
    Program program = new Program(launch(flags, log, main, arguments));
    boolean isReady = false;
    try {
      isReady = program.becomesReady(httpPort);
    } finally {
      if (!isReady) {
        program.close();
      }
    }
    if (!isReady) {
      throw new IllegalStateException(
          "cannot start %s %s; its log says:%n%s"
              .formatted(main, List.of(arguments), String.join("\n", Files.readAllLines(log))));
    }
    return program;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Runs one to its end; returns the last line that it printed. */
  static String run(List<String> flags, Path log, String main, String... arguments)
      throws IOException, InterruptedException {
    try (Program program = new Program(launch(flags, log, main, arguments))) {
      int exitCode = program.process.waitFor();
      List<String> lines = Files.readAllLines(log);
      if (exitCode != 0 || lines.isEmpty()) {
        throw new IllegalStateException(
            "cannot run %s; its log says:%n%s".formatted(main, String.join("\n", lines)));
      }
      return lines.getLast();
    }
  }

  private static Process launch(List<String> flags, Path log, String main, String... arguments)
      throws IOException {
    return new ProcessBuilder(command(flags, main, arguments))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** The command line of one with these flags behind our own. */
  static List<String> command(List<String> flags, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    if (arguments.length > 0 && arguments[0].equals("query")) {
      command.addAll(behind(NICE_OF_QUERY));
    }
    command.add(ProcessHandle.current().info().command().orElse("java"));
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-Xlog")
          && !flag.startsWith("-agentlib")
          && !flag.startsWith("-XX:StartFlightRecording")) {
        command.add(flag);
      }
    }
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The beginning of the command line of what takes the cores behind others. */
  static List<String> behind(int nice) {
    return List.of("nice", "-n", String.valueOf(nice));
  }

  /** A full collection, as {@code jcmd} asks for it. */
  void collectGarbage() throws IOException, InterruptedException {
    ask("GC.run");
  }

  /** What the JVM answers to a command of {@code jcmd}. */
  String ask(String command) throws IOException, InterruptedException {
    return ask(process.pid(), command);
  }

  /** The same of any JVM of this user. */
  static String ask(long pid, String command) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asking =
        new ProcessBuilder(jcmd.toString(), String.valueOf(pid), command)
            .redirectErrorStream(true)
            .start();
    String answer = new String(asking.getInputStream().readAllBytes(), UTF_8);
    if (asking.waitFor() != 0) {
      throw new IllegalStateException(
          "cannot ask process %d for %s: %s".formatted(pid, command, answer));
    }
    return answer;
  }

  /** What is alive on the heap, garbage left out. */
  long aliveBytes() throws IOException, InterruptedException {
    String total = ask("GC.class_histogram").lines().toList().getLast(); // Total, objects, bytes
    return Long.parseLong(total.strip().replaceAll(".* ", ""));
  }

  /** Memory of the process that is in use, of Linux alone. */
  long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  private boolean becomesReady(int httpPort) throws InterruptedException {
    URI ready = URI.create("http://127.0.0.1:" + httpPort + "/health/ready");
    long end = System.nanoTime() + READY_MAX.toNanos();
    boolean hasEnded = false;
    while (System.nanoTime() < end && !hasEnded) {
      if (answers(ready)) {
        return true;
      }
      hasEnded = process.waitFor(READY_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
    return false;
  }

  private static boolean answers(URI uri) {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(ANSWER_MILLIS_MAX);
      connection.setReadTimeout(ANSWER_MILLIS_MAX);
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false; // not up yet
    }
  }

  /** SIGKILL, as a crash would end it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, then SIGKILL. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
