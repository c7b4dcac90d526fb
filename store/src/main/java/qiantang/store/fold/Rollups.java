package qiantang.store.fold;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.model.DeviceId;

/**
 * How rollups lie in time. One holds the hours of a quarter of a UTC day: it is made a few times a
 * day, and what no rollup holds yet is little. Minutes are minutes since 1970.
 */
public final class Rollups {
  /** What one summary of a rollup covers. */
  public static final int HOUR_MINUTES = 60;

  /** What one rollup covers. */
  public static final int PERIOD_MINUTES = 6 * HOUR_MINUTES;

  /** Its hours. */
  public static final int HOURS = PERIOD_MINUTES / HOUR_MINUTES;

  /** What one partition covers: 30 days, 120 rollups of each device of a group. */
  public static final int PARTITION_MINUTES = 30 * Layout.DAY_MINUTES;

  /** How long after its end a rollup is made: a gateway that sends every few minutes is in it. */
  private static final int LATENESS_MINUTES = 15;

  private Rollups() {}

  /** The first minute of the rollup in which this minute lies. */
  public static long begin(long minute) {
    return Math.floorDiv(minute, PERIOD_MINUTES) * PERIOD_MINUTES;
  }

  /**
   * A rollup that begins at this minute knows all rows of chunks with an arrival span that begins
   * before this one; those of a later one are late for it.
   */
  public static long completeAt(long begin) {
    return begin + PERIOD_MINUTES + LATENESS_MINUTES;
  }

  /**
   * Whether devices have rollups, and not groups alone: where chunks are of a quarter of a day or
   * more, these are as few, and of a device that reports every five minutes half as large.
   */
  public static boolean areOfDevices(Layout layout) {
    return layout.spanMinutes() <= HOUR_MINUTES;
  }

  /** The first rollup that is not complete when everything before an arrival span is packed. */
  static long firstIncomplete(long arrivalSpan) {
    return begin(arrivalSpan - LATENESS_MINUTES);
  }

  /** The partition of the rollup of this device that begins at this minute. */
  public static RollupPartition partition(LayoutHistory layouts, DeviceId device, long begin) {
    return partition(layouts, layouts.at(begin).groupOf(device), begin);
  }

  /** The partition of the rollups of a group that begin at this minute. */
  public static RollupPartition partition(LayoutHistory layouts, int group, long begin) {
    long period = Math.floorDiv(begin, PARTITION_MINUTES) * PARTITION_MINUTES;
    return new RollupPartition(layouts.retention(), layouts.enterprise(), group, period);
  }

  /** Those of some rollups beside which nothing says that chunks know more. */
  public static List<Rollup> whole(List<Rollup> rollups) {
    Set<Long> late =
        rollups.stream().filter(Rollup::isLate).map(Rollup::begin).collect(Collectors.toSet());
    return rollups.stream().filter(rollup -> !late.contains(rollup.begin())).toList();
  }
}
