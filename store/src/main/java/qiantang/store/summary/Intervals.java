package qiantang.store.summary;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How time is cut into intervals in a time zone. They follow its clocks: days go from midnight to
 * midnight and have 23 or 25 hours where clocks are changed, and one of 8 hours has 7 or 9 then.
 * Intervals that are not longer than what clocks are turned back by are all equally long: an hour
 * that comes twice is two intervals of an hour.
 */
public final class Intervals {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long MONDAY = 4; // 1970-01-05, in days since 1970
  private static final int MONTHS_PER_YEAR = 12;

  private final Interval interval;
  private final ZoneRules rules;

  /** Intervals of this length in this zone. */
  public Intervals(Interval interval, ZoneId zone) {
    this.interval = interval;
    rules = zone.getRules();
  }

  /**
   * Cuts {@code [from, to)}: the begins of the intervals that lie in it, at least in part, and
   * behind them the end of the last; null where there are more than so many.
   */
  public long @Nullable [] cut(long fromMicros, long toMicros, int intervalsMax) {
    long[] begins = new long[intervalsMax + 1];
    int count = 0;
    long next = beginOf(fromMicros);
    begins[0] = next;
    while (next < toMicros) {
      if (++count > intervalsMax) {
        return null;
      }
      next = endOf(next);
      begins[count] = next;
    }
    return Arrays.copyOf(begins, count + 1);
  }

  /** When the interval begins in which this time lies. */
  public long beginOf(long micros) {
    long begin = resolve(floor(wall(micros)), micros);
    ZoneOffsetTransition turned = rules.previousTransition(instant(micros + 1));
    if (turned != null && turned.isOverlap() && micros(turned.getInstant()) > begin) {
      // Clocks that are turned back over midnight leave a day that had begun already.
      return Math.max(begin, beginOf(micros(turned.getInstant()) - 1));
    }
    return begin;
  }

  /** When the interval ends that begins at this time. */
  public long endOf(long beginMicros) {
    LocalDateTime next = next(floor(wall(beginMicros)));
    long end = resolveAfter(next, beginMicros);
    ZoneOffsetTransition turned = rules.nextTransition(instant(beginMicros));
    if (turned == null || micros(turned.getInstant()) >= end) {
      return end;
    }
    // An interval may begin with the change of clocks, or with a time that then comes again.
    long turnedMicros = micros(turned.getInstant());
    long begun = beginOf(turnedMicros);
    long again = resolve(next(floor(wall(turnedMicros))), Long.MAX_VALUE);
    long sooner = begun > beginMicros ? begun : again;
    return sooner > beginMicros ? Math.min(sooner, end) : end;
  }

  /** What the clocks of the zone show. */
  private LocalDateTime wall(long micros) {
    Instant instant = instant(micros);
    return LocalDateTime.ofEpochSecond(
        instant.getEpochSecond(), instant.getNano(), rules.getOffset(instant));
  }

  /** The wall time at which the interval begins in which this one lies. */
  private LocalDateTime floor(LocalDateTime wall) {
    return switch (interval) {
      case Interval.Clock(long micros) -> {
        long ofDay = wall.toLocalTime().toNanoOfDay() / 1000;
        yield wall.truncatedTo(ChronoUnit.DAYS).plus(ofDay - ofDay % micros, ChronoUnit.MICROS);
      }
      case Interval.Days(int days) -> {
        long day = wall.toLocalDate().toEpochDay();
        long since = days % 7 == 0 ? MONDAY : 0;
        yield LocalDate.ofEpochDay(day - Math.floorMod(day - since, days)).atStartOfDay();
      }
      case Interval.Months(int months) -> {
        int month = wall.getYear() * MONTHS_PER_YEAR + wall.getMonthValue() - 1;
        int first = month - Math.floorMod(month, months);
        yield LocalDate.of(
                Math.floorDiv(first, MONTHS_PER_YEAR), Math.floorMod(first, MONTHS_PER_YEAR) + 1, 1)
            .atStartOfDay();
      }
    };
  }

  private LocalDateTime next(LocalDateTime begin) {
    return switch (interval) {
      case Interval.Clock(long micros) -> begin.plus(micros, ChronoUnit.MICROS);
      case Interval.Days(int days) -> begin.plusDays(days);
      case Interval.Months(int months) -> begin.plusMonths(months);
    };
  }

  /** When the clocks show this, of two times the last one that is not behind a limit. */
  private long resolve(LocalDateTime wall, long limitMicros) {
    ZoneOffsetTransition turned = rules.getTransition(wall);
    if (turned == null) {
      return micros(wall, rules.getOffset(wall));
    }
    if (turned.isGap()) {
      return micros(turned.getInstant());
    }
    long later = micros(wall, turned.getOffsetAfter());
    return isTwice(turned) && later <= limitMicros ? later : micros(wall, turned.getOffsetBefore());
  }

  /** When the clocks show this, of two times the first one behind another time. */
  private long resolveAfter(LocalDateTime wall, long behindMicros) {
    long first = resolve(wall, Long.MIN_VALUE);
    return first > behindMicros ? first : resolve(wall, Long.MAX_VALUE);
  }

  /** Whether wall times that come twice begin two intervals. */
  private boolean isTwice(ZoneOffsetTransition turned) {
    return interval instanceof Interval.Clock(long micros)
        && micros <= -turned.getDuration().toSeconds() * MICROS_PER_SECOND;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static long micros(LocalDateTime wall, ZoneOffset offset) {
    return micros(wall.toInstant(offset));
  }
}
