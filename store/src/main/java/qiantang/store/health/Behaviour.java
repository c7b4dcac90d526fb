package qiantang.store.health;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a device did in the hour that runs and the 23 before it. Milliseconds, unless a name says
 * more.
 *
 * @param readings that arrived
 * @param late those that arrived 2 minutes after they happened, or later
 * @param lastHourReadings of the last two cells: the hour that runs may have just begun
 * @param lastHourLate the late ones of these
 * @param lastArrivalMillis when the last one arrived; null for none
 * @param periodMillis the median distance of event times; null where too little is known
 * @param gaps stretches of event time between readings that are longer than {@link #gapMillis}
 * @param longestGapMillis the longest of them, to the minute
 * @param unbrokenSinceMillis since when there was no gap; null without readings
 * @param skewMillis the median of arrival minus event time; null where the device stamps nothing
 * @param driftMillisPerDay how the skew changes; null where less than three hours are known
 * @param begins sessions that began
 * @param ends sessions that ended
 * @param takeovers those that another connection of the same client id ended
 * @param sessionMillis between begins and ends of the sessions, less than 0 where some began before
 * @param rejections messages and readings that were refused, by reason
 * @param lastHourRejections of the last two cells
 * @param onsets when what speaks against it began
 */
public record Behaviour(
    long readings,
    long late,
    long lastHourReadings,
    long lastHourLate,
    @Nullable Long lastArrivalMillis,
    @Nullable Long periodMillis,
    int gaps,
    long longestGapMillis,
    @Nullable Long unbrokenSinceMillis,
    @Nullable Long skewMillis,
    @Nullable Long driftMillisPerDay,
    long begins,
    long ends,
    long takeovers,
    long sessionMillis,
    SortedMap<String, Long> rejections,
    long lastHourRejections,
    Onsets onsets) {
  /** Of a device that did nothing. */
  public static final Behaviour NONE = of(new HealthCells(), 0);

  // Less are no habit.
  private static final long DISTANCES_MIN = 4;

  private static final int DRIFT_HOURS_MIN = 3;

  /** What the cells tell at a moment. */
  public static Behaviour of(HealthCells all, long nowMillis) {
    Map<Long, HealthCell> cells = all.since(nowMillis);
    long nowHour = Math.floorDiv(nowMillis, HealthCells.HOUR_MILLIS);
    HealthCell sum = new HealthCell();
    HealthCell last = new HealthCell();
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      sum.add(entry.getValue());
      if (entry.getKey() >= nowHour - 1) {
        last.add(entry.getValue());
      }
    }
    List<Long> minutes = minutes(cells);
    Long period = period(sum, minutes);
    Gaps gaps = Gaps.of(minutes, gapMillis(period));
    return new Behaviour(
        sum.readings,
        sum.late,
        last.readings,
        last.late,
        sum.lastArrivalMillis == 0 ? null : (Long) sum.lastArrivalMillis,
        period,
        gaps.count,
        gaps.longestMillis,
        gaps.unbrokenSinceMillis,
        sum.skews.median(),
        drift(cells),
        sum.begins,
        sum.ends,
        sum.takeovers,
        sessionMillis(cells),
        Collections.unmodifiableSortedMap(new TreeMap<>(sum.rejections)),
        last.rejections.values().stream().mapToLong(Long::longValue).sum(),
        cells.isEmpty() ? Onsets.NONE : Onsets.of(all, cells, nowMillis, gaps.firstMillis));
  }

  /** From which distance on two readings have a gap between them: three periods, two minutes. */
  static long gapMillis(@Nullable Long periodMillis) {
    return Math.max(2 * HealthCells.MINUTE_MILLIS, periodMillis == null ? 0 : 3 * periodMillis);
  }

  /** Share of the readings that came late. */
  public double lateShare() {
    return readings == 0 ? 0 : (double) late / readings;
  }

  /** Of everything that was refused. */
  public long rejected() {
    return rejections.values().stream().mapToLong(Long::longValue).sum();
  }

  private static List<Long> minutes(Map<Long, HealthCell> cells) {
    List<Long> minutes = new ArrayList<>();
    cells.forEach(
        (hour, cell) -> {
          for (long rest = cell.minutes; rest != 0; rest &= rest - 1) {
            minutes.add(hour * 60 + Long.numberOfTrailingZeros(rest));
          }
        });
    return minutes;
  }

  /**
   * From one reading to the next: the median of what lies within lane-minutes, where that is most;
   * else, of slower devices, what the minutes tell in which something happened.
   */
  private static @Nullable Long period(HealthCell sum, List<Long> minutes) {
    long within = sum.distances.count();
    if (within >= DISTANCES_MIN && 2 * within >= sum.readings) {
      return sum.distances.median();
    }
    if (minutes.size() <= DISTANCES_MIN) {
      return null;
    }
    List<Long> distances = new ArrayList<>();
    for (int i = 1; i < minutes.size(); i++) {
      distances.add(minutes.get(i) - minutes.get(i - 1));
    }
    distances.sort(null);
    // The mean of the middle half: a period of 90 s is 1 minute and 2 by turns.
    List<Long> middle = distances.subList(distances.size() / 4, distances.size() * 3 / 4 + 1);
    double mean = middle.stream().mapToLong(Long::longValue).average().orElse(1);
    double perMinute = Math.max(1, (double) sum.readings / minutes.size());
    return Math.round(mean * HealthCells.MINUTE_MILLIS / (mean > 1 ? 1 : perMinute));
  }

  /** The median slope of the hours' skews, after Theil and Sen. */
  private static @Nullable Long drift(Map<Long, HealthCell> cells) {
    List<long[]> points = new ArrayList<>();
    cells.forEach(
        (hour, cell) -> {
          Long skew = cell.skews.median();
          if (skew != null) {
            points.add(new long[] {hour, skew});
          }
        });
    if (points.size() < DRIFT_HOURS_MIN) {
      return null;
    }
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        long[] one = points.get(i);
        long[] other = points.get(j);
        slopes.add((double) (other[1] - one[1]) / (other[0] - one[0]));
      }
    }
    slopes.sort(null);
    return Math.round(slopes.get(slopes.size() / 2) * 24);
  }

  private static long sessionMillis(Map<Long, HealthCell> cells) {
    long millis = 0;
    for (Map.Entry<Long, HealthCell> entry : cells.entrySet()) {
      HealthCell cell = entry.getValue();
      long hour = entry.getKey() * HealthCells.HOUR_MILLIS;
      millis += cell.ends * hour + cell.endMillis - cell.begins * hour - cell.beginMillis;
    }
    return millis;
  }

  private record Gaps(
      int count,
      long longestMillis,
      @Nullable Long firstMillis,
      @Nullable Long unbrokenSinceMillis) {
    static Gaps of(List<Long> minutes, long gapMillis) {
      int count = 0;
      long longest = 0;
      Long first = null;
      Long since = minutes.isEmpty() ? null : minutes.getFirst();
      for (int i = 1; i < minutes.size(); i++) {
        // Whole minutes without anything lie between them.
        long empty = (minutes.get(i) - minutes.get(i - 1) - 1) * HealthCells.MINUTE_MILLIS;
        if (empty >= gapMillis) {
          count++;
          first = first == null ? (Long) (minutes.get(i - 1) + 1) : first;
          longest = Math.max(longest, empty);
          since = minutes.get(i);
        }
      }
      return new Gaps(count, longest, millis(first), millis(since));
    }

    private static @Nullable Long millis(@Nullable Long minute) {
      return minute == null ? null : (Long) (minute * HealthCells.MINUTE_MILLIS);
    }
  }
}
