package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.MqttVersion;

class ScenarioReaderTest {
  private static final String HEAD = "version: 1\nduration: 20s\nfleets:\n";

  @ParameterizedTest
  @ValueSource(strings = {"smoke", "factory"})
  void theScenariosInTheFolderAreValid(String name) {
    valid(ScenarioReader.read(Path.of("scenarios", name + ".yaml")));
  }

  @Test
  void everythingThatIsNotSaidHasADefault() {
    Scenario scenario =
        valid(ScenarioReader.read("t", HEAD + "  - {name: a, count: 2, model: pump}\n"));
    assertEquals(
        new FleetSpec(
            "a",
            null,
            2,
            0,
            SignalModel.PUMP,
            Duration.ofSeconds(1),
            0,
            20,
            Duration.ofSeconds(60),
            MqttVersion.V3_1_1),
        scenario.fleets().getFirst());
    assertEquals(1, scenario.seed());
    assertNull(scenario.fleets().getFirst().enterprise());
  }

  @Test
  void anUnknownKeyIsRefusedWithItsPlace() {
    String text = HEAD + "  - name: a\n    count: 2\n    model: pump\n    peroid: 1s\n";
    assertTrue(
        problems(text).contains("line 7, column 5: unknown key 'peroid'; known here: kind, name"),
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
        "name: a, count: 99999, model: pump | count: 99999 is not between 1 and 19000",
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
