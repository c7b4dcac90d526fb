package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are asked for while a run goes on, from the file to the report. */
class ProbesIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 5
      duration: 2s
      ackGrace: 60s
      probes: {visible: 50%}
      fleets:
        - {name: mills, count: 3, model: cnc-spindle, period: 250ms}
        - {name: bay, kind: gateway, count: 1, subDevices: 3, model: pump, period: 250ms, mqtt: "5"}
      thresholds: ["lag.p99 < 20s", "visible.max < 60s", "visible.absent == 0"]
      """;

  @TempDir private Path folder = Path.of("");

  private final FakeSystem system = SimCommandIT.start();

  @AfterEach
  void stop() throws IOException {
    system.close();
  }

  @Test
  void everyChosenMessageIsSeenWhoeverSendsIt() throws IOException {
    JsonNode one = visible(run(0, SCENARIO));
    assertEquals(one.path("seen").asLong(), one.path("count").asLong());
    assertTrue(one.path("seen").asLong() > 0, one::toString);
    assertEquals(0, one.path("absent").asLong() + one.path("skipped").asLong(), one::toString);
    JsonNode two = visible(run(0, SCENARIO, "--workers", "2"));
    assertEquals(one.path("seen").asLong(), two.path("seen").asLong(), "one plan, one choice");
    String page = Files.readString(folder.resolve("report.html"));
    assertTrue(page.contains("Until it is visible"), "a plot");
  }

  @Test
  void aMessageIsAskedForUntilAnAnswerHoldsIt() throws IOException {
    // The first three answers about each single instant lack it.
    Map<String, Integer> asked = new HashMap<>();
    system.corruptor =
        answer -> {
          JsonNode times = answer.path("series").path(0).path("times");
          if (times.size() == 1 && hide(asked, answer.path("device") + " " + times.path(0))) {
            ((ArrayNode) answer.path("series")).removeAll();
          }
          return answer;
        };
    JsonNode visible = visible(run(0, SCENARIO));
    long seen = visible.path("seen").asLong();
    assertTrue(visible.path("questions").asLong() >= 4 * seen, visible::toString);
    assertTrue(visible.path("p50Millis").asDouble() >= 60, "three pauses of 20 ms");
  }

  private static synchronized boolean hide(Map<String, Integer> asked, String what) {
    return asked.merge(what, 1, Integer::sum) <= 3;
  }

  @Test
  void aLatencyThatIsTooLongMissesItsThreshold() throws IOException {
    SimRun run = run(1, SCENARIO.replace("visible.max < 60s", "visible.p50 < 0ms"));
    assertTrue(run.text().contains("missed     \"visible.p50 < 0ms\" does not hold"), run.text());
  }

  private SimRun run(int exitCode, String scenario, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("s.yaml"), scenario);
    List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
    arguments.addAll(List.of(system.options()));
    arguments.addAll(List.of("--out", folder.toString()));
    arguments.addAll(List.of(more));
    SimRun run = SimRun.of(arguments);
    assertEquals(exitCode, run.exitCode(), run::text);
    return run;
  }

  private JsonNode visible(SimRun run) throws IOException {
    assertTrue(run.text().contains("visible    p50 "), run.text());
    ObjectNode result =
        (ObjectNode) new JsonMapper().readTree(folder.resolve("result.json").toFile());
    return result.path("visible");
  }
}
