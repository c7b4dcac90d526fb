package qiantang.query.access;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;

/**
 * Times at which intervals are cut, by the clocks of {@link #ZONE}. A grant of aggregates lets one
 * grid alone: sums that one party gets of two of them could be subtracted, of 60 s and of 64 s down
 * to single samples.
 *
 * @param seconds the longest part of a day of which all cuts are multiples since midnight; 0 for
 *     none
 * @param areWeeks whether all cuts are the midnight that begins a Monday
 * @param areMonths whether all cuts are the midnight that begins a month
 */
public record Grid(long seconds, boolean areWeeks, boolean areMonths) {
  /** Where the plan's enterprises are: intervals follow its clocks where nothing is said. */
  public static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");

  private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();
  private static final long WEEK_SECONDS = 7 * DAY_SECONDS;
  private static final long SECOND_MICROS = 1_000_000;

  /** The coarsest that has all of these. */
  public static Grid of(long[] cutsMicros) {
    ZoneRules rules = ZONE.getRules();
    long seconds = DAY_SECONDS;
    boolean areWeeks = true;
    boolean areMonths = true;
    for (long micros : cutsMicros) {
      if (micros % SECOND_MICROS != 0) {
        return new Grid(0, false, false);
      }
      Instant instant = Instant.ofEpochSecond(micros / SECOND_MICROS);
      ZoneOffset offset = rules.getOffset(instant);
      LocalDateTime wall = LocalDateTime.ofEpochSecond(micros / SECOND_MICROS, 0, offset);
      boolean isMidnight = wall.toLocalTime().equals(LocalTime.MIDNIGHT);
      seconds = divisor(seconds, wall.toLocalTime().toSecondOfDay());
      areWeeks &= isMidnight && wall.getDayOfWeek() == DayOfWeek.MONDAY;
      areMonths &= isMidnight && wall.getDayOfMonth() == 1;
    }
    return new Grid(seconds, areWeeks, areMonths);
  }

  /**
   * Whether a grant of aggregates lets it: within a day, of the shortest part of a day that is at
   * least so long; else of weeks; of what is longer than a week, of months.
   *
   * @param leastSeconds of the grant
   */
  public boolean isLetBy(long leastSeconds) {
    if (leastSeconds <= DAY_SECONDS) {
      return seconds > 0 && seconds % partOfDay(leastSeconds) == 0;
    }
    return leastSeconds <= WEEK_SECONDS ? areWeeks : areMonths;
  }

  /** For people: which intervals a grant of aggregates lets. */
  static String words(long leastSeconds) {
    String unit;
    if (leastSeconds <= DAY_SECONDS) {
      unit = partOfDay(leastSeconds) + " s";
    } else {
      unit = leastSeconds <= WEEK_SECONDS ? "a week" : "a month";
    }
    return "intervals of " + unit + " or of a multiple of that, without tz";
  }

  private static long partOfDay(long leastSeconds) {
    long part = Math.max(1, leastSeconds);
    while (DAY_SECONDS % part != 0) {
      part++;
    }
    return part;
  }

  private static long divisor(long one, long other) {
    return other == 0 ? one : divisor(other, one % other);
  }
}
