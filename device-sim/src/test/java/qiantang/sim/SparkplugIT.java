package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Edge nodes and messages that are broken on purpose, from the file to the verdict. */
class SparkplugIT {
  private static final String FLEETS =
      """
      version: 1
      seed: 9
      duration: 4s
      ackGrace: 60s
      thresholds: ["lag.p99 < 20s", "unsent == 0", "inFlight == 0", "refused == 0"]
      fleets:
        - {name: mills, count: 2, model: cnc-spindle, period: 100ms}
        - {name: meters, count: 2, model: energy-meter, period: 100ms, mqtt: "5"}
        - {name: cells, kind: gateway, count: 1, subDevices: 3, model: robot, period: 200ms}
        - {name: lines, kind: gateway, count: 2, subDevices: 3, model: pump, period: 60ms,
           dialect: sparkplug}
        - {name: nodes, count: 2, model: compressor, period: 50ms, dialect: sparkplug, mqtt: "5"}
      """;

  private static final String MALFORMED = "faults: {malformed: {share: 20%}}\n";

  @TempDir private Path folder = Path.of("");

  private String table = "";

  @Test
  void everySampleOfEdgeNodesIsFound() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      assertEquals(0, run(system, FLEETS), () -> table);
      assertTrue(table.contains("connections lost 0"), table);
    }
  }

  /** Births come again with each connection, and resent messages have new numbers. */
  @Test
  void connectionsThatBreakLoseNothing() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      system.breakEvery = 37;
      assertEquals(0, run(system, FLEETS), () -> table);
      assertTrue(system.resentMessages() > 0);
    }
  }

  @Test
  void brokenMessagesAreRefusedAndRecordedAndNothingElseIs() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      assertEquals(0, run(system, FLEETS + MALFORMED), () -> table);
      for (String kind : List.of("truncated", "badUtf8", "nan", "deepJson", "hugeTopic")) {
        assertTrue(table.contains(kind + ": "), table);
      }
      assertTrue(table.contains("+ 0 acked without a rejection"), table);
    }
  }

  @Test
  void brokenMessagesThatAreStoredAreFound() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      system.lenient = true;
      assertEquals(2, run(system, FLEETS + MALFORMED), () -> table);
      assertTrue(table.contains("MALFORMED_VISIBLE "), table);
    }
  }

  @Test
  void brokenMessagesThatVanishWithoutARejectionAreFound() throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      system.forgetRejections = true;
      assertEquals(2, run(system, FLEETS + MALFORMED), () -> table);
      assertTrue(table.contains("MALFORMED_UNRECORDED"), table);
      assertTrue(table.contains("0  LOST"), table);
    }
  }

  private int run(FakeSystem system, String scenario) throws IOException {
    StringWriter out = new StringWriter();
    Path file = Files.writeString(folder.resolve("s.yaml"), scenario);
    List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
    arguments.addAll(List.of(system.options()));
    int exitCode =
        new CommandLine(new SimCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments.toArray(String[]::new));
    table = out.toString();
    return exitCode;
  }
}
