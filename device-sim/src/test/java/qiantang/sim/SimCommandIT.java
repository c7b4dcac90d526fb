package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.plan.SignalModel;

/** The commands from the command line to the exit code, against a system that can misbehave. */
class SimCommandIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 3
      duration: 2s
      ackGrace: 60s
      fleets:
        - {name: mills, count: 3, model: cnc-spindle, period: 50ms}
        - name: halls
          kind: gateway
          count: 2
          subDevices: 3
          model: pump
          period: 100ms
          mqtt: "5"
      thresholds: ["lag.p99 < 20s"] # the machine may be busy; here it is not about speed
      """;
  private static final Path NAB =
      Path.of("..", "seeds", "nab", "machine_temperature_system_failure.csv");
  private static final long MESSAGES = 3 * 40 + 2 * 20;
  private static final long SAMPLES =
      3L * 40 * SignalModel.CNC_SPINDLE.metrics().size()
          + 2L * 20 * 3 * SignalModel.PUMP.metrics().size();

  @TempDir private Path folder = Path.of("");

  private FakeSystem system = start();
  private String table = "";

  static FakeSystem start() {
    try {
      return new FakeSystem();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() throws IOException {
    system.close();
  }

  @Test
  void aRunAgainstARightSystemPasses() throws IOException {
    assertEquals(0, runScenario(), () -> table);
    JsonNode result = result();
    assertEquals(MESSAGES, result.path("plannedMessages").asLong());
    assertEquals(MESSAGES, result.path("messages").path("acked").asLong());
    assertEquals(SAMPLES, result.path("samples").path("ACKED_VISIBLE").asLong());
    assertTrue(table.contains("sent 160 = acked 160 + in flight 0 + refused 0"), table);
    assertAllLoggedIn();
  }

  @Test
  void brokenConnectionsAreSurvivedBySendingAgain() throws IOException {
    system.breakEvery = 31;
    assertEquals(0, runScenario(), () -> table);
    JsonNode messages = result().path("messages");
    assertEquals(MESSAGES, messages.path("acked").asLong());
    assertTrue(messages.path("connectionsLost").asLong() > 0, table);
    assertTrue(system.resentMessages() > 0);
  }

  @Test
  void twoWorkersGiveTheResultOfOneProcess() throws IOException {
    assertEquals(0, runScenario("--workers", "2"), () -> table);
    JsonNode result = result();
    assertEquals(MESSAGES, result.path("messages").path("sent").asLong());
    assertEquals(MESSAGES, result.path("messages").path("acked").asLong());
    assertEquals(MESSAGES, result.path("ack").path("count").asLong());
    assertEquals(MESSAGES, result.path("lag").path("count").asLong());
    assertEquals(2, result.path("workers").size());
    assertAllLoggedIn();
    for (JsonNode worker : result.path("workers")) {
      assertTrue(worker.path("cpuSeconds").asDouble() > 0, worker::toString);
      assertTrue(worker.path("heapMaxMebibytes").asDouble() > 0, worker::toString);
    }
    assertEquals(SAMPLES, result.path("samples").path("ACKED_VISIBLE").asLong());
  }

  /** One process and several count what the end found, not what is left after it. */
  private void assertAllLoggedIn() throws IOException {
    assertEquals(5, result().path("messages").path("loggedInMax").asLong());
    assertEquals(5, result().path("messages").path("loggedIn").asLong());
    assertTrue(table.contains("logged in  at most 5 of 5, at the end 5"), table);
  }

  @Test
  void checkSaysWhatTheMachineLacksWithoutASystem() throws IOException {
    assertEquals(0, run(List.of("check", write("s.yaml", SCENARIO))), () -> table);
    assertTrue(table.contains("5 connections, 9 devices, 80 messages/s for 2 s"), table);
    assertTrue(table.contains("FITS     files      need 305 open files in 1 process,"), table);
    assertEquals(4, run(List.of("check", write("bad.yaml", "version: 1\n"))));
    assertEquals(
        4, run(List.of("check", write("s.yaml", SCENARIO), "--source-addresses", "nowhere")));
    assertTrue(table.contains("'nowhere' is no address"), table);
  }

  @Test
  void refusalsAreInTheBooksOfBothProtocols() throws IOException {
    system.refused = millis -> millis / 50 % 5 == 0;
    assertEquals(0, runScenario(), () -> table);
    JsonNode samples = result().path("samples");
    long refused = samples.path("REFUSED_RECORDED").asLong();
    assertTrue(refused > 0, table);
    assertEquals(SAMPLES, samples.path("ACKED_VISIBLE").asLong() + refused);
  }

  @Test
  void aRefusalThatIsWrittenNowhereFailsTheAudit() {
    system.refused = millis -> millis / 50 % 5 == 0;
    system.forgetRejections = true;
    assertEquals(2, runScenario(), () -> table);
    assertTrue(table.contains("finding    LOST") || table.contains("REFUSED_UNRECORDED"), table);
  }

  @Test
  void aHiddenSampleFailsTheAudit() {
    AtomicBoolean once = new AtomicBoolean();
    system.corruptor =
        answer -> {
          if (answer.path("series").size() > 0 && once.compareAndSet(false, true)) {
            ((ArrayNode) answer.path("series").path(0).path("times")).remove(0);
            ((ArrayNode) answer.path("series").path(0).path("values")).remove(0);
          }
          return answer;
        };
    assertEquals(2, runScenario(), () -> table);
    assertTrue(table.contains("         1  LOST"), table);
  }

  @Test
  void anotherDevicesAnswerFailsTheAudit() {
    system.corruptor = answer -> answer.put("device", "someone-else");
    assertEquals(2, runScenario(), () -> table);
    assertTrue(table.contains("finding    FOREIGN"), table);
  }

  @Test
  void aReadingThatBecameAnotherEnterprisesIsLostAndForeign() throws IOException {
    AtomicLong first = new AtomicLong();
    system.moved = millis -> millis == first.accumulateAndGet(millis, (a, b) -> a == 0 ? b : a);
    assertEquals(2, runAgainstDemo(), () -> table);
    assertTrue(table.contains("finding    LOST"), table);
    assertTrue(table.contains("weft is shown it as one of weft"), table);
  }

  @Test
  void anOpenApiIsForeign() throws IOException {
    system.open = true;
    assertEquals(2, runAgainstDemo(), () -> table);
    assertTrue(table.contains("weft is shown it as one of acme"), table);
    assertTrue(table.contains("foreign reads: 9 pairs"), table);
  }

  @Test
  void aWrongSummaryFailsTheAudit() throws IOException {
    system.summaryCorruptor =
        answer -> {
          for (JsonNode series : answer.path("series")) {
            if (series.path("aggregate").asText().equals("sum")) {
              JsonNode right = series.path("values").path(0);
              ((ArrayNode) series.path("values"))
                  .set(0, JsonNodeFactory.instance.numberNode(right.asDouble() + 0.5));
              return answer;
            }
          }
          return answer;
        };
    assertEquals(2, runScenario(), () -> table);
    assertTrue(table.contains("finding    SUMMARY"), table);
    assertTrue(table.contains("         9  SUMMARY"), table);
    assertEquals(SAMPLES, result().path("samples").path("ACKED_VISIBLE").asLong());
  }

  @Test
  void exitCodesTellScenarioErrorsAndMissingSystems() throws IOException {
    assertEquals(
        4, run(List.of("run", write("bad.yaml", "version: 1\nduration: 1s\nfleet: []\n"))));
    assertTrue(table.contains("line 3, column 1: unknown key 'fleet'"), table);
    assertEquals(4, run(List.of("run", folder.resolve("missing.yaml").toString())));
    system.close();
    system = start();
    String scenario = write("s.yaml", SCENARIO);
    List<String> arguments = new ArrayList<>(List.of("run", scenario));
    arguments.addAll(List.of(system.options()));
    arguments.addAll(List.of("--token", "wrong"));
    assertEquals(4, run(arguments));
    assertTrue(table.contains("401 send a token of an admin"), table);
  }

  @Test
  void wrongOptionsAreUsageErrorsWithoutAStackTrace() throws IOException {
    String scenario = write("s.yaml", SCENARIO);
    for (List<String> wrong :
        List.of(
            List.of("--http", "localhost:8080"),
            List.of("--http", "http://h:99999"),
            List.of("--mqtt", "no-such-host.invalid:1883"),
            List.of("--token", "acme.x\n"),
            List.of("--metrics-port", "70000"),
            List.of("--loops", "0"),
            List.of("--workers", "0"))) {
      List<String> arguments = new ArrayList<>(List.of("run", scenario));
      arguments.addAll(List.of(system.options()));
      arguments.addAll(wrong);
      assertEquals(4, run(arguments), wrong::toString);
      assertTrue(table.contains(wrong.getFirst()), table);
      assertFalse(table.contains("\tat "), table);
    }
    assertEquals(4, replay(List.of("--rate", "-1")));
  }

  @Test
  void aMissedThresholdHasItsOwnExitCode() throws IOException {
    String scenario =
        write("s.yaml", SCENARIO.replace("lag.p99 < 20s", "ack.p50 < 0\", \"lag.p99 < 20s"));
    List<String> arguments = new ArrayList<>(List.of("run", scenario));
    arguments.addAll(List.of(system.options()));
    assertEquals(1, run(arguments), () -> table);
    assertTrue(table.contains("missed     \"ack.p50 < 0\" does not hold"), table);
  }

  @Test
  void aGeneratorThatIsTooLateHasItsOwnExitCode() throws IOException {
    String scenario = write("s.yaml", SCENARIO.replace("lag.p99 < 20s", "lag.p99 < 0"));
    List<String> arguments = new ArrayList<>(List.of("run", scenario));
    arguments.addAll(List.of(system.options()));
    assertEquals(3, run(arguments), () -> table);
    assertTrue(table.contains("verdict    GENERATOR LIMITED: nothing is lost"), table);
  }

  @Test
  void aRunLeavesAReportForAPersonAndOneForPrograms() throws IOException {
    assertEquals(0, runScenario(), () -> table);
    String html = Files.readString(folder.resolve("report.html"));
    assertTrue(table.contains("wrote " + folder.resolve("report.html")), table);
    assertTrue(html.contains("PASSED"));
    assertFalse(html.contains("acme.admin"), "the token is nobody's business");
    assertTrue(html.contains("./qiantang sim run " + folder.resolve("s.yaml")), html);
    JsonNode series = result().path("series");
    double offered = 0;
    for (int i = 0; i < series.path("atSeconds").size(); i++) {
      offered +=
          series.path("offeredPerSecond").path(i).asDouble()
              * series.path("lengthSeconds").path(i).asDouble();
    }
    assertEquals(MESSAGES, Math.round(offered), "each message fell due once");
  }

  @Test
  void aReplayShowsEveryValueOfTheFile() throws IOException {
    assertEquals(0, replay(List.of()), () -> table);
    assertTrue(table.contains("rows       5  empty 1  published and acknowledged 4"), table);
    assertTrue(table.contains("visible 4  refused 0  LOST 0  torn 0"), table);
    assertTrue(table.contains("5 distinct  conflicts 1 (the later row holds)  repeats 0"), table);
  }

  @Test
  void aFileRepeatedAndHurriedIsAllThere() throws IOException {
    assertEquals(0, replay(List.of("--repeat", "3", "--speed", "3600")), () -> table);
    // A quarter of an hour each, and nobody waits for the rest of the day in between.
    assertTrue(table.contains("sending 15 rows, the file 3 times, in 0 s at the earliest"), table);
    assertTrue(table.contains("rows       15  empty 3  published and acknowledged 12"), table);
    assertTrue(table.contains("visible 12  refused 0  LOST 0  torn 0"), table);
    assertEquals(4, replay(List.of("--repeat", "0")));
    assertEquals(4, replay(List.of("--speed", "-1")));
  }

  @Test
  void theRecordedDataSetComesBackBitForBit() {
    List<String> arguments = new ArrayList<>(List.of("replay", NAB.toString()));
    arguments.addAll(List.of(system.options()));
    assertEquals(0, run(arguments), () -> table);
    assertTrue(
        table.contains("rows       22695  empty 0  published and acknowledged 22695"), table);
    assertTrue(table.contains("22683 distinct  conflicts 12 (the later row holds)"), table);
    assertTrue(table.contains("     22683  visible and equal, bit for bit"), table);
  }

  @Test
  void aReplaySurvivesBrokenConnections() throws IOException {
    system.breakEvery = 3;
    assertEquals(0, replay(List.of()), () -> table);
    assertTrue(table.contains("visible 4  refused 0  LOST 0"), table);
  }

  @Test
  void rowsThatAreTooOldAreFoundAmongTheRejections() throws IOException {
    long oldest = Instant.now().minusSeconds(365 * 86_400L).toEpochMilli();
    system.refused = millis -> millis < oldest;
    assertEquals(1, replay(List.of("--shift-time", "0")), () -> table);
    assertTrue(table.contains("visible 0  refused 4  LOST 0"), table);
    assertTrue(table.contains("rejections          4  reason clock"), table);
    assertTrue(table.contains("FAILED: nothing is visible, for 4 of 4 rows were refused"), table);
    assertTrue(table.contains("leave --shift-time out"), table);
    assertEquals(1, replay(List.of("--shift-time", "0", "--allow-refused", "100")), () -> table);
  }

  @Test
  void rowsThatAreRefusedAreAllowedOrTold() throws IOException {
    system.refused = millis -> millis % 1_000 == 0 && millis / 60_000 % 60 == 15;
    assertEquals(1, replay(List.of()), () -> table);
    assertTrue(table.contains("visible 3  refused 1  LOST 0"), table);
    assertTrue(table.contains("verdict    REFUSED 1 of 4 rows (reason "), table);
    assertEquals(1, replay(List.of("--allow-refused", "24.9")), () -> table);
    assertEquals(0, replay(List.of("--allow-refused", "25")), () -> table);
    assertTrue(table.contains("but for 1 of 4 rows refused (reason "), table);
    assertEquals(4, replay(List.of("--allow-refused", "101")));
  }

  private int replay(List<String> more) throws IOException {
    String file =
        write(
            "two pumps.csv",
            """
            timestamp,flow,state
            2013-12-02 21:15:00,73.96732207,
            2013-12-02 21:20:00,74.93588199999998,open
            2013-12-02 21:20:00,75.5,
            2013-12-02 21:25:00,,
            2013-12-02 21:30:00.000125,-0.1,shut
            """);
    List<String> arguments = new ArrayList<>(List.of("replay", file));
    arguments.addAll(List.of(system.options()));
    arguments.addAll(more);
    return run(arguments);
  }

  private int runScenario(String... more) {
    try {
      List<String> arguments = new ArrayList<>(List.of("run", write("s.yaml", SCENARIO)));
      arguments.addAll(List.of(system.options()));
      arguments.addAll(List.of("--out", folder.toString()));
      arguments.addAll(List.of(more));
      return run(arguments);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private int runAgainstDemo() throws IOException {
    String demo = write("demo.json", system.demo());
    return run(List.of("run", write("s.yaml", SCENARIO), "--demo", demo));
  }

  private int run(List<String> arguments) {
    SimRun run = SimRun.of(arguments);
    table = run.text();
    return run.exitCode();
  }

  private ObjectNode result() throws IOException {
    return (ObjectNode) new JsonMapper().readTree(folder.resolve("result.json").toFile());
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }
}
