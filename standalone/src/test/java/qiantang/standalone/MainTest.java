package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine main =
      Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void everyOptionOfEveryCommandIsExplained() {
    Deque<CommandLine> commands = new ArrayDeque<>(List.of(main));
    while (!commands.isEmpty()) {
      CommandLine command = commands.pop();
      commands.addAll(command.getSubcommands().values());
      assertTrue(command.getCommandSpec().usageMessage().description().length > 0);
      for (OptionSpec option : command.getCommandSpec().options()) {
        assertTrue(
            option.description().length > 0,
            command.getCommandSpec().qualifiedName() + " " + option.longestName());
      }
    }
  }

  @Test
  void helpIsAnAnswerAndGoesToStandardOutput() {
    assertEquals(0, main.execute("demo", "--help"));
    assertTrue(out.toString().contains("--ingest-http-port"));
    assertEquals("", err.toString());
  }

  @Test
  void anOptionGivenTwiceIsNoError() {
    assertEquals(0, main.execute("demo", "--mqtt-port", "1", "--mqtt-port", "2", "--help"));
  }

  @Test
  void wrongUsageIsTwoAndSaysWhatIsWrong() {
    assertEquals(2, main.execute("demo", "--mqtt-port", "many"));
    assertTrue(err.toString().contains("--mqtt-port"), err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void optionsHaveTwinsInTheEnvironment() {
    assertEquals("QIANTANG_INGEST_HTTP_PORT", Main.twin("--ingest-http-port"));
  }

  @Test
  void aMissingDemoIsOneSentence() {
    assertEquals(1, main.execute("admin", "tokens", "--demo", "/nowhere/demo.json"));
    assertTrue(err.toString().startsWith("qiantang: cannot read /nowhere/demo.json"));
    assertEquals(1, err.toString().lines().count());
  }
}
