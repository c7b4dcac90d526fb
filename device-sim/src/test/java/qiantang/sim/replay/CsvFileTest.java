package qiantang.sim.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

class CsvFileTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long MICROS_PER_DAY = 86_400_000_000L;

  @ParameterizedTest
  @CsvSource({
    "2013-12-02 21:15:00, 2013-12-02T21:15:00Z",
    "2013-12-02T21:15, 2013-12-02T21:15:00Z",
    "2013-12-02T21:15:00.123456, 2013-12-02T21:15:00.123456Z",
    "2013-12-02T21:15:00Z, 2013-12-02T21:15:00Z",
    "2013-12-02 21:15:00+08:00, 2013-12-02T13:15:00Z",
    "2013-12-02 21:15:00 +0800, 2013-12-02T13:15:00Z",
    "2013-12-02T21:15:00-05, 2013-12-03T02:15:00Z",
    "2013-12-02, 2013-12-02T00:00:00Z",
    "1386018900, 2013-12-02T21:15:00Z",
    "1386018900.5, 2013-12-02T21:15:00.500Z",
    "1386018900123, 2013-12-02T21:15:00.123Z",
    "1386018900123.456, 2013-12-02T21:15:00.123456Z",
  })
  void timesOfManyFormsAreRead(String text, Instant expected) {
    Long micros = CsvTime.micros(text);
    assertEquals(expected, micros == null ? null : Instant.EPOCH.plusNanos(micros * 1_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "02.12.2013 21:15", "2013-13-01 00:00:00", "1e9", "NaN"})
  void whatIsNoTimeIsNotTakenForOne(String text) {
    assertNull(CsvTime.micros(text));
  }

  /** It was taken for the header, and its values were never sent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2020-01-01 00:00:00,5,7\n2020-01-01 00:00:01,6,8\n",
        "1577836800,5,5\n1577836801,6,8\n",
        "1577836800000,open,\n1577836801000,shut,\n",
      })
  void aFirstRowOfDataIsNoHeader(String text) throws IOException {
    switch (CsvFile.read("r.csv", new BufferedReader(new StringReader(text)))) {
      case Outcome.Done<CsvFile> done -> fail("read as " + done);
      case Outcome.Failed<CsvFile>(ExitCode exitCode, String message) -> {
        assertEquals(ExitCode.USAGE, exitCode);
        assertTrue(message.contains("r.csv: line 1 is a row of data"), message);
        assertTrue(message.endsWith("such as timestamp,metric1,metric2"), message);
      }
    }
  }

  @Test
  void separatorAndTimeColumnAreFoundFromTheHeader() {
    CsvFile file = read("flow;Timestamp;state\n1,5;2020-01-01 00:00:00;ok\n");
    assertEquals(List.of("flow", "state"), file.metrics());
    assertEquals(List.of("1,5", "ok"), file.rows().getFirst().cells());
    assertEquals(List.of("b"), read("when\tb\n1700000000\t2\n").metrics());
  }

  @Test
  void quotedCellsMayHoldSeparatorsAndQuotes() {
    assertEquals(List.of("a,b", "say \"x\"", ""), CsvFile.cells("\"a,b\",\"say \"\"x\"\"\",", ','));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "time,a\\n2020-01-01,1,2 | line 2 has 3 cells, not 2",
        "time,a\\n2020-01-01,1\\nnever,2 | line 3: the time is neither",
        "time,a,a\\n2020-01-01,1,2 | line 1: the column name 'a'",
        "time\\n2020-01-01 | there is no column besides the time",
        "time,a\\n | it has no rows",
      })
  void aBrokenFileIsRefusedWithItsLine(String text, String cause) {
    String message = message(text.replace("\\n", "\n"));
    assertTrue(message.contains(cause), message);
  }

  @Test
  void numbersArePublishedWithTheDigitsOfTheFile() {
    CsvFile file = read("time,a,b,c,d,e\n1700000000.25,74.93588199999998,,true,007,1E5\n");
    assertEquals(
        "{\"ts\":1700086400250,\"values\":{\"a\":74.93588199999998,\"c\":true,\"d\":\"007\","
            + "\"e\":1E5}}",
        payload(file, MICROS_PER_DAY));
  }

  @Test
  void microsecondsStayDecimalsOfTheMillisecond() {
    assertTrue(
        payload(read("t,a\n1700000000000.125,x\"y\n"), 0).startsWith("{\"ts\":1700000000000.125,"));
    assertTrue(payload(read("t,a\n1700000000000,1\n"), 0).startsWith("{\"ts\":1700000000000,"));
  }

  @Test
  void theShiftBringsTheNewestRowToYesterday() {
    CsvFile file = read("time,a\n2014-02-19 15:25:00,1\n2014-02-18 00:00:00,2\n");
    Instant now = Instant.parse("2026-11-24T00:00:01Z");
    long days = Replay.daysToYesterday(file, now);
    long shifted = file.lastTimeMicros() + days * MICROS_PER_DAY;
    assertEquals(Instant.parse("2026-11-23T15:25:00Z"), Instant.ofEpochSecond(shifted / 1_000_000));
  }

  @Test
  void theLaterRowHoldsAndTheEarlierOneIsAConflict() throws IOException {
    CsvFile file = read("time,a\n1700000000,1.5\n1700000001,2\n1700000000,3.5\n1700000001,2\n");
    ReplayCheck check = new ReplayCheck("d", file, 0);
    assertEquals(1, check.conflicts());
    assertEquals(1, check.repeats());
    assertEquals(2, check.samples());
    check.page(page("d", 1_700_000_000_000_000L, "3.5", 1_700_000_001_000_000L, "2"));
    assertEquals(2, check.tally().count(Verdict.ACKED_VISIBLE));
    assertEquals(0, check.absentRows());

    ReplayCheck earlier = new ReplayCheck("d", file, 0);
    earlier.page(page("d", 1_700_000_000_000_000L, "1.5"));
    assertEquals(1, earlier.tally().count(Verdict.CORRUPT));
    assertEquals(2, earlier.absentRows(), "both rows of the absent time");
  }

  @Test
  void valuesThatTheFileDoesNotHaveAreFound() throws IOException {
    CsvFile file = read("time,a\n1700000000,1.5\n1700000001,\n");
    long time = 1_700_000_000_000_000L;
    ReplayCheck check = new ReplayCheck("d", file, 0);
    check.page(page("d", time, "1.5", time, "1.5", time + 1_000_000, "0"));
    check.page(page("other", time, "1.5"));
    assertEquals(1, check.tally().count(Verdict.DUPLICATE));
    assertEquals(1, check.tally().count(Verdict.PHANTOM), "an empty cell is no value");
    assertEquals(1, check.tally().count(Verdict.FOREIGN));
    assertEquals(1, check.emptyRows());
  }

  @Test
  void aRowOfWhichAPartIsMissingIsTorn() throws IOException {
    CsvFile file = read("time,a,b\n1700000000,1.5,2\n1700000001,1.5,2\n1700000002,1.5,2\n");
    ReplayCheck check = new ReplayCheck("d", file, 0);
    check.page(page("d", 1_700_000_000_000_000L, "1.5"));
    assertEquals(1, check.tornRows());
    assertEquals(2, check.absentRows());
  }

  @Test
  void cellsAreEqualBitForBit() throws IOException {
    assertTrue(Cell.equal("74.93588199999998", JSON.readTree("74.93588199999998")));
    assertFalse(Cell.equal("74.93588199999998", JSON.readTree("74.935882")));
    assertTrue(Cell.equal("5", JSON.readTree("5.0")));
    assertFalse(Cell.equal("9007199254740993", JSON.readTree("9007199254740992")));
    assertTrue(Cell.equal("9007199254740993", JSON.readTree("\"9007199254740993\"")));
    assertTrue(Cell.equal("NaN", JSON.readTree("\"NaN\"")));
    assertFalse(Cell.equal("true", JSON.readTree("\"true\"")));
  }

  private static SeriesReader.Page page(String device, Object... timesAndValues)
      throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < timesAndValues.length; i += 2) {
      JsonNode value = JSON.readTree((String) timesAndValues[i + 1]);
      samples.add(new Sample("a", (Long) timesAndValues[i], value));
    }
    return new SeriesReader.Page(device, samples);
  }

  private static String payload(CsvFile file, long shiftMicros) {
    byte[] payload = RowPayload.of(file.metrics(), file.rows().getFirst(), shiftMicros);
    return new String(payload, StandardCharsets.UTF_8);
  }

  private static Outcome<CsvFile> outcome(String text) {
    try {
      return CsvFile.read("t.csv", new BufferedReader(new StringReader(text)));
    } catch (IOException e) {
      return fail(e);
    }
  }

  private static CsvFile read(String text) {
    return switch (outcome(text)) {
      case Outcome.Done<CsvFile>(CsvFile file) -> file;
      case Outcome.Failed<CsvFile> failed -> fail(failed.message());
    };
  }

  private static String message(String text) {
    return switch (outcome(text)) {
      case Outcome.Done<CsvFile> done -> fail("accepted");
      case Outcome.Failed<CsvFile> failed -> failed.message();
    };
  }
}
