package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import qiantang.sim.probe.ProbeCounts;

class LiveDisplayTest {
  private static final String ESCAPE = "\u001b";

  private final StringWriter text = new StringWriter();
  private String course = "";

  @Test
  void withoutATerminalASecondIsALineWithoutCodes() {
    show(Screen.PLAIN, "", 2);
    assertEquals(2, text.toString().lines().count());
    assertFalse(text.toString().contains(ESCAPE));
    assertTrue(text.toString().contains("sent 3/s"), text::toString);
    assertTrue(text.toString().contains("(1 absent, 0 skipped)"), text::toString);
    assertTrue(text.toString().contains("workers 2: CPU 50 %, heap 50 MiB; worst CPU 50 %"));
    assertTrue(text.toString().contains("own CPU 0.25 cores"), text::toString);
  }

  @Test
  void onATerminalEachPanelIsDrawnOverTheLast() {
    show(new Screen(true, false), "", 2);
    long lines = text.toString().lines().filter(line -> line.contains(ESCAPE + "[2K")).count();
    assertTrue(text.toString().contains(ESCAPE + "[" + lines / 2 + "A"), text::toString);
    assertFalse(text.toString().contains(ESCAPE + "[32m"), "colours although none are wanted");
  }

  @Test
  void whatAServerSaysNeitherMovesTheCursorNorWraps() {
    show(new Screen(true, false), "bad" + ESCAPE + "[2J\n" + "x".repeat(500), 1);
    assertFalse(text.toString().contains(ESCAPE + "[2J"));
    for (String line : text.toString().split("\n", -1)) {
      assertTrue(line.replaceAll(ESCAPE + "\\[\\d*[A-Z]", "").length() <= 78, line);
    }
  }

  @Test
  void whatIsDoneOnPurposeIsNoTrouble() {
    course = "churn; 4 left";
    show(Screen.PLAIN, "", 2);
    assertEquals(3, text.toString().lines().count(), "said when it changes");
    assertTrue(text.toString().contains("on purpose: churn; 4 left"), text::toString);
    show(new Screen(true, false), "", 1);
    assertTrue(text.toString().contains("purpose  churn; 4 left"), text::toString);
  }

  @Test
  void noColorAndDumbTerminalsAreHonoured() {
    Map<String, String> plain = Map.of("TERM", "xterm");
    assertEquals(new Screen(true, true), Screen.of(true, plain));
    assertEquals(
        new Screen(true, false), Screen.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1")));
    assertEquals(Screen.PLAIN, Screen.of(true, Map.of("TERM", "dumb")));
    assertEquals(Screen.PLAIN, Screen.of(false, plain));
  }

  private void show(Screen screen, String trouble, int times) {
    LiveDisplay display =
        new LiveDisplay(new PrintWriter(text), screen, "s.yaml", 5, 9, () -> course);
    for (int i = 0; i < times; i++) {
      Interval second = Intervals.second(i, "send", 3, Spread.NONE);
      display.show(
          new RunWatch.View(
              second,
              second.traffic(),
              new ProbeCounts(7, 1, 0, 2, 40, 0),
              List.of(),
              1_000L * i,
              20_000,
              trouble,
              ""));
    }
  }
}
