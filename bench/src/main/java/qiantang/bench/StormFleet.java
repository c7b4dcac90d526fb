package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Processes of {@link StormClients}, told from here. */
final class StormFleet implements AutoCloseable {
  // A process may have 20,000 files here, and one thread of clients should not be the bottleneck.
  private static final int CLIENTS_MAX = 9000;

  // No collection in a storm: it would take a core from the server.
  private static final List<String> FLAGS =
      List.of("-Xms1g", "-Xmx1g", "-Xmn900m", "-XX:+UseSerialGC");

  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts as many processes as so many clients need; nobody is connected yet.
   *
   * @param folder for the tokens
   * @param authority who has signed the server's certificate; null for no TLS
   */
  static StormFleet start(Path folder, int port, List<String> tokens, @Nullable Path authority)
      throws IOException {
    StormFleet fleet = new StormFleet();
    Runtime.getRuntime().addShutdownHook(new Thread(fleet::close));
    int count = (tokens.size() + CLIENTS_MAX - 1) / CLIENTS_MAX;
    for (int i = 0; i < count; i++) {
      List<String> own = tokens.subList(tokens.size() * i / count, tokens.size() * (i + 1) / count);
      List<String> arguments = new ArrayList<>();
      arguments.add(String.valueOf(port));
      arguments.add(Files.write(folder.resolve("storm-" + i + ".tokens"), own).toString());
      if (authority != null) {
        arguments.add(authority.toString());
      }
      fleet.processes.add(
          new ProcessBuilder(
                  Program.command(
                      FLAGS, StormClients.class.getName(), arguments.toArray(String[]::new)))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
    return fleet;
  }

  /** All are cut, where they are connected, and connect at once; what comes of it. */
  CompletableFuture<Homecoming> begin() throws IOException {
    for (Process process : processes) {
      OutputStream in = process.getOutputStream();
      in.write('\n');
      in.flush();
    }
    return CompletableFuture.supplyAsync(this::end);
  }

  private Homecoming end() {
    Homecoming whole = new Homecoming(0, 0, 0, 0, 0, 0);
    for (Process process : processes) {
      whole = whole.with(end(process));
    }
    return whole;
  }

  private static Homecoming end(Process process) {
    try {
      String line = process.inputReader(US_ASCII).readLine();
      if (line == null) {
        throw new IllegalStateException("a process of clients has ended and said why above");
      }
      return Homecoming.parse(line);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot hear a process of clients", e);
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
