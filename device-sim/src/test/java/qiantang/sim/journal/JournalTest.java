package qiantang.sim.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;

class JournalTest {
  private static final String SCENARIO =
      """
      version: 1
      seed: 3
      duration: 60s
      fleets:
        - {name: mills, count: 5, model: pump, period: 50ms}
      """;

  private long startMillis;

  @TempDir private Path folder = Path.of("");

  /** Of the machine that the journal is from. */
  private String boot = Boot.id();

  private final List<Ledger> ledgers = new ArrayList<>();
  private long endedAtNanos;

  @Test
  void whatWasWrittenIsReadAgain() throws IOException {
    Path file = journal(true);
    RunHistory history = read(file);
    assertEquals("r1", history.header().runId());
    assertEquals(SCENARIO, history.header().text());
    assertEquals(startMillis, history.startMillis());
    assertTrue(history.ended());
    assertEquals(0, history.cutBytes());
    for (int p = 0; p < ledgers.size(); p++) {
      assertSame(ledgers.get(p), history.books().of(p));
      assertEquals(ledgers.get(p).sent(), history.sentMax(plan().publishers().get(p)));
    }
    assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("token"));
  }

  /** A run that was killed may have sent what is planned for half a second more. */
  @Test
  void withoutItsEndWhatWasReservedMayHaveBeenSent() throws IOException {
    RunHistory history = read(journal(false));
    assertFalse(history.ended());
    PublisherPlan publisher = plan().publishers().getFirst();
    long sentMax = history.sentMax(publisher);
    assertTrue(publisher.plannedNanos(sentMax - 1) < history.reservedUntilNanos());
    assertTrue(publisher.plannedNanos(sentMax) >= history.reservedUntilNanos());
    assertEquals(endedAtNanos, history.reservedUntilNanos(), "no sender was allowed more");
  }

  /** What was not forced to disk may be gone with the machine. */
  @Test
  void ofAMachineThatEndedWhatWasForcedCounts() throws IOException {
    boot = "another-boot";
    RunHistory history = read(journal(false));
    assertTrue(history.reservedUntilNanos() >= RunJournal.AHEAD.toNanos() - 250_000_000);
    boot = Boot.UNKNOWN;
    assertFalse(header().isOfThisBoot(), "a machine that does not tell may be any");
  }

  /** Wherever a crash tears the file, it tells what its whole records tell, and nothing else. */
  @Test
  void aTornTailIsCutOff() throws IOException {
    byte[] whole = Files.readAllBytes(journal(true));
    List<Integer> ends = ends(whole);
    Path torn = folder.resolve("torn.journal");
    for (int length = 0; length < whole.length; length++) {
      Files.write(torn, Arrays.copyOf(whole, length));
      int records = 0;
      while (records < ends.size() && ends.get(records) <= length) {
        records++;
      }
      if (records == 0) {
        assertInstanceOf(Outcome.Failed.class, JournalReader.read(torn), "length " + length);
        continue;
      }
      RunHistory history = read(torn);
      assertEquals(length - ends.get(records - 1), history.cutBytes(), "length " + length);
      assertEquals(records > 1, history.startMillis() != null);
      assertNull(history.damagedAt(), "length " + length);
      assertFalse(history.ended());
    }
  }

  @Test
  void aDamagedRecordEndsTheFile() throws IOException {
    byte[] whole = Files.readAllBytes(journal(true));
    List<Integer> ends = ends(whole);
    Path damaged = folder.resolve("damaged.journal");
    for (int i = ends.getFirst(); i < whole.length; i++) {
      byte[] bytes = whole.clone();
      bytes[i] ^= 0x10;
      Files.write(damaged, bytes);
      RunHistory history = read(damaged);
      assertTrue(history.cutBytes() >= whole.length - i, "byte " + i);
      assertFalse(history.ended());
      // Behind the last record nothing follows: such a file may be torn.
      boolean last = i >= ends.get(ends.size() - 2);
      int at = i;
      long begin = ends.stream().filter(end -> end <= at).reduce((_, end) -> end).orElseThrow();
      assertEquals(last ? null : begin, history.damagedAt(), "byte " + i);
    }
  }

  @Test
  void aDamagedHeaderIsNotCalledAnEarlyEnd() throws IOException {
    byte[] bytes = Files.readAllBytes(journal(true));
    bytes[40] ^= 0x10;
    Path damaged = Files.write(folder.resolve("damaged.journal"), bytes);
    if (JournalReader.read(damaged) instanceof Outcome.Failed<RunHistory> failed) {
      assertTrue(failed.message().contains("it is damaged at byte 8: "), failed.message());
    } else {
      throw new AssertionError("a journal without a header was read");
    }
  }

  /** Progress as it grows, in any order of acknowledgements, comes back exactly. */
  @Test
  void ledgersGrowAsTheyGrew() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Ledger ledger = new Ledger();
      RunHistory.Books books = new RunHistory.Books();
      List<Long> open = new ArrayList<>();
      long mark = 0;
      for (int step = 0; step < 30; step++) {
        for (int i = random.nextInt(20); i > 0; i--) {
          open.add(ledger.sent());
          ledger.sent(ledger.sent());
        }
        for (int i = random.nextInt(20); i > 0 && !open.isEmpty(); i--) {
          long n = open.remove(random.nextInt(open.size()));
          if (random.nextInt(8) == 0) {
            ledger.refused(n);
          } else {
            ledger.acked(n);
          }
        }
        RecordBytes bytes = new RecordBytes();
        LedgerBytes.write(bytes, 7, ledger, mark);
        mark = ledger.settledBelow();
        bytes.end(RecordType.PROGRESS);
        byte[] record = bytes.take();
        ByteBuffer payload =
            ByteBuffer.wrap(record).slice(5, record.length - RecordBytes.FRAME_BYTES);
        LedgerBytes.read(payload, books);
        assertSame(ledger, books.of(7));
      }
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("x.yaml"), SCENARIO);
    assertInstanceOf(Outcome.Failed.class, JournalReader.read(other));
    assertInstanceOf(Outcome.Failed.class, JournalReader.read(folder.resolve("none")));
    Path file = journal(true);
    Outcome<RunJournal> again = RunJournal.create(folder, header(), 1);
    assertInstanceOf(Outcome.Failed.class, again, "a journal is never written over: " + file);
  }

  private Path journal(boolean ends) {
    Outcome<RunJournal> made = RunJournal.create(folder, header(), 5);
    if (!(made instanceof Outcome.Done<RunJournal>(RunJournal journal))) {
      throw new AssertionError(made.toString());
    }
    try (journal) {
      for (int p = 0; p < 5; p++) {
        Ledger ledger = new Ledger();
        for (int n = 0; n < 10 * p; n++) {
          ledger.sent(n);
          if (n % 7 == 3) {
            ledger.refused(n);
          } else if (n % 5 > 0) {
            ledger.acked(n);
          }
        }
        ledgers.add(ledger);
      }
      startMillis = System.currentTimeMillis() + 250;
      long before = System.nanoTime();
      journal.begin(startMillis, 1, ledgers::subList);
      // Of the time that has passed at most: the plan begins a little later.
      long ahead = journal.reservedUntilNanos();
      assertTrue(ahead <= System.nanoTime() - before + RunJournal.NEAR.toNanos(), "ahead " + ahead);
      ledgers.get(1).sent(10);
      if (ends) {
        journal.end(ledgers);
      }
      assertNull(journal.trouble());
      journal.close();
      endedAtNanos = journal.reservedUntilNanos();
      return journal.file();
    }
  }

  private RunHeader header() {
    return new RunHeader(
        "r1", "s.yaml", SCENARIO, 3, "http://h", "h:1883", 5, RunHeader.digest(plan()), boot);
  }

  private static Plan plan() {
    if (ScenarioReader.read("s.yaml", SCENARIO)
        instanceof Outcome.Done<Scenario>(Scenario scenario)) {
      return Plan.of(scenario, "r1");
    }
    throw new AssertionError("BUG: the scenario is wrong");
  }

  /** Where each record ends. */
  private static List<Integer> ends(byte[] file) {
    List<Integer> ends = new ArrayList<>();
    int at = RecordBytes.MAGIC.length;
    while (at < file.length) {
      at += RecordBytes.FRAME_BYTES + ByteBuffer.wrap(file).getInt(at);
      ends.add(at);
    }
    return ends;
  }

  private static RunHistory read(Path file) {
    return switch (JournalReader.read(file)) {
      case Outcome.Done<RunHistory>(RunHistory history) -> history;
      case Outcome.Failed<RunHistory> failed -> throw new AssertionError(failed.message());
    };
  }

  private static void assertSame(Ledger one, Ledger other) {
    assertEquals(one.sent(), other.sent());
    for (long n = 0; n < one.sent(); n++) {
      assertEquals(one.isAcked(n), other.isAcked(n), "message " + n);
      assertEquals(one.isRefused(n), other.isRefused(n), "message " + n);
    }
  }
}
