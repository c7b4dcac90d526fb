package qiantang.store.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

class BehaviourTest {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  // A full hour, so that the hour that runs is the next one.
  private static final long BEGIN = 500_000 * HOUR;

  @Test
  void thePeriodIsLearntWhateverItIs() {
    for (long period : new long[] {100, 1000, 10_000, 20_000, 30_000, 40_000, 60_000, 90_000}) {
      assertPeriod(period, period, 1);
    }
    assertPeriod(300_000, 300_000, 1);
    assertPeriod(900_000, 900_000, 1);
  }

  /** A gateway that hands on each half minute what its machines said each second. */
  @Test
  void thePeriodIsTheDevicesAndNotTheGateways() {
    assertPeriod(1000, 1000, 30);
  }

  @Test
  void jitterDoesNotHideThePeriod() {
    HealthCells cells = new HealthCells();
    Random random = new Random(7);
    long before = 0;
    for (long at = BEGIN; at < BEGIN + HOUR; at += 10_000 + random.nextInt(600) - 300) {
      cells.reading(at * 1000, at + 50, true);
      if (before / 60_000 == at / 60_000) {
        cells.distance(at, (at - before) * 1000);
      }
      before = at;
    }
    Long period = Behaviour.of(cells, BEGIN + HOUR).periodMillis();
    assertNotNull(period);
    assertEquals(10_000, (double) period, 100, "seed 7");
  }

  @Test
  void gapsAreOfEventTimeAndALateBacklogClosesThem() {
    HealthCells cells = new HealthCells();
    fill(cells, BEGIN, BEGIN + 20 * 60_000, 10_000, 0);
    fill(cells, BEGIN + 30 * 60_000, BEGIN + 45 * 60_000, 10_000, 0);
    fill(cells, BEGIN + 46 * 60_000, BEGIN + 59 * 60_000, 10_000, 0);
    Behaviour behaviour = Behaviour.of(cells, BEGIN + HOUR);
    assertEquals(1, behaviour.gaps());
    assertEquals(10 * 60_000, behaviour.longestGapMillis());
    assertEquals(BEGIN + 30 * 60_000, behaviour.unbrokenSinceMillis());
    fill(cells, BEGIN + 20 * 60_000, BEGIN + 30 * 60_000, 10_000, HOUR);
    Behaviour mended = Behaviour.of(cells, BEGIN + 2 * HOUR);
    assertEquals(0, mended.gaps());
    assertEquals(60, mended.late());
  }

  @Test
  void skewIsTheMedianAndDriftItsSlope() {
    HealthCells cells = new HealthCells();
    for (int hour = 0; hour < 20; hour++) {
      // A quarter of the readings comes minutes late, and changes nothing.
      fill(cells, BEGIN + hour * HOUR, BEGIN + hour * HOUR + 40 * 60_000, 10_000, hour * 500L);
      fill(cells, BEGIN + hour * HOUR, BEGIN + hour * HOUR + 600_000, 10_000, 600_000);
    }
    Behaviour behaviour = Behaviour.of(cells, BEGIN + 20 * HOUR);
    Long drift = behaviour.driftMillisPerDay();
    assertNotNull(drift);
    assertEquals(12_000, (double) drift, 600);
    Long skew = behaviour.skewMillis();
    assertNotNull(skew);
    assertEquals(5_000, (double) skew, 2500);
  }

  @Test
  void aDayIsForgottenHourByHour() {
    HealthCells cells = new HealthCells();
    cells.reading(BEGIN * 1000, BEGIN, true);
    cells.record(rejection(BEGIN));
    assertEquals(1, Behaviour.of(cells, BEGIN + DAY - 1).readings());
    assertEquals(1, Behaviour.of(cells, BEGIN + DAY - 1).rejected());
    Behaviour later = Behaviour.of(cells, BEGIN + DAY);
    assertEquals(0, later.readings());
    assertEquals(Onsets.NONE, later.onsets());
    cells.forgetBefore((BEGIN + DAY) / 60_000);
    assertEquals(1, cells.cells().size()); // clocks of nodes differ
    cells.forgetBefore((BEGIN + DAY + HOUR) / 60_000);
    assertEquals(0, cells.cells().size());
  }

  /** To the millisecond, however long ago it began: in each hour something was refused. */
  @Test
  void refusalsOfEachHourBeganWithTheFirst() {
    HealthCells cells = new HealthCells();
    long first = BEGIN + 1_234_567;
    for (int hour = 0; hour < 60; hour++) {
      cells.record(rejection(first + hour * HOUR));
      cells.record(rejection(first + hour * HOUR + 5));
      if (hour % 3 == 0) { // as a packer does
        cells.forgetBefore((BEGIN + hour * HOUR) / 60_000);
      }
      Health.On on = quality(cells, first + hour * HOUR + 6);
      assertEquals("refused-clock bad " + first, text(on), "hour " + hour);
      assertEquals(first, Behaviour.of(cells, first + hour * HOUR + 6).onsets().refused());
    }
    long end = BEGIN + 60 * HOUR;
    fill(cells, end, end + 3 * HOUR, 10_000, 0);
    assertEquals("refused-clock suspect " + first, text(quality(cells, end + HOUR - 1)));
    assertEquals("nothing-found good " + (end + HOUR), text(quality(cells, end + HOUR)));
    cells.record(rejection(end + 2 * HOUR + 7));
    assertEquals(
        "refused-clock suspect " + (end + 2 * HOUR + 7), text(quality(cells, end + 3 * HOUR)));
  }

