package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Load that changes and devices that disorder, from the file to the verdict. */
class DisorderIT {
  private static final String FLEETS =
      """
      version: 1
      seed: 9
      ackGrace: 60s
      thresholds: ["lag.p99 < 20s"] # the machine may be busy; here it is not about speed
      fleets:
        - {name: mills, count: 3, model: cnc-spindle, period: 100ms}
        - {name: cells, kind: gateway, count: 1, subDevices: 3, model: robot, period: 200ms}
      """;

  @TempDir private Path folder = Path.of("");

  private String table = "";

  @Test
  void everySampleIsFoundWhateverDevicesDoToTime() throws IOException {
    String scenario =
        FLEETS
            + """
            phases:
              - {name: up, kind: ramp, duration: 2s, load: 200%}
              - {name: bursts, kind: burst, duration: 2s, load: 300%, share: 50%, every: 1s}
            disorder:
              late: {share: 10%, delay: 3h}
              outOfOrder: 10%
              clockSkew: {normal: 2s, jump: {share: 50%, at: 2s, by: 2h}}
            """;
    assertEquals(0, run(scenario), () -> table);
  }

  @Test
  void aBacklogIsReadBackFromTheWeekBefore() throws IOException {
    String scenario = FLEETS + "duration: 2s\ndisorder: {backlog: 7d}\n";
    assertEquals(0, run(scenario), () -> table);
  }

  @Test
  void twoRunsOfOneSeedHaveOnePlan() throws IOException {
    String scenario = FLEETS + "duration: 1s\ndisorder: {outOfOrder: 25%}\n";
    assertEquals(0, run(scenario), () -> table);
    String digest = digest();
    assertEquals(0, run(scenario), () -> table);
    assertEquals(digest, digest());
  }

  private String digest() {
    Matcher matcher = Pattern.compile("plan +(sha256 [0-9a-f]{64})\n").matcher(table);
    assertTrue(matcher.find(), table);
    return matcher.group(1);
  }

  private int run(String scenario) throws IOException {
    try (FakeSystem system = new FakeSystem()) {
      Path file = Files.writeString(folder.resolve("s.yaml"), scenario);
      List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
      arguments.addAll(List.of(system.options()));
      SimRun run = SimRun.of(arguments);
      table = run.text();
      return run.exitCode();
    }
  }
}
