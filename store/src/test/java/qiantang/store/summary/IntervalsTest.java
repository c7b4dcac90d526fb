package qiantang.store.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntervalsTest {
  private static final String SHANGHAI = "Asia/Shanghai";
  private static final String BERLIN = "Europe/Berlin"; // clocks change at 01:00Z
  private static final long HOUR_MICROS = 3_600_000_000L;

  private static long micros(String time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, OffsetDateTime.parse(time).toInstant());
  }

  private static Intervals of(String interval, String zone) {
    Interval parsed = IntervalText.parse(interval);
    assertNotNull(parsed, interval);
    return new Intervals(parsed, ZoneId.of(zone));
  }

  /** The begins, and the end of the last, as times of the clock in the zone. */
  private static List<String> cut(String interval, String zone, String from, String to) {
    long @Nullable [] begins = of(interval, zone).cut(micros(from), micros(to), 1000);
    assertNotNull(begins);
    List<String> texts = new ArrayList<>();
    for (long begin : begins) {
      Instant instant = Instant.EPOCH.plus(begin, ChronoUnit.MICROS);
      texts.add(instant.atZone(ZoneId.of(zone)).toOffsetDateTime().toString());
    }
    return texts;
  }

  @Test
  void daysBeginAtMidnightOfTheZone() {
    assertEquals(
        List.of("2026-03-01T00:00+08:00", "2026-03-02T00:00+08:00", "2026-03-03T00:00+08:00"),
        cut("1d", SHANGHAI, "2026-02-28T16:00:00Z", "2026-03-01T16:00:00.000001Z"));
    assertEquals(
        List.of("2026-02-28T00:00Z", "2026-03-01T00:00Z"),
        cut("1d", "UTC", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"));
    assertEquals(
        List.of("2026-03-01T00:00+08:00"),
        cut("1d", SHANGHAI, "2026-02-28T16:00:00Z", "2026-02-28T16:00:00Z"));
  }

  @Test
  void intervalsBelowADayCountFromMidnight() {
    assertEquals(
        List.of("2026-03-01T08:45+08:00", "2026-03-01T09:00+08:00", "2026-03-01T09:15+08:00"),
        cut("15m", SHANGHAI, "2026-03-01T08:59:59.999999+08:00", "2026-03-01T09:00:01+08:00"));
    assertEquals(
        List.of("2026-03-01T05:30+05:30", "2026-03-01T06:00+05:30"),
        cut("30m", "Asia/Kolkata", "2026-03-01T00:00:00Z", "2026-03-01T00:30:00Z"));
    assertEquals(
        List.of("2026-03-01T00:00+05:30", "2026-03-01T08:00+05:30"),
        cut("8h", "Asia/Kolkata", "2026-03-01T00:00:00Z", "2026-03-01T00:30:00Z"));
    assertEquals(
        List.of("1969-12-31T23:59:59.999Z", "1970-01-01T00:00Z", "1970-01-01T00:00:00.001Z"),
        cut("1ms", "UTC", "1969-12-31T23:59:59.999500Z", "1970-01-01T00:00:00.000001Z"));
  }

  @Test
  void weeksBeginOnMondaysAndMonthsOnTheFirst() {
    assertEquals(
        List.of("2026-02-23T00:00+08:00", "2026-03-02T00:00+08:00"),
        cut("1w", SHANGHAI, "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z"));
    assertEquals(
        List.of("2026-02-01T00:00+08:00", "2026-03-01T00:00+08:00", "2026-04-01T00:00+08:00"),
        cut("1mo", SHANGHAI, "2026-02-28T15:00:00Z", "2026-02-28T17:00:00Z"));
    assertEquals(
        List.of("2025-10-01T00:00Z", "2026-01-01T00:00Z", "2026-04-01T00:00Z"),
        cut("P3M", "UTC", "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"));
    assertEquals(
        List.of("2026-01-01T00:00Z", "2027-01-01T00:00Z"),
        cut("1y", "UTC", "2026-12-31T00:00:00Z", "2026-12-31T01:00:00Z"));
  }

  @Test
  void daysHave23Or25HoursWhereClocksChange() {
    List<String> spring = cut("1d", BERLIN, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    assertEquals(List.of("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"), spring);
    assertEquals(23, cut("1h", BERLIN, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z").size() - 1);
    List<String> autumn = cut("1d", BERLIN, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    assertEquals(List.of("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"), autumn);
    assertEquals(25, cut("1h", BERLIN, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z").size() - 1);
  }

  @Test
  void anHourThatComesTwiceIsTwoIntervals() {
    assertEquals(
        List.of(
            "2026-10-25T01:30+02:00",
            "2026-10-25T02:00+02:00",
            "2026-10-25T02:30+02:00",
            "2026-10-25T02:00+01:00",
            "2026-10-25T02:30+01:00",
            "2026-10-25T03:00+01:00"),
        cut("30m", BERLIN, "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z"));
  }

  @Test
  void longerIntervalsFollowTheClock() {
    assertEquals(
        List.of(
            "2026-10-25T00:00+02:00",
            "2026-10-25T02:00+02:00", // three hours long
            "2026-10-25T04:00+01:00"),
        cut("2h", BERLIN, "2026-10-24T22:00:00Z", "2026-10-25T03:00:00Z"));
    assertEquals(
        List.of(
            "2026-03-29T00:00+01:00",
            "2026-03-29T03:00+02:00", // from what would have been 02:00
            "2026-03-29T04:00+02:00"),
        cut("2h", BERLIN, "2026-03-28T23:00:00Z", "2026-03-29T02:00:00Z"));
    assertEquals(
        List.of("2026-10-25T00:00+02:00", "2026-10-25T08:00+01:00", "2026-10-25T16:00+01:00"),
        cut("8h", BERLIN, "2026-10-24T22:00:00Z", "2026-10-25T15:00:00Z"));
  }

  /** In Havana clocks go back from 01:00 to 00:00, in Beirut forward from 00:00 to 01:00. */
  @Test
  void aDayBeginsOnceWhereClocksChangeAtMidnight() {
    assertEquals(
        List.of("2025-11-02T00:00-04:00", "2025-11-03T00:00-05:00"),
        cut("1d", "America/Havana", "2025-11-02T05:30:00Z", "2025-11-03T05:00:00Z"));
    assertEquals(
        List.of("2025-11-02T00:00-04:00", "2025-11-02T12:00-05:00"),
        cut("12h", "America/Havana", "2025-11-02T05:30:00Z", "2025-11-02T17:00:00Z"));
    assertEquals(
        List.of("2026-03-29T01:00+03:00", "2026-03-30T00:00+03:00"),
        cut("1d", "Asia/Beirut", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"));
  }

  /** What cut says, beginOf says too, at every time between and around every change of clocks. */
  @Test
  void everyTimeLiesInTheIntervalThatBeganLast() {
    Random random = new Random(41);
    List<String> zones =
        ZoneId.getAvailableZoneIds().stream().filter(zone -> zone.contains("/")).sorted().toList();
    String[] intervals = {
      "1m", "10m", "15m", "30m", "1h", "2h", "3h", "6h", "12h", "1d", "3d", "1w"
    };
    long lastMicros = micros("2039-01-01T00:00:00Z");
    for (int i = 0; i < 3000; i++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      long micros = random.nextLong(lastMicros);
      ZoneOffsetTransition turned =
          zone.getRules().nextTransition(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      if (turned != null) {
        micros = turned.getInstant().getEpochSecond() * 1_000_000;
      }
      String interval = intervals[random.nextInt(intervals.length)];
      checkAround(random, of(interval, zone.getId()), micros, interval + " in " + zone);
    }
  }

  private static void checkAround(Random random, Intervals intervals, long micros, String where) {
    long from = micros - 3 * HOUR_MICROS - random.nextLong(HOUR_MICROS);
    long to = micros + 3 * HOUR_MICROS;
    long @Nullable [] begins = intervals.cut(from, to, 1000);
    assertNotNull(begins);
    assertTrue(begins[0] <= from && begins[begins.length - 1] >= to, where);
    for (int i = 1; i < begins.length; i++) {
      assertTrue(begins[i] > begins[i - 1], where);
      assertEquals(begins[i - 1], intervals.beginOf(begins[i - 1]), where);
      assertEquals(begins[i - 1], intervals.beginOf(begins[i] - 1), where);
      long between = begins[i - 1] + random.nextLong(begins[i] - begins[i - 1]);
      assertEquals(begins[i - 1], intervals.beginOf(between), where);
    }
  }

  @Test
  void tooManyAreNotCut() {
    Intervals hours = of("1h", SHANGHAI);
    long from = micros("2026-03-01T00:00:00Z");
    long @Nullable [] begins = hours.cut(from, from + 10 * HOUR_MICROS, 10);
    assertNotNull(begins);
    assertEquals(11, begins.length);
    assertNull(hours.cut(from, from + 10 * HOUR_MICROS + 1, 10));
    assertNull(hours.cut(from - 1, from + 10 * HOUR_MICROS, 10));
    assertNull(of("1ms", SHANGHAI).cut(-62_167_219_200_000_000L, from, 11_000));
  }

  @Test
  void textsAreReadAsTheyAreMeant() {
    assertEquals(new Interval.Clock(900_000_000), IntervalText.parse("15m"));
    assertEquals(new Interval.Clock(900_000_000), IntervalText.parse("15min"));
    assertEquals(new Interval.Clock(900_000_000), IntervalText.parse("PT15M"));
    assertEquals(new Interval.Clock(900_000_000), IntervalText.parse("900s"));
    assertEquals(new Interval.Clock(90 * 60_000_000L), IntervalText.parse("PT1H30M"));
    assertEquals(new Interval.Clock(500_000), IntervalText.parse("500ms"));
    assertEquals(new Interval.Clock(500_000), IntervalText.parse("PT0.5S"));
    assertEquals(new Interval.Days(1), IntervalText.parse("1d"));
    assertEquals(new Interval.Days(1), IntervalText.parse("P1D"));
    assertEquals(new Interval.Days(1), IntervalText.parse("24h"));
    assertEquals(new Interval.Days(2), IntervalText.parse("PT48H"));
    assertEquals(new Interval.Days(14), IntervalText.parse("2w"));
    assertEquals(new Interval.Days(7), IntervalText.parse("P1W"));
    assertEquals(new Interval.Months(1), IntervalText.parse("1mo"));
    assertEquals(new Interval.Months(1), IntervalText.parse("P1M"));
    assertEquals(new Interval.Months(18), IntervalText.parse("P1Y6M"));
    assertEquals(new Interval.Months(12), IntervalText.parse("1y"));
  }

  @Test
  void whatIsNoIntervalIsNull() {
    for (String text :
        List.of(
            "",
            "15",
            "m",
            "15M",
            "-1h",
            "1.5h",
            "0m",
            "0d",
            "0mo",
            "PT0S",
            "P",
            "PT",
            "P1DT",
            "1h30m",
            "7m",
            "5h",
            "36h",
            "P1DT12H",
            "P1M1D",
            "PT1H1M",
            "1us",
            "999999999d",
            "999999999y",
            "99999999999m",
            "999999999w",
            "P999999Y",
            "１5m",
            "15m ")) {
      assertNull(IntervalText.parse(text), text);
    }
    assertThrows(IllegalArgumentException.class, () -> new Interval.Clock(7 * 60_000_000L));
    assertThrows(IllegalArgumentException.class, () -> new Interval.Days(0));
    assertThrows(IllegalArgumentException.class, () -> new Interval.Months(0));
  }

  @Test
  void fixedOffsetsAreZonesToo() {
    long[] begins =
        of("1d", "+08:00").cut(micros("2026-03-01T00:00:00Z"), micros("2026-03-01T01:00:00Z"), 5);
    assertEquals(
        "[" + micros("2026-02-28T16:00:00Z") + ", " + micros("2026-03-01T16:00:00Z") + "]",
        Arrays.toString(begins));
  }
}
