package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.plan.SignalModel;

/** The audit of a system that answers for most devices, and refuses to for one. */
class UnreadableDeviceIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 4
      duration: 1s
      ackGrace: 60s
      fleets:
        - {name: mills, count: 3, model: pump, period: 100ms}
      thresholds: ["lag.p99 < 20s"]
      """;
  private static final long OF_ONE = 10L * SignalModel.PUMP.metrics().size();

  @TempDir private Path folder = Path.of("");

  private FakeSystem system = SimCommandIT.start();
  private String table = "";

  @AfterEach
  void stop() throws IOException {
    system.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 403, 500})
  void itsSamplesAreNotCalledLost(int status) throws IOException {
    system.refusing = device -> device.endsWith("-mills-1") ? status : 0;
    assertEquals(5, run(), () -> table);
    assertTrue(table.contains("verdict    NOT AUDITED: nobody knows whether data is lost"), table);
    assertTrue(table.contains("1 of 3 devices could not be read, the first: "), table);
    assertTrue(table.contains("-mills-1 is NOT AUDITED: GET /v1/enterprises/acme/"), table);
    assertTrue(table.contains(" answered " + status + " it is not shown"), table);
    assertTrue(table.contains(" + refused 0 + not audited " + OF_ONE), table);
    JsonNode samples = result("result.json").path("samples");
    assertEquals(0, samples.path("LOST").asLong());
    assertEquals(OF_ONE, samples.path("UNREAD").asLong());
    assertEquals(2 * OF_ONE, samples.path("ACKED_VISIBLE").asLong());
    String page = Files.readString(folder.resolve("report.html"));
    assertFalse(page.contains("There is nothing to find fault with"), page);
  }

  /** What is known to be wrong is said first, and the rest not left out. */
  @Test
  void aLossOfAnotherDeviceIsALoss() throws IOException {
    system.refusing = device -> device.endsWith("-mills-1") ? 500 : 0;
    system.corruptor =
        answer -> {
          if (answer.path("device").asText().endsWith("-mills-2")) {
            answer.putArray("series");
          }
          return answer;
        };
    assertEquals(2, run(), () -> table);
    assertTrue(table.contains("FAILED: " + OF_ONE + " samples LOST: acked, not visible"), table);
    assertTrue(table.contains("; and 1 of 3 devices could not be read"), table);
  }

  /** The same from the journal, once the device can be read too. */
  @Test
  void theAuditFromTheJournalTellsTheSame() throws IOException {
    system.refusing = device -> device.endsWith("-mills-1") ? 404 : 0;
    assertEquals(5, run(), () -> table);
    assertEquals(5, audit(), () -> table);
    assertTrue(table.contains("NOT AUDITED: nobody knows whether data is lost"), table);
    assertTrue(table.contains(OF_ONE + "  NOT AUDITED: of devices that"), table);
    system.refusing = device -> 0;
    assertEquals(0, audit(), () -> table);
  }

  private int run() throws IOException {
    Path scenario = Files.writeString(folder.resolve("s.yaml"), SCENARIO);
    List<String> arguments = new ArrayList<>(List.of("run", scenario.toString()));
    arguments.addAll(List.of(system.options()));
    arguments.addAll(List.of("--out", folder.toString()));
    return sim(arguments);
  }

  private int audit() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Path journal = files.filter(f -> f.toString().endsWith(".journal")).findFirst().orElseThrow();
      List<String> arguments = new ArrayList<>(List.of("audit", journal.toString()));
      String[] options = system.options();
      for (int i = 0; i < options.length; i += 2) {
        if (!options[i].equals("--mqtt")) {
          arguments.addAll(List.of(options[i], options[i + 1]));
        }
      }
      return sim(arguments);
    }
  }

  private int sim(List<String> arguments) {
    SimRun run = SimRun.of(arguments);
    table = run.text();
    return run.exitCode();
  }

  private JsonNode result(String name) throws IOException {
    return new JsonMapper().readTree(folder.resolve(name).toFile());
  }
}
