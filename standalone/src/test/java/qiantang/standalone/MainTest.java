package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import qiantang.store.registry.Quota;

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
  void whatAListOfCommandsShowsOfEachIsAWholeSentence() {
    Deque<CommandLine> commands = new ArrayDeque<>(List.of(main));
    while (!commands.isEmpty()) {
      CommandLine command = commands.pop();
      commands.addAll(command.getSubcommands().values());
      String shown = command.getCommandSpec().usageMessage().description()[0];
      assertTrue(shown.endsWith("."), command.getCommandSpec().qualifiedName() + ": " + shown);
    }
  }

  @Test
  void anOptionThatRefusesSmallNumbersSaysFromWhereOn() {
    Map<Class<?>, String> least =
        Map.of(
            Words.Rate.class, "from 1 on",
            Words.Points.class, "from 1000000 on",
            Words.Seconds.class, "from 1 to 65535 s");
    int looked = 0;
    for (CommandLine command : main.getSubcommands().values()) {
      String name = command.getCommandName();
      for (OptionSpec option : command.getCommandSpec().options()) {
        for (var converter : option.converters()) {
          String said = least.get(converter.getClass());
          String description = String.join(" ", option.description());
          looked += said == null ? 0 : 1;
          assertTrue(
              said == null || description.contains(said),
              () -> name + " " + option.longestName() + " says " + said + ": " + description);
        }
      }
    }
    assertTrue(looked >= 16, "options that were looked at: " + looked);
  }

  @Test
  void theQuotasAreListedWithUnitAndUsualValue() {
    assertEquals(0, main.execute("admin", "quotas", "--help"));
    for (Quota quota : Quota.values()) {
      assertTrue(
          out.toString()
              .lines()
              .anyMatch(
                  line -> line.matches(" *" + quota.word() + " +" + quota.usual() + " +[a-z].*")),
          quota.word() + " in " + out);
    }
  }

  @Test
  void aQuotaWithoutAValueIsOneSentence() {
    assertEquals(2, main.execute("admin", "quotas", "--enterprise", "e", "--set", "x"));
    assertTrue(err.toString().startsWith("qiantang: Value for option '--set'"), err.toString());
  }

  @Test
  void aModelWithoutAUnitIsOneSentence() {
    assertEquals(2, main.execute("admin", "units", "--enterprise", "e", "--model", "m"));
    assertTrue(err.toString().startsWith("qiantang: --model goes with --set"), err.toString());
    assertEquals(0, main.execute("admin", "units", "--help"));
    for (String option : List.of("--set=METRIC=UNIT", "--unset=METRIC", "--model=MODEL")) {
      assertTrue(out.toString().contains(option), option + " in " + out);
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo --mqtt-port 99999",
        "demo --mqtts-port 65536",
        "demo --ws-port -1",
        "demo --http-port 99999",
        "demo --ingest-http-port 99999",
        "demo --cql-port 99999",
        "demo --devices -1",
        "demo --anonymous No_Such",
        "ingest --mqtt-port 99999",
        "ingest --ingest-http-port -1",
        "ingest --anonymous No_Such",
        "ingest --cassandra h:99999",
        "ingest --cassandra h:0",
        "ingest --cassandra :9042",
        "ingest --keyspace Bad",
        "ingest --replication 0",
        "ingest --folds perhaps",
        "ingest --connects-per-second 0",
        "ingest --keep-alive-max 0",
        "ingest --keep-alive-max 65536",
        "ingest --proxy-from 10.1.0.0/33",
        "ingest --ws-origin *",
        "ingest --server-reference :1883",
        "ingest --server-reference b.example:70000",
        "ingest --log-level loud",
        "ingest --config /nowhere/qiantang.properties",
        "fold --fold-http-port 99999",
        "fold --cassandra h:0",
        "query --http-port 99999",
        "query --cassandra h:many",
        "admin devices --enterprise e --count -2",
        "admin devices --enterprise e --count 0",
        "admin devices --enterprise e --disable d --enable d",
        "admin devices --enterprise e --disable d --count 1",
        "admin devices --enterprise e --delete d --disable d",
        "admin devices --enterprise e --identifier own:x",
        "admin enterprises --change e",
        "admin enterprises --sub-devices create",
        "admin enterprises --change e --create e --sub-devices create",
        "admin credentials --enterprise e --device d --list --revoke i",
        "admin credentials --enterprise e --device d --list --kind token",
        "admin tokens --http localhost:8080",
        "admin tokens --http ftp://h",
        "admin tokens --http http://h:99999",
        "sim run none.yaml --http http://h:99999",
        "sim plan --devices many",
        "sim nothing",
      })
  void whatCannotBeMeantIsWrongUsage(String line) {
    // The simulator's 2 is for lost data, which no typing error may look like.
    int wrongUsage = line.startsWith("sim ") ? 4 : 2;
    assertEquals(wrongUsage, main.execute(line.split(" ", -1)), line);
    assertTrue(err.toString().startsWith("qiantang: "), err.toString());
    assertTrue(err.toString().lines().skip(1).allMatch(more -> more.startsWith("See qiantang ")));
    assertEquals("", out.toString());
  }

  @Test
  void aWrongWordIsShownWhole() {
    assertEquals(2, main.execute("ingest", "--cassandra", "h:99999"));
    assertTrue(err.toString().contains("'h:99999': it takes host:port"), err.toString());
  }

  @Test
  void theNodesOfCassandraAreReadAsPeopleWriteThem() {
    assertEquals(9042, new Words.Node().convert("h").getPort());
    assertEquals("::1", new Words.Node().convert("::1").getHostString());
    assertEquals("[::1]", new Words.Node().convert("[::1]").getHostString());
    assertEquals(9043, new Words.Node().convert("[::1]:9043").getPort());
  }

  @Test
  void everyCommandTellsTheVersionOfTheBuildAndOfJava() {
    for (String command : List.of("--version", "demo --version", "sim run --version")) {
      out.getBuffer().setLength(0);
      assertEquals(0, main.execute(command.split(" ", -1)));
      List<String> lines = out.toString().lines().toList();
      assertTrue(lines.getFirst().matches("qiantang \\d+\\.\\d+.*"), lines::toString);
      assertTrue(lines.getLast().startsWith("Java " + Runtime.version()), lines::toString);
    }
  }

  @Test
  void anAddressOfAnotherMachineIsNotTakenForAPortInUse() {
    assertEquals(1, main.execute("ingest", "--bind", "192.0.2.1"));
    assertEquals(
        "qiantang: cannot listen on 192.0.2.1: it is no address of this machine; choose another"
            + " with --bind",
        err.toString().strip());
  }

  @Test
  void anonymousClientsComeFromThisMachineOnly() {
    assertEquals(1, main.execute("ingest", "--anonymous", "e", "--bind", "0.0.0.0"));
    assertEquals(
        "qiantang: cannot let anonymous clients in on 0.0.0.0: --anonymous is for loopback"
            + " addresses only",
        err.toString().strip());
  }

  @Test
  void optionsHaveTwinsInTheEnvironment() {
    assertEquals("QIANTANG_INGEST_HTTP_PORT", Defaults.twin("--ingest-http-port"));
  }

  @Test
  void aMissingDemoIsOneSentence() {
    assertEquals(1, main.execute("admin", "tokens", "--demo", "/nowhere/demo.json"));
    assertTrue(err.toString().startsWith("qiantang: cannot read /nowhere/demo.json"));
    assertEquals(1, err.toString().lines().count());
  }
}
