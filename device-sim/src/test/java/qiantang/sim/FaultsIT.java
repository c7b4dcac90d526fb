package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Everything that befalls connections and messages on purpose, from the file to the verdict. */
class FaultsIT {
  private static final String FLEETS =
      """
      version: 1
      seed: 9
      ackGrace: 60s
      thresholds: ["lag.p99 < 20s", "unsent == 0"] # the machine may be busy
      fleets:
        - {name: mills, count: 20, model: cnc-spindle, period: 100ms}
        - name: cells
          kind: gateway
          count: 4
          subDevices: 3
          model: robot
          period: 200ms
          mqtt: "5"
      """;
  private static final String EVERYTHING =
      FLEETS
          + """
          phases:
            - {name: people, kind: churn, duration: 3s, share: 30%, every: 1s}
            - {name: power, kind: storm, duration: 3s, every: 2s}
            - {name: calm, duration: 4s}
          disorder: {duplicates: 20%, outOfOrder: 10%}
          faults:
            slowReaders: 20%
            halfOpen: 20%
            net: {latency: 10ms, jitter: 5ms, bandwidth: 500KB/s, blackhole: 20%, reset: 5/s}
          """;

  @TempDir private Path folder = Path.of("");

  private String table = "";

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void everythingHappensAndNothingIsLost(String workers) throws IOException {
    assertEquals(0, run(EVERYTHING, "--workers", workers), () -> table);
    JsonNode done = result().path("disturbances");
    JsonNode connections = done.path("connections");
    for (String what : List.of("left", "cut", "halfOpened", "stoppedReading")) {
      assertTrue(connections.path(what).asLong() > 0, what + table);
    }
    for (String what : List.of("accepted", "reset", "blackholed")) {
      assertTrue(done.path("network").path(what).asLong() > 0, what + table);
    }
    assertTrue(done.path("copies").asLong() > 0, table);
    List<String> turns = new ArrayList<>();
    done.path("turns").forEach(t -> turns.add(t.path("name").asText() + " " + t.path("times")));
    assertEquals(
        List.of("people 3", "slowReaders 4", "halfOpen 4", "power 2"),
        turns,
        "each as often as the scenario says");
    List<String> phases = new ArrayList<>();
    result().path("phases").forEach(phase -> phases.add(phase.path("name").asText()));
    assertEquals(List.of("connect", "people", "power", "calm", "settle"), phases.subList(0, 5));
    assertTrue(table.contains("on purpose people: 30 % of 24 leave, 3 times"), table);
    assertTrue(Files.readString(folder.resolve("report.html")).contains("Done on purpose"));
  }

  /** Nothing can be acknowledged while the plan goes on, and all of it after. */
  @Test
  void aNetworkThatSwallowsEverythingEndsWithThePlan() throws IOException {
    assertEquals(0, run(FLEETS + "duration: 3s\nfaults: {net: {blackhole: 100%}}\n"), () -> table);
    assertEquals(result().path("plannedMessages"), result().path("messages").path("acked"));
    assertEquals(24, result().path("disturbances").path("network").path("blackholed").asLong());
  }

  /** A server that answers nothing is no reason to wait for ever, nor to keep quiet. */
  @Test
  void publishersThatWaitInVainAreNamed() throws IOException {
    String scenario =
        FLEETS.replace("60s", "2s").replace("unsent == 0", "inFlight == 0")
            + "duration: 2s\nfaults: {slowReaders: 100%}\n";
    try (FakeSystem system = new FakeSystem()) {
      system.silent = true;
      assertEquals(1, run(system, scenario), () -> table);
    }
    assertTrue(table.contains("messages of 24 publishers, as r"), table);
  }

  private int run(String scenario, String... more) throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      return run(system, scenario, more);
    }
  }

  private int run(FakeSystem system, String scenario, String... more) throws IOException {
    StringWriter out = new StringWriter();
    Path file = Files.writeString(folder.resolve("s.yaml"), scenario);
    List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
    arguments.addAll(List.of(system.options()));
    arguments.addAll(List.of("--out", folder.toString()));
    arguments.addAll(Arrays.asList(more));
    int exitCode =
        new CommandLine(new SimCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments.toArray(String[]::new));
    table = out.toString();
    return exitCode;
  }

  private JsonNode result() throws IOException {
    return new JsonMapper().readTree(folder.resolve("result.json").toFile());
  }
}
