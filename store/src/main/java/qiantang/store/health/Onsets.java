package qiantang.store.health;

import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * When what speaks against a device's quality began, as exactly as its cells tell: refusals to the
 * millisecond, gaps to the minute, sessions to the millisecond where an hour has but one; all else
 * by the hour, which is at most an hour too early. Of what has lasted longer than the cells of a
 * day only refusals in each hour are told with their true begin. Milliseconds since 1970, null for
 * what is not there.
 *
 * @param mostRefused since when half of everything is refused
 * @param refused since when something is refused in each hour
 * @param acceptedAgain since when what was refused in the last day makes nothing suspect any more
 * @param flapping since when sessions end in each hour, of which too many did
 * @param takenOver since when they are taken over in each hour
 * @param late since when the hours have too many late readings
 * @param skewed since when the hours' skew is suspect
 * @param skewedMuch since when it is bad
 * @param firstStamped the first hour with readings that the device stamped: a drift is that of all
 * @param firstKnown the first hour of which anything is known
 * @param firstGap when the first gap began
 */
public record Onsets(
    @Nullable Long mostRefused,
    @Nullable Long refused,
    @Nullable Long acceptedAgain,
    @Nullable Long flapping,
    @Nullable Long takenOver,
    @Nullable Long late,
    @Nullable Long skewed,
    @Nullable Long skewedMuch,
    @Nullable Long firstStamped,
    @Nullable Long firstKnown,
    @Nullable Long firstGap) {
  /** Of a device that did nothing. */
  public static final Onsets NONE =
      new Onsets(null, null, null, null, null, null, null, null, null, null, null);

  private static final long HOUR_MILLIS = HealthCells.HOUR_MILLIS;

  /**
   * What the cells of the last day tell.
   *
   * @param all with those before it
   * @param cells of the last day, in order
   * @param firstGap when the first gap began
   */
  static Onsets of(
      HealthCells all, Map<Long, HealthCell> cells, long nowMillis, @Nullable Long firstGap) {
    long nowHour = Math.floorDiv(nowMillis, HOUR_MILLIS);
    Most most = Most.of(all, cells);
    return new Onsets(
        most.since,
        refused(all, cells, nowHour),
        acceptedAgain(cells, nowHour, most),
        reached(cells, cell -> cell.ends, Health.FLAPS_SUSPECT),
        reached(cells, cell -> cell.takeovers, Health.TAKEOVERS_SUSPECT),
        run(cells, cell -> cell.late > Health.LATE_SHARE_SUSPECT * cell.readings),
        run(cells, cell -> isSkewed(cell, Health.SKEW_SUSPECT_MILLIS)),
        run(cells, cell -> isSkewed(cell, Health.SKEW_BAD_MILLIS)),
        first(cells, cell -> cell.skews.count() > 0),
        first(cells, cell -> true),
        firstGap);
  }

  /**
   * Since when half of what came since the day began was refused, hour by hour.
   *
   * @param since null where it is less now
   * @param untilHour in which it became less for the last time; the lowest number for never
   */
  private record Most(@Nullable Long since, long untilHour) {
    static Most of(HealthCells all, Map<Long, HealthCell> cells) {
      long refused = 0;
      long readings = 0;
      Long since = null;
      long until = Long.MIN_VALUE;
      boolean isFirst = true;
      for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
        HealthCell cell = entry.getValue();
        refused += rejected(cell);
        readings += cell.readings;
        if (!Health.isMostRefused(refused, readings)) {
          until = since == null ? until : entry.getKey();
          since = null;
        } else if (since == null) {
          // It was refused before the day began too, if it was in each hour.
          since = isFirst ? all.refusedSinceMillis(entry.getKey()) : cell.firstRefusedMillis;
        }
        isFirst = false;
      }
      return new Most(since, until);
    }
  }

  private static long rejected(HealthCell cell) {
    return cell.rejections.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The hour that runs or the one before it makes a device suspect, and each in a row with it. */
  private static @Nullable Long refused(
      HealthCells all, Map<Long, HealthCell> cells, long nowHour) {
    Long since = null;
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      if (entry.getKey() >= nowHour - 1 && !entry.getValue().rejections.isEmpty()) {
        since = all.refusedSinceMillis(entry.getKey());
      }
    }
    return since;
  }

  /** From the second hour behind the last refusal on, nothing is suspect by it. */
  private static @Nullable Long acceptedAgain(
      Map<Long, HealthCell> cells, long nowHour, Most most) {
    Long again = null;
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      if (!entry.getValue().rejections.isEmpty()) {
        again = Math.max(entry.getKey() + 2, most.untilHour);
      }
    }
    return again == null || again > nowHour ? null : (Long) (again * HOUR_MILLIS);
  }

  /** The begin of the hours in a row, each with some, in which there were so many together. */
  private static @Nullable Long reached(
      Map<Long, HealthCell> cells, ToLongFunction<HealthCell> count, long many) {
    long sum = 0;
    Long since = null;
    long before = Long.MIN_VALUE;
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      HealthCell cell = entry.getValue();
      long some = count.applyAsLong(cell);
      if (some > 0) {
        long hour = entry.getKey();
        boolean isInRow = since != null && hour == before + 1;
        since = isInRow ? since : (Long) firstEnd(hour, cell);
        before = hour;
        sum += some;
        if (sum >= many) {
          return since;
        }
      }
    }
    return null;
  }

  private static long firstEnd(long hour, HealthCell cell) {
    return hour * HOUR_MILLIS + (cell.ends == 1 ? cell.endMillis : 0);
  }

  /** The begin of the last hours with readings that are alike, whatever lies between them. */
  private static @Nullable Long run(Map<Long, HealthCell> cells, Predicate<HealthCell> isSo) {
    Long since = null;
    boolean wasSo = false;
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      if (entry.getValue().readings > 0) {
        boolean isNow = isSo.test(entry.getValue());
        since = isNow && !wasSo ? (Long) (entry.getKey() * HOUR_MILLIS) : since;
        wasSo = isNow;
      }
    }
    return since;
  }

  private static boolean isSkewed(HealthCell cell, long millis) {
    Long skew = cell.skews.median();
    return skew != null && Math.abs(skew) >= millis;
  }

  private static @Nullable Long first(Map<Long, HealthCell> cells, Predicate<HealthCell> isSo) {
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      if (isSo.test(entry.getValue())) {
        return entry.getKey() * HOUR_MILLIS;
      }
    }
    return null;
  }
}
