package qiantang.sim.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.outcome.Outcome;

class PaceTest {
  private static final long MINUTE_MICROS = 60_000_000;
  private static final long DAY_MICROS = 1_440 * MINUTE_MICROS;

  @Test
  void rowsGoSoManyTimesAsFastAsTheyWereRecorded() {
    Pace pace = new Pace(0, 60);
    assertEquals(0, pace.dueNanos(0, 0));
    assertEquals(1_000_000_000, pace.dueNanos(1, MINUTE_MICROS));
    assertEquals(Duration.ofMinutes(24), pace.least(100, DAY_MICROS));
  }

  @Test
  void theSlowerOfRateAndSpeedHolds() {
    Pace pace = new Pace(10, 60);
    assertEquals(1_000_000_000, pace.dueNanos(1, MINUTE_MICROS));
    assertEquals(5_000_000_000L, pace.dueNanos(50, MINUTE_MICROS));
  }

  @Test
  void withoutEitherAndForRowsOlderThanTheFirstThereIsNoWaiting() {
    assertEquals(0, new Pace(0, 0).dueNanos(1_000, DAY_MICROS));
    assertEquals(0, new Pace(0, 1).dueNanos(3, -MINUTE_MICROS));
  }

  @Test
  void repeatedRowsAreWholeDaysApartAndNeverAtOneInstant() {
    CsvFile once = file(0, DAY_MICROS - 1, DAY_MICROS);
    CsvFile thrice = done(once.repeated(3));
    assertEquals(
        List.of(
            0L,
            DAY_MICROS - 1,
            DAY_MICROS,
            2 * DAY_MICROS,
            3 * DAY_MICROS - 1,
            3 * DAY_MICROS,
            4 * DAY_MICROS,
            5 * DAY_MICROS - 1,
            5 * DAY_MICROS),
        thrice.rows().stream().map(CsvFile.Row::eventTimeMicros).toList());
    // The newest row of the last copy is what moves to yesterday.
    Instant now = Instant.parse("1970-01-10T12:00:00Z");
    assertEquals(7, Replay.daysToYesterday(once, now));
    assertEquals(3, Replay.daysToYesterday(thrice, now));
  }

  /** The days by which copies are moved on are no recorded time, and nobody waits for them. */
  @Test
  void aCopyGoesRightAfterTheOneBefore() {
    long minute = MINUTE_MICROS;
    CsvFile thrice = done(file(0, minute, 2 * minute).repeated(3));
    assertEquals(DAY_MICROS, thrice.rows().get(3).eventTimeMicros());
    assertArrayEquals(
        new long[] {
          0,
          minute,
          2 * minute,
          2 * minute,
          3 * minute,
          4 * minute,
          4 * minute,
          5 * minute,
          6 * minute
        },
        thrice.goMicros());
    assertArrayEquals(new long[] {0, -minute, minute}, file(minute, 0, 2 * minute).goMicros());
  }

  @Test
  void repetitionIsBoundedAsFilesAre() {
    Outcome.Failed<?> failed =
        assertInstanceOf(Outcome.Failed.class, file(0, 1).repeated(1_000_000));
    assertTrue(failed.message().contains("repeat it less often"), failed::message);
  }

  private static CsvFile file(long... times) {
    List<CsvFile.Row> rows = new ArrayList<>();
    for (long time : times) {
      rows.add(new CsvFile.Row(rows.size() + 2, time, List.of("1")));
    }
    return new CsvFile(List.of("m"), rows);
  }

  private static CsvFile done(Outcome<CsvFile> outcome) {
    return switch (outcome) {
      case Outcome.Done<CsvFile>(CsvFile file) -> file;
      case Outcome.Failed<CsvFile> failed -> throw new AssertionError(failed.message());
    };
  }
}
