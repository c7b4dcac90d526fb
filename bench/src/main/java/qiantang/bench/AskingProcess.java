package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import qiantang.store.model.EnterpriseId;

/**
 * {@link ParallelAskers} in a process of their own, behind all others: clients are on machines of
 * their own elsewhere, and what they read is some 100 MB a second. The collector would stop the
 * client that takes the time of acknowledgements, and they would take the cores from ingest.
 */
final class AskingProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 10;
  private static final int NICE = 19;

  private final Process process;
  private final PrintStream to;
  private final BufferedReader from;

  private AskingProcess(Process process) {
    this.process = process;
    to = new PrintStream(process.getOutputStream(), true, UTF_8);
    from = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /**
   * What is asked.
   *
   * @param httpPort of query
   * @param viewers tokens of who has the fleet, of who has many devices, and of who was refused
   *     much
   * @param kinds by the names of {@link HeavyQuestions}; all of them where there is none
   * @param askers at the same time
   */
  record Asked(
      int httpPort,
      MachineFleet fleet,
      Map<EnterpriseId, List<String>> viewers,
      List<String> kinds,
      int askers) {
    private JsonObject json() {
      JsonObject tokens = new JsonObject();
      viewers.forEach((owner, theirs) -> tokens.put(owner.toString(), new JsonArray(theirs)));
      return new JsonObject()
          .put("httpPort", httpPort)
          .put("devices", fleet.devices())
          .put("days", fleet.days())
          .put("beginMinute", fleet.beginMinute())
          .put("viewers", tokens)
          .put("kinds", new JsonArray(kinds))
          .put("askers", askers);
    }
  }

  /** Askers that wait for {@link #ask}. */
  static AskingProcess start(Asked asked) throws IOException {
    return start(NICE, AskingMain.class, asked);
  }

  /** What computes in their place, as near to the cores as query is. */
  static AskingProcess computing(Asked asked) throws IOException {
    return start(Program.NICE_OF_QUERY, ComputingMain.class, asked);
  }

  private static AskingProcess start(int nice, Class<?> main, Asked asked) throws IOException {
    List<String> command = new ArrayList<>(Program.behind(nice));
    command.addAll(Program.command(Program.ONE_GIB, main.getName()));
    AskingProcess started =
        new AskingProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    started.to.println(asked.json().encode()); // tokens do not stand in a command line
    return started;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** All askers ask from now on. */
  void ask() throws IOException {
    var _ = tell("ask");
  }

  /** Nobody asks anything new; returns when all are answered. */
  void pause() throws IOException {
    var _ = tell("pause");
  }

  /** By the names of what was asked, in their order. */
  Map<String, ParallelAskers.Answers> tallies() throws IOException {
    Map<String, ParallelAskers.Answers> tallies = new LinkedHashMap<>();
    for (Map.Entry<String, Object> kind : tell("tallies")) {
      tallies.put(kind.getKey(), ParallelAskers.Answers.of((JsonObject) kind.getValue()));
    }
    return tallies;
  }

  private JsonObject tell(String command) throws IOException {
    to.println(command);
    String answer = from.readLine();
    if (answer == null) {
      throw new IOException("the askers' process has ended; what it said stands above");
    }
    return new JsonObject(answer);
  }

  /** It ends with its input, and by SIGKILL where it does not. */
  @Override
  public void close() {
    to.close();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
