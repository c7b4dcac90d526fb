package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A simulator that is killed with SIGKILL in the midst of its run, and the audit afterwards. */
class KilledRunIT {
  private static final String SCENARIO =
      """
      version: 1
      seed: 9
      duration: 1h
      fleets:
        - {name: mills, count: 20, model: cnc-spindle, period: 100ms}
        - {name: halls, kind: gateway, count: 2, subDevices: 2, model: pump, period: 100ms}
      """;
  private static final long MESSAGES_BEFORE_THE_END = 700;

  @TempDir private Path folder = Path.of("");

  private FakeSystem system = SimCommandIT.start();
  private Path journal = Path.of("");
  private String table = "";

  private Process startARun(int workers, String... more) throws IOException {
    Path scenario = Files.writeString(folder.resolve("s.yaml"), SCENARIO);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(SimProcess.class.getName());
    command.addAll(List.of("run", scenario.toString(), "--out", folder.toString()));
    command.addAll(List.of("--workers", Integer.toString(workers)));
    command.addAll(List.of(system.options()));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private void awaitTheMidst(Process run) throws IOException {
    Await.until(
        "the run is under way, or has ended",
        () -> system.messages() >= MESSAGES_BEFORE_THE_END || !run.isAlive());
    assertTrue(run.isAlive(), Files.readString(folder.resolve("log")));
  }

  /** Also the workers must end, or they would send on for ever. */
  private void killARun(int workers) throws IOException, InterruptedException {
    Process run = startARun(workers);
    try {
      awaitTheMidst(run);
      List<ProcessHandle> children = run.children().toList();
      assertEquals(workers == 1 ? 0 : workers, children.size());
      run.destroyForcibly().waitFor();
      Await.until(
          "the workers have ended too", () -> children.stream().noneMatch(ProcessHandle::isAlive));
    } finally {
      run.destroyForcibly().waitFor();
    }
    findJournal();
  }

  private void findJournal() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      journal = files.filter(f -> f.toString().endsWith(".journal")).findFirst().orElseThrow();
    }
  }

  @AfterEach
  void stop() throws IOException {
    system.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatItSentIsAuditedFromItsJournal(int workers) throws Exception {
    killARun(workers);
    assertEquals(0, audit(), () -> table);
    assertTrue(table.contains("ends in its midst: the run was killed"), table);
    assertTrue(count("acked and visible") > 0, table);
    assertEquals(0, count("PHANTOM"), table);
    // What was sent within the last second is known to be reserved only.
    assertTrue(count("not acked, visible") > 0, table);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLossIsNamedAlsoWhenTheRunIsGone(int workers) throws Exception {
    killARun(workers);
    AtomicBoolean once = new AtomicBoolean();
    system.corruptor =
        answer -> {
          if (answer.path("device").asText().endsWith("-mills-7")
              && once.compareAndSet(false, true)) {
            ((ArrayNode) answer.path("series").path(0).path("times")).remove(0);
            ((ArrayNode) answer.path("series").path(0).path("values")).remove(0);
          }
          return answer;
        };
    assertEquals(2, audit(), () -> table);
    assertEquals(1, count("LOST"), table);
    assertTrue(table.contains("verdict    FAILED: 1 sample LOST: acked, not visible"), table);
    assertTrue(table.contains("-mills-7 speed "), table);
    assertTrue(table.contains(": message 0 of "), table);
  }

  @Test
  void aRunThatLosesAWorkerNamesTheCommandThatAuditsWhatWasSent() throws Exception {
    Process run = startARun(2);
    try {
      awaitTheMidst(run);
      assertTrue(run.children().findFirst().orElseThrow().destroyForcibly());
      assertEquals(3, run.waitFor());
    } finally {
      run.destroyForcibly().waitFor();
    }
    String log = Files.readString(folder.resolve("log"));
    assertTrue(log.contains("it was ended by signal 9"), log);
    assertTrue(log.contains("./qiantang sim audit " + folder.resolve("run-")), log);
    assertTrue(log.contains(".journal --http " + system.options()[1]), log);
    assertTrue(log.contains("--token \"$QIANTANG_TOKEN\""), log);
    findJournal();
    assertEquals(0, audit(), () -> table);
    assertTrue(table.contains("ends in its midst: the run could not go on, for worker "), table);
    assertTrue(table.contains("it was ended by signal 9; it"), table);
    assertFalse(table.contains("the run was killed"), table);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRunThatIsAskedToEndSaysWhatItSentAndHowToAuditIt(int workers) throws Exception {
    Process run = startARun(workers);
    try {
      awaitTheMidst(run);
      run.destroy(); // SIGTERM
      assertEquals(143, run.waitFor());
    } finally {
      run.destroyForcibly().waitFor();
    }
    List<String> log = Files.readString(folder.resolve("log")).lines().toList();
    List<String> last = log.subList(log.size() - 2, log.size());
    assertTrue(
        last.getFirst().matches("ended by a signal after \\d+ s: sent \\d+ .*"), log::toString);
    String audit = "to audit what was sent so far: ./qiantang sim audit " + folder.resolve("run-");
    assertTrue(last.getLast().startsWith(audit), log::toString);
  }

  /** A server that never answers CONNECT: the run connects, and its plan does not begin. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRunThatIsAskedToEndBeforeItsPlanBeginsLeavesNoJournal(int workers) throws Exception {
    try (SocketServer silent = new SocketServer()) {
      String address = "127.0.0.1:" + silent.address().getPort();
      Process run = startARun(workers, "--mqtt", address);
      try {
        Path log = folder.resolve("log");
        Await.until(
            "the journal is there, or the run has ended",
            () -> (hasJournal() && text(log).contains("journal ")) || !run.isAlive());
        assertTrue(run.isAlive(), text(log));
        run.destroy(); // SIGTERM
        assertEquals(143, run.waitFor());
        List<String> lines = text(log).lines().toList();
        // Another thread may still be saying that it starts workers.
        String words = "ended by a signal before the plan began: nothing was sent";
        assertTrue(lines.stream().anyMatch(line -> line.startsWith(words)), lines::toString);
        assertFalse(text(log).contains("sim audit"), text(log));
        assertFalse(hasJournal(), lines::toString);
      } finally {
        run.destroyForcibly().waitFor();
      }
    }
  }

  private boolean hasJournal() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".journal"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatWasNotReservedIsAPhantom() throws Exception {
    killARun(1);
    system.corruptor =
        answer -> {
          for (var series : answer.path("series")) {
            ArrayNode times = (ArrayNode) series.path("times");
            // A whole message later than any that was allowed for.
            times.set(0, times.get(0).longValue() + 3_000_000);
          }
          return answer;
        };
    assertEquals(2, audit(), () -> table);
    assertTrue(count("PHANTOM") > 0, table);
  }

  /** What the file does not tell any more is no fault of the system. */
  @Test
  void aDamagedJournalIsBlamedAndNotTheSystem() throws Exception {
    killARun(1);
    byte[] bytes = Files.readAllBytes(journal);
    int headerEnd = 17 + ByteBuffer.wrap(bytes).getInt(8);
    int midst = headerEnd + (bytes.length - headerEnd) / 2;
    byte[] flipped = bytes.clone();
    flipped[midst] ^= 1;
    journal = Files.write(folder.resolve("flipped.bytes"), flipped);
    assertEquals(4, audit(), () -> table);
    assertTrue(table.contains("NOT AUDITED: the journal is damaged at byte "), table);
    assertTrue(table.contains("how the run ended is not known"), table);
    assertFalse(table.contains("was killed"), table);
    assertEquals(0, count("PHANTOM") + count("LOST") + count("SUMMARY"), table);
    assertTrue(count("acked and visible") > 0, table);
    // Behind the plan's beginning and the first bound, some 30 bytes, or 500 ms, from the header.
    journal = Files.write(folder.resolve("cut.bytes"), Arrays.copyOf(bytes, headerEnd + 60));
    assertEquals(4, audit(), () -> table);
    assertTrue(table.contains("NOT AUDITED: the journal was cut off: "), table);
    assertEquals(0, count("PHANTOM") + count("LOST") + count("SUMMARY"), table);
    assertTrue(count("visible, planned after what the journal tells") > 0, table);
  }

  @Test
  void aJournalThatIsTooShortIsRefused() throws Exception {
    killARun(1);
    byte[] bytes = Files.readAllBytes(journal);
    Path other = Files.write(folder.resolve("cut.journal"), Arrays.copyOf(bytes, 20));
    journal = other;
    assertEquals(4, audit());
    assertTrue(table.contains("not even its header is whole"), table);
  }

  private long count(String label) {
    return table
        .lines()
        .filter(line -> line.contains("  " + label))
        .mapToLong(line -> Long.parseLong(line.strip().split(" ", 2)[0]))
        .findFirst()
        .orElse(0);
  }

  private int audit() {
    List<String> arguments = new ArrayList<>(List.of("audit", journal.toString()));
    String[] options = system.options();
    for (int i = 0; i < options.length; i += 2) {
      if (!options[i].equals("--mqtt")) {
        arguments.addAll(List.of(options[i], options[i + 1]));
      }
    }
    SimRun run = SimRun.of(arguments);
    table = run.text();
    return run.exitCode();
  }
}
