package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

class ScenarioReaderTest {
  private static final String HEAD = "version: 1\nduration: 20s\nfleets:\n";

  @Test
  void readyScenariosAreValid() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("scenarios"))) {
      List<Path> scenarios = files.filter(f -> f.toString().endsWith(".yaml")).toList();
      assertTrue(scenarios.size() >= 8, "smoke, factory, storm and others: " + scenarios);
      for (Path file : scenarios) {
        valid(ScenarioReader.read(file));
      }
    }
  }

  @Test
  void everythingThatIsNotSaidHasADefault() {
    Scenario scenario =
        valid(ScenarioReader.read("t", HEAD + "  - {name: a, count: 2, model: pump}\n"));
    assertEquals(
        FleetSpec.direct("a", 2, SignalModel.PUMP, Duration.ofSeconds(1)),
        scenario.fleets().getFirst());
    assertEquals(1, scenario.seed());
    assertNull(scenario.fleets().getFirst().enterprise());
  }

  @Test
  void anUnknownKeyIsRefusedWithItsPlace() {
    String text = HEAD + "  - name: a\n    count: 2\n    model: pump\n    peroid: 1s\n";
    assertTrue(
        problems(text).contains("line 7, column 5: unknown key 'peroid'; known here: name, kind"),
        problems(text));
  }

  @Test
  void allProblemsAreToldAtOnce() {
    String text = HEAD + "  - {name: A B, count: 0, model: car, period: 5 s}\nextra: 1\n";
    String problems = problems(text);
    assertEquals(6, problems.lines().count(), problems);
    assertTrue(problems.contains("line 4, column 12: name: 'A B'"), problems);
    assertTrue(problems.contains("line 5, column 1: unknown key 'extra'"), problems);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: a, count: 2, model: car | model: 'car' is none of cnc-spindle, energy-meter",
        "name: a, count: x, model: pump | count: 'x' is not a whole number",
        "name: a, count: 1000001, model: pump | count: 1000001 is not between 1 and 1000000",
        "name: a, count: 1, model: pump, period: 1ms | period: 1ms is not between 10ms and 86400s",
        "name: a, count: 1, model: pump, jitter: 90% | jitter: '90%' is not a share",
        "name: a, count: 1, model: pump, mqtt: 4 | mqtt: '4' is none of",
        "name: a, count: 1, model: [pump] | model: must be one value",
        "count: 1, model: pump | the key 'name' is missing here",
        "kind: gateway, name: a, count: 1, model: pump | the key 'subDevices' is missing here",
        "name: a, count: 1, model: pump, subDevices: 3 | unknown key 'subDevices'",
        "name: a, name: b, count: 1, model: pump | the key 'name' stands here twice",
      })
  void aWrongFleetIsRefused(String fleet, String problem) {
    String problems = problems(HEAD + "  - {" + fleet + "}\n");
    assertTrue(problems.contains(problem), problems);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a: [", "- 1", "version: 2", "just text", "version: 1\n\tduration: 1s"})
  void whatIsNoScenarioIsRefusedWithAPlace(String text) {
    assertTrue(problems(text).contains("line "), problems(text));
  }

  @Test
  void twoFleetsOfOneNameWouldMakeTheSameDevices() {
    String fleet = "  - {name: a, count: 1, model: pump}\n";
    assertTrue(problems(HEAD + fleet + fleet).contains("two fleets have the name 'a'"));
  }

  @Test
  void aVersionOtherThanTheOneThatThereIsIsRefused() {
    String problems = problems("version: 2\n");
    assertTrue(problems.contains("version: must be 1, not 2"), problems);
  }

  @Test
  void acknowledgementsThatNobodySendsHaveNoThreshold() {
    String none =
        HEAD
            + "  - {name: a, count: 2, model: pump, qos: 0}\n"
            + "thresholds: [\"late == 0\", \"ack.p99 < 1s\"]\n";
    assertTrue(problems(none).contains("line 5, column 27: nobody acknowledges"), problems(none));
    String some = none.replace("thresholds", "  - {name: b, count: 2, model: pump}\nthresholds");
    assertEquals(2, valid(ScenarioReader.read("t", some)).thresholds().size());
  }

  @Test
  void thresholdsCompareNamedFigures() {
    Scenario scenario =
        valid(
            ScenarioReader.read(
                "t",
                HEAD
                    + "  - {name: a, count: 2, model: pump}\n"
                    + "thresholds: [\"ack.p99 < 2s\", \"refused == 0\"]\n"));
    assertTrue(scenario.thresholds().getFirst().holds(1_999));
    assertEquals(2_000, scenario.thresholds().getFirst().limit());
    assertTrue(problems(HEAD + "thresholds: [\"speed < 1\"]\n").contains("a threshold is a text"));
  }

  @Test
  void phasesTakeThePlaceOfTheDuration() {
    Scenario scenario =
        valid(
            read(
                """
                phases:
                  - {name: up, kind: ramp, duration: 10s, load: 100%}
                  - {name: full, duration: 20s}
                  - {name: more, kind: burst, duration: 1m, load: 250%, share: 0.5%}
                """));
    assertEquals(Duration.ofSeconds(90), scenario.duration());
    assertEquals(
        List.of(
            new Phase(
                "up", Phase.Kind.RAMP, Duration.ofSeconds(10), 100, 1, Duration.ofSeconds(10)),
            new Phase(
                "full", Phase.Kind.HOLD, Duration.ofSeconds(20), 100, 1, Duration.ofSeconds(20)),
            new Phase(
                "more",
                Phase.Kind.BURST,
                Duration.ofMinutes(1),
                250,
                0.005,
                Duration.ofMinutes(1))),
        scenario.phases());
  }

  @Test
  void disorderFaultsAndProbesAreRead() {
    Scenario scenario =
        valid(
            read(
                """
                duration: 1h
                disorder:
                  late: {share: 2%, delay: 10m}
                  outOfOrder: 3%
                  duplicates: 0.25%
                  clockSkew: {normal: 2s, jump: {share: 1%, at: 5m, by: -1h}}
                  backlog: 7d
                faults:
                  malformed: {share: 0.1%}
                  slowReaders: 1%
                  halfOpen: 2%
                  net:
                    latency: 80ms
                    jitter: 20ms
                    bandwidth: 100KB/s
                    blackhole: 1%
                    reset: 0.1/s
                probes: {ack: always, visible: 1%}
                """));
    assertEquals(
        new Disorder(
            new Disorder.Late(0.02, Duration.ofMinutes(10)),
            0.03,
            0.0025,
            new Disorder.ClockSkew(
                Duration.ofSeconds(2),
                new Disorder.Jump(0.01, Duration.ofMinutes(5), Duration.ofHours(-1))),
            Duration.ofDays(7)),
        scenario.disorder());
    assertEquals(
        new Faults(
            new Faults.Malformed(0.001, List.of(Faults.MalformedKind.values())),
            0.01,
            0.02,
            new Faults.Net(Duration.ofMillis(80), Duration.ofMillis(20), 100_000, 0.01, 0.1)),
        scenario.faults());
    assertEquals(new Probes(0.01), scenario.probes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "phases: [{name: a}] | the key 'duration' is missing here; for example duration: 20s",
        "phases: [{name: a, duration: 1s, kind: ramp}] | the key 'load' is missing here",
        "phases: [{name: a, duration: 1s, load: 1001%}] | is not a whole percentage from 0%",
        "phases: [{name: a, duration: 1s, share: 2%}] | share: is of burst, churn and storm",
        "phases: [{name: a, duration: 9s, kind: churn}] | the key 'every' is missing here",
        "phases: [{name: a, duration: 9s, kind: strom}] | soak; did you mean storm?",
        "phases: [{name: a, duration: 1s}, {name: a, duration: 1s}] | two phases have the name 'a'",
        "phases: [{name: a, duration: 4d}, {name: b, duration: 4d}] | a run takes at most 168h",
        "duration: 1s\\nthresholds: [visible.p99 < 2s] | add for example 'probes: {visible: 1%}'",
        "phases: [] | a run has 1 to 100 phases, not 0",
        "phases: [{name: a, duration: 3d, kind: burst, load: 9%, every: 1s}] | make it 26s",
        "phases: [run] | a phase is a group of keys",
        "duration: | duration: must be one value, not nothing",
        "duration: 1h\\nphases: [{name: a, duration: 1s}] | leave out either this or them",
        "duration: 1h\\ndisorder: {late: 3%} | late: must be a group of keys",
        "duration: 1h\\ndisorder: {late: {share: 0%, delay: 1s}} | share: 0% is nobody",
        "duration: 1h\\ndisorder: {outOfOrder: 30%} | outOfOrder: '30%' is not a share",
        "duration: 1h\\ndisorder: {backlog: 90m} | multiple of the run's 3600s, such as 3600s",
        "duration: 1h\\nfaults: {net: {bandwidth: 5}} | is not a rate such as 100KB/s or 2MB/s",
        "duration: 1h\\nfaults: {malformed: {share: 1%, kinds: [nan, nan]}} | stands here twice",
        "duration: 1h\\nprobes: {ack: off} | ack: 'off' is none of always",
        "duration: 1h\\nduration: &x 1h | the key 'duration' stands here twice",
        "duration: &x 1h\\nackGrace: *x | aliases (*name) are not read",
        "duration: 1h\\n--- | a second document; a file has one",
        "duration: 1h\\nprobs: {} | did you mean probes?",
      })
  void aWrongRestIsRefused(String rest, String problem) {
    String text = rest.replace("\\n", "\n") + "\n";
    if (read(text) instanceof Outcome.Failed<Scenario> failed) {
      assertTrue(failed.message().contains(problem), failed.message());
    } else {
      fail("accepted: " + text);
    }
  }

  @Test
  void twoMessagesNeverShareAnEventTime() {
    String fleet = "version: 1\nfleets: [{name: a, count: 1, model: pump, period: 10ms}]\n";
    String tenfold = fleet + "phases: [{name: a, duration: 1s, load: 1000%}]\n";
    assertTrue(problems(tenfold).contains("make its period longer than 10ms"), problems(tenfold));
    String disorder = fleet + "duration: 20s\ndisorder: {outOfOrder: 1%}\n";
    valid(ScenarioReader.read("t", disorder));
    String twice =
        fleet + "phases: [{name: a, duration: 1s, load: 200%}]\ndisorder: {outOfOrder: 1%}";
    assertTrue(problems(twice).contains("must be more than 8 ms where there is disorder"));
  }

  @Test
  void devicesThatTakeTurnsNeedRoomWithinThePeriod() {
    String fleet =
        "version: 1\nduration: 20s\nfleets: [{name: a, count: 1, kind: gateway, subDevices: 500,"
            + " model: robot, period: %s, dialect: sparkplug}]\n";
    valid(ScenarioReader.read("t", fleet.formatted("1s")));
    String problems = problems(fleet.formatted("400ms"));
    assertTrue(problems.contains("make its period longer than 500ms"), problems);
  }

  @Test
  void aFleetThatHasNoneOfTheMalformedKindsIsRefused() {
    String text =
        "version: 1\nduration: 20s\nfleets: [{name: a, count: 1, model: pump, dialect: sparkplug}]"
            + "\nfaults: {malformed: {share: 1%, kinds: [nan]}}";
    String problems = problems(text);
    assertTrue(problems.contains("in Sparkplug NaN is a value like another"), problems);
    valid(ScenarioReader.read("t", text.replace("[nan]", "[nan, truncated]")));
    valid(ScenarioReader.read("t", text.replace("sparkplug", "thingsboard")));
  }

  @Test
  void aProblemNamesItsFile() {
    assertTrue(
        problems("version: 2").contains("\nt, line 1, column 10: version: must be 1, not 2"));
  }

  @Test
  void noTextMakesTheReaderFail() throws IOException {
    String chaos = Files.readString(Path.of("scenarios", "chaos.yaml"));
    Random random = new Random(5);
    for (int round = 0; round < 1_000; round++) {
      StringBuilder text = new StringBuilder(chaos);
      for (int change = 0; change <= round % 4; change++) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
          case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
          default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 20)));
        }
      }
      var _ = ScenarioReader.read("t", text.toString());
    }
  }

  /** A scenario of one usual fleet and this. */
  private static Outcome<Scenario> read(String rest) {
    String head = "version: 1\nfleets: [{name: a, count: 2, model: pump}]\n";
    return ScenarioReader.read("t", head + rest);
  }

  private static Scenario valid(Outcome<Scenario> outcome) {
    return switch (outcome) {
      case Outcome.Done<Scenario>(Scenario scenario) -> scenario;
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }

  private static String problems(String text) {
    return switch (ScenarioReader.read("t", text)) {
      case Outcome.Done<Scenario> done -> fail("accepted: " + text);
      case Outcome.Failed<Scenario> failed -> {
        assertEquals(ExitCode.USAGE, failed.exitCode());
        yield failed.message();
      }
    };
  }
}
