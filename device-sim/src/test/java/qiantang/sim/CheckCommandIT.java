package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scenario against what a system says of itself; nothing is sent to it. */
class CheckCommandIT {
  /** At its highest 300 messages/s of 10 connections in acme, 10 of one in weft. */
  private static final String SCENARIO =
      """
      version: 1
      connectPerSecond: 5
      phases:
        - {name: calm, duration: 1m}
        - {name: burst, kind: burst, duration: 1m, load: 300%, share: 20%, every: 30s}
      fleets:
        - {name: mills, count: 10, model: pump, period: 100ms}
        - {name: hall, enterprise: ENTERPRISE, kind: gateway, count: 1, subDevices: 3, model: pump,
           period: 300ms}
      """;

  @TempDir private Path folder = Path.of("");

  private FakeSystem system = SimCommandIT.start();
  private String text = "";

  @BeforeEach
  void generousQuotas() {
    system.quotas =
        Map.of(
            "enterpriseMessagesPerSecond", 300L,
            "deviceMessagesPerSecond", 30L,
            "subDeviceMessagesPerSecond", 10L,
            "enterpriseConnectsPerSecond", 5L);
  }

  @AfterEach
  void stop() throws IOException {
    assertEquals(0, system.messages());
    assertEquals(List.of(), system.devicesSeen());
    system.close();
  }

  @Test
  void aScenarioThatFitsTheSystemIsFine() throws IOException {
    assertEquals(0, check("weft"), () -> text);
    assertTrue(text.contains("FITS     enterprise need acme"), text);
    assertTrue(text.contains("FITS     enterprise need weft"), text);
    assertFalse(text.contains("quota"), text);
    // Three times what the periods say.
    assertTrue(text.contains("310 messages/s at the highest load, for 120 s"), text);
    assertTrue(text.contains("cores for 310 messages/s"), text);
  }

  @Test
  void anEnterpriseThatTheSystemLacksIsTold() throws IOException {
    assertEquals(4, check("wool"), () -> text);
    assertTrue(
        text.contains("LACKS    enterprise need 'wool' of the fleet hall, have acme, weft"), text);
    assertTrue(text.contains("write one of these as the fleet's enterprise"), text);
    assertEquals(4, check("weft", "--enterprise", "acme"), () -> text);
    assertTrue(text.contains("have acme\n"), text);
    assertTrue(text.contains("--enterprise takes away all others"), text);
  }

  @Test
  void quotasBelowTheHighestLoadAreToldWithTheCommandThatRaisesThem() throws IOException {
    system.quotas =
        Map.of(
            "enterpriseMessagesPerSecond", 299L,
            "deviceMessagesPerSecond", 29L,
            "subDeviceMessagesPerSecond", 9L,
            "enterpriseConnectsPerSecond", 4L);
    assertEquals(0, check("weft"), () -> text);
    assertTrue(text.contains("DOUBTFUL quota      need enterpriseMessagesPerSecond of acme: 300"));
    assertTrue(text.contains("have 299 on each node"), text);
    assertTrue(text.contains("deviceMessagesPerSecond of acme: 30"), text);
    assertTrue(text.contains("subDeviceMessagesPerSecond of weft: 10"), text);
    assertTrue(text.contains("enterpriseConnectsPerSecond of acme: 5"), text);
    assertFalse(text.contains("enterpriseConnectsPerSecond of weft"), "it has one connection");
    String demo = " --demo " + folder.resolve("demo.json");
    assertTrue(
        text.contains("--enterprise acme --set enterpriseMessagesPerSecond=300" + demo), text);
  }

  /** Connections are spread over the nodes, and each node counts for itself. */
  @Test
  void severalNodesShareWhatAnEnterpriseSends() throws IOException {
    system.quotas = Map.of("enterpriseMessagesPerSecond", 150L);
    assertEquals(0, check("weft"), () -> text);
    assertTrue(text.contains("quota"), text);
    assertEquals(0, check("weft", "--mqtt", "127.0.0.1:1,127.0.0.1:2"), () -> text);
    assertFalse(text.contains("quota"), text);
  }

  @Test
  void aTokenThatIsNoneIsTold() throws IOException {
    assertEquals(4, check("weft", "--token", "no"), () -> text);
    assertTrue(text.contains("LACKS    enterprise need acme, have 401 send a token"), text);
  }

  @Test
  void aSystemThatIsAwayIsDoubtful() throws IOException {
    assertEquals(0, check("weft", "--http", "http://127.0.0.1:1"), () -> text);
    assertTrue(
        text.contains("DOUBTFUL system     need an answer of the API, have no answer"), text);
    assertEquals(1, text.lines().filter(line -> line.contains("no answer")).count(), text);
  }

  private int check(String enterprise, String... more) throws IOException {
    Path scenario =
        Files.writeString(folder.resolve("s.yaml"), SCENARIO.replace("ENTERPRISE", enterprise));
    Path demo = Files.writeString(folder.resolve("demo.json"), system.demo());
    List<String> arguments =
        new ArrayList<>(List.of("check", scenario.toString(), "--demo", demo.toString()));
    arguments.addAll(List.of(more));
    SimRun run = SimRun.of(arguments);
    text = run.text();
    return run.exitCode();
  }
}
