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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.wire.Addresses;

/** A run against a broker that has no API, and lets in anybody. */
class PlainBrokerIT {
  private static final String SCENARIO =
      """
      version: 1
      duration: 1s
      probes: {visible: 100%}
      fleets:
        - {name: mills, count: 4, model: pump, period: 100ms}
        - {name: halls, kind: gateway, enterprise: weft, count: 1, subDevices: 2, model: pump,
           period: 100ms, mqtt: "5"}
      thresholds: ["lag.p99 < 20s", "inFlight == 0", THRESHOLD]
      """;

  @TempDir private Path folder = Path.of("");
  private String text = "";

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void itSendsAllAndSaysThatNothingWasAudited(int workers) throws IOException {
    assertEquals(0, run("unsent == 0", "--workers", Integer.toString(workers)), () -> text);
    assertTrue(text.contains("sent 50 = acked 50 + in flight 0 + refused 0"), text);
    assertTrue(text.contains("verdict    NOT AUDITED: nobody knows whether data is lost"), text);
    assertTrue(text.contains("it was not asked for (--no-audit); all limits hold"), text);
    assertFalse(text.contains("LOST"), text);
    // At the start and in the table.
    assertEquals(2, text.lines().filter(line -> line.contains("probes are left out")).count());
    JsonNode result = new JsonMapper().readTree(folder.resolve("result.json").toFile());
    assertFalse(result.path("audited").asBoolean(true));
    assertTrue(result.path("samples").isMissingNode(), "nobody looked");
    String page = Files.readString(folder.resolve("report.html"));
    assertTrue(page.contains("not audited, as --no-audit wants it"), page);
    assertTrue(page.contains("<li>the scenario&#39;s probes are left out"), page);
    assertTrue(result.path("notes").toString().contains("probes are left out"), result::toString);
    try (Stream<Path> files = Files.list(folder)) {
      Path journal = files.filter(f -> f.toString().endsWith(".journal")).findFirst().orElseThrow();
      assertTrue(text.contains("what was sent is in " + journal), text);
    }
  }

  @Test
  void aMissedThresholdIsTheExitCode() throws IOException {
    assertEquals(1, run("ack.p50 < 0ms", "--mqtt-user", "me", "--mqtt-password", "secret"));
    assertTrue(text.contains("LIMITS MISSED: NOT AUDITED, for it was not asked for"), text);
    String page = Files.readString(folder.resolve("report.html"));
    assertFalse(page.contains("secret"), page);
    assertTrue(page.contains("$QIANTANG_MQTT_PASSWORD"), page);
  }

  @ParameterizedTest
  @CsvSource({"visible.p99 < 1s", "visible.absent == 0", "refused == 0"})
  void whatNobodyCanJudgeIsRefusedAtTheStart(String threshold) throws IOException {
    assertEquals(4, run(threshold));
    assertTrue(text.contains("nobody knows whether \"" + threshold + "\" holds; take it"), text);
  }

  @Test
  void namesAndPasswordsAreOfBrokersAlone() throws IOException {
    assertEquals(4, run("late < 99", "--mqtt-password", "secret"));
    assertTrue(text.contains("--mqtt-password takes --mqtt-user"), text);
    Path scenario = Files.writeString(folder.resolve("s.yaml"), SCENARIO.replace("THRESHOLD", ""));
    text = SimRun.of(List.of("run", scenario.toString(), "--mqtt-user", "me")).text();
    assertTrue(text.contains("go with --no-audit"), text);
    text = SimRun.of(List.of("run", scenario.toString(), "--no-audit")).text();
    assertTrue(text.contains("give --mqtt or --mqtts"), text);
  }

  private int run(String threshold, String... more) throws IOException {
    Path scenario =
        Files.writeString(
            folder.resolve("s.yaml"), SCENARIO.replace("THRESHOLD", '"' + threshold + '"'));
    try (Mosquitto broker = new Mosquitto(folder)) {
      List<String> arguments = new ArrayList<>(List.of("run", scenario.toString(), "--no-audit"));
      arguments.addAll(List.of("--mqtt", Addresses.single(broker.address()).text()));
      arguments.addAll(List.of("--out", folder.toString()));
      arguments.addAll(List.of(more));
      SimRun run = SimRun.of(arguments);
      text = run.text();
      return run.exitCode();
    }
  }
}
