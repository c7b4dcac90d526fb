package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import qiantang.ingest.LiveSettings;

/** Options from a file, at the start and again while a command runs. */
class ReloadTest {
  @TempDir Path folder = Path.of("");
  private final Logger logger = (Logger) LoggerFactory.getLogger(Reload.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final List<LiveSettings> applied = new ArrayList<>();
  private Path file = Path.of("");

  @BeforeEach
  void listen() {
    file = folder.resolve("qiantang.properties");
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  @Test
  void theFileGivesWhatTheCommandLineDoesNot() throws Exception {
    write("mqtt-port=1", "ingest-http-port=2", "qiantang.ingest.folds=off", "qiantang.demo.x=1");
    CommandSpec ingest = parse("ingest", "--mqtt-port", "3");
    assertEquals(3, ingest.findOption("--mqtt-port").<Integer>getValue());
    assertEquals(2, ingest.findOption("--ingest-http-port").<Integer>getValue());
    assertEquals(Switch.off, ingest.findOption("--folds").getValue());
    assertEquals(
        List.of("https://a", "https://b"),
        parseWith("ws-origin=https://a,https://b").findOption("--ws-origin").getValue());
  }

  @Test
  void whatIsWrongInAFileIsWrongUsage() throws Exception {
    write("mqt-port=1");
    assertWrong("has 'mqt-port', which is no option of qiantang ingest");
    write("config=other");
    assertWrong("has 'config', which is no option");
    write("qiantang.ingest.help=true");
    assertWrong("has 'qiantang.ingest.help', which is no option");
    write("mqtt-port=many");
    assertWrong("it takes a port");
    write("mqtt-port=\\u00zz");
    assertWrong("cannot read " + file);
  }

  @Test
  void whatCanChangeDoesAndTheRestIsNamed() throws Exception {
    Reload reload =
        running("mqtt-port=1883", "connects-per-second=1000", "server-reference=a.example:1883");
    write("mqtt-port=1884", "connects-per-second=5", "keep-alive-max=60", "ws-origin=https://a");
    reload.run();
    assertEquals(1, applied.size());
    assertEquals(5, applied.getFirst().allowed().connectsPerSecond());
    assertEquals(60, applied.getFirst().terms().keepAliveSecondsMax());
    assertEquals(null, applied.getFirst().terms().serverReference());
    assertTold("--connects-per-second is 5 now, it was 1000");
    assertTold("--keep-alive-max is 60 now, it was 3600");
    assertTold("--ws-origin is https://a now, it was not given");
    assertTold("--server-reference is not given now, it was a.example:1883");
    assertTold("--mqtt-port is still 1883: 1884 needs a restart");
    assertEquals(5, lines.list.size());
    lines.list.clear();
    reload.run();
    assertEquals(1, applied.size(), "nothing live has changed since");
    assertEquals(List.of("--mqtt-port is still 1883: 1884 needs a restart"), told());
  }

  @Test
  void theCommandLineHoldsAtAReloadToo() throws Exception {
    Reload reload = running("connects-per-second=1000");
    write("bind=::1");
    reload.run();
    assertTold("--connects-per-second is");
    lines.list.clear();
    reload.run();
    assertEquals(List.of(), told().stream().filter(line -> line.contains("--bind")).toList());
    assertTold("nothing has changed");
  }

  @Test
  void whereAnythingIsWrongNothingChanges() throws Exception {
    Reload reload = running("connects-per-second=1000");
    for (String wrong : List.of("connects-per-second=0", "keep-alive-max=no", "nonsense=1")) {
      write("keep-alive-max=60", wrong);
      reload.run();
      assertTold("all options stay as they are: ");
    }
    Files.delete(file);
    reload.run();
    assertTold("no such file");
    assertEquals(List.of(), applied);
  }

  @Test
  void logLevelsAreTakenAndTakenBack() throws Exception {
    Logger some = (Logger) LoggerFactory.getLogger("qiantang.some");
    Reload reload = running("connects-per-second=1000");
    write("log-level=qiantang.some=debug", "connects-per-second=1000");
    reload.run();
    assertEquals(Level.DEBUG, some.getLevel());
    assertTold("--log-level is qiantang.some=DEBUG now, it was not given");
    write("connects-per-second=1000");
    reload.run();
    assertEquals(null, some.getLevel());
  }

  private void assertTold(String part) {
    assertTrue(told().stream().anyMatch(line -> line.contains(part)), () -> part + ": " + told());
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void assertWrong(String part) {
    StringWriter err = new StringWriter();
    CommandLine main = Main.commandLine().setErr(new PrintWriter(err));
    assertEquals(2, main.execute("ingest", "--config", file.toString()));
    assertTrue(err.toString().contains(part), err::toString);
  }

  private Reload running(String... options) throws IOException {
    CommandSpec ingest = parseWith(options);
    return new Reload(ingest, of -> ((IngestCommand) of).options(), applied::add);
  }

  private CommandSpec parseWith(String... options) throws IOException {
    write(options);
    return parse("ingest", "--bind", "127.0.0.1");
  }

  private CommandSpec parse(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--config", file.toString()));
    CommandLine main = Main.commandLine();
    return main.parseArgs(all.toArray(String[]::new)).subcommand().commandSpec();
  }

  private void write(String... options) throws IOException {
    Files.writeString(file, String.join("\n", options) + "\n");
  }
}