  @Test
  void whatWasRefusedBeforeMostWasIsNotTheBegin() {
    HealthCells cells = new HealthCells();
    fill(cells, BEGIN, BEGIN + HOUR, 10_000, 0);
    cells.record(rejection(BEGIN + 9));
    long since = BEGIN + 5 * HOUR + 11;
    for (int i = 0; i < 1000; i++) {
      cells.record(rejection(since + i));
    }
    assertEquals("refused-clock bad " + since, text(quality(cells, BEGIN + 9 * HOUR)));
  }

  @Test
  void flappingBeganWithTheHoursInWhichItWas() {
    HealthCells cells = new HealthCells();
    cells.record(presence(false, "disconnect", BEGIN + 5));
    for (int hour = 4; hour < 9; hour++) {
      cells.record(presence(false, "disconnect", BEGIN + hour * HOUR + 77));
    }
    for (int i = 0; i < 6; i++) {
      cells.record(presence(false, "disconnect", BEGIN + 9 * HOUR + i));
    }
    long since = BEGIN + 4 * HOUR + 77;
    assertEquals("flapping suspect " + since, text(quality(cells, BEGIN + 10 * HOUR)));
    cells.record(presence(false, "disconnect", since + 1));
    assertEquals("flapping suspect " + (BEGIN + 4 * HOUR), text(quality(cells, BEGIN + 10 * HOUR)));
  }

  @Test
  void lateAndSkewedReadingsBeganWithTheirHourAndGapsWithTheirMinute() {
    HealthCells late = new HealthCells();
    fill(late, BEGIN, BEGIN + 2 * HOUR, 10_000, 0);
    fill(late, BEGIN + 2 * HOUR, BEGIN + 4 * HOUR, 10_000, HOUR);
    assertEquals(
        "late-readings suspect " + (BEGIN + 3 * HOUR), text(quality(late, BEGIN + 6 * HOUR)));
    HealthCells skewed = new HealthCells();
    fill(skewed, BEGIN, BEGIN + HOUR, 10_000, 0);
    fill(skewed, BEGIN + HOUR, BEGIN + 3 * HOUR, 10_000, 40_000);
    assertEquals("clock-skew suspect " + (BEGIN + HOUR), text(quality(skewed, BEGIN + 4 * HOUR)));
    HealthCells gaps = new HealthCells();
    for (int i = 0; i < 6; i++) {
      fill(gaps, BEGIN + i * HOUR, BEGIN + i * HOUR + 30 * 60_000, 10_000, 0);
    }
    assertEquals("gaps suspect " + (BEGIN + 30 * 60_000), text(quality(gaps, BEGIN + 6 * HOUR)));
  }

  private static Health.On quality(HealthCells cells, long now) {
    Evidence.Link link = new Evidence.Link(Evidence.Link.State.ONLINE, BEGIN, "connect", null);
    Behaviour behaviour = Behaviour.of(cells, now);
    return Health.of(new Evidence(false, false, 0, 0L, link, now, behaviour, 1.0, null), now)
        .on(Axis.QUALITY);
  }

  private static String text(Health.On on) {
    return on.reason() + " " + on.state().word() + " " + on.sinceMillis();
  }

  @Test
  void sessionsAreCountedWithTheirTime() {
    HealthCells cells = new HealthCells();
    cells.record(presence(true, "connect", BEGIN + 1000));
    cells.record(presence(false, "taken-over", BEGIN + HOUR + 1000));
    Behaviour behaviour = Behaviour.of(cells, BEGIN + 2 * HOUR);
    assertEquals(HOUR, behaviour.sessionMillis());
    assertEquals(1, behaviour.takeovers());
    assertEquals(1, behaviour.begins());
    assertEquals(1, behaviour.ends());
  }

  private static void assertPeriod(long expected, long period, int batch) {
    HealthCells cells = new HealthCells();
    long before = Long.MIN_VALUE;
    long end = BEGIN + Math.max(HOUR, 40 * period);
    for (long at = BEGIN; at < end; at += period) {
      cells.reading(at * 1000, at + 50, true);
      // As a lane's minutes cut them; a gateway's batch comes in one of them.
      long cut = batch == 1 ? 60_000 : batch * period;
      if (before != Long.MIN_VALUE && before / cut == at / cut) {
        cells.distance(at, (at - before) * 1000);
      }
      before = at;
    }
    Long found = Behaviour.of(cells, end).periodMillis();
    assertNotNull(found, () -> "of " + period);
    assertEquals((double) expected, (double) found, expected * 0.03, () -> "of " + period);
  }

  private static void fill(HealthCells cells, long from, long to, long period, long late) {
    for (long at = from; at < to; at += period) {
      cells.reading(at * 1000, at + late, true);
    }
  }

  private static Entry rejection(long millis) {
    return new Entry.Rejection(
        new DeviceId("d"), null, Reason.CLOCK, "", "", 1, 0, new byte[0], null, millis * 1000);
  }

  private static Entry presence(boolean connected, String reason, long millis) {
    return new Entry.Presence(new DeviceId("d"), 1, connected, reason, "c", "a:1", millis * 1000);
  }
}
