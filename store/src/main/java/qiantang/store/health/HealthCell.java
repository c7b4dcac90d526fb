package qiantang.store.health;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one device did in one hour. Everything is a sum, a union or a maximum, so cells of different
 * records merge in any order. Not thread-safe.
 */
public final class HealthCell {
  /** Readings that arrived. */
  long readings;

  /** Those of them that arrived {@link HealthCells#LATE_MILLIS} after they happened, or later. */
  long late;

  /** When the last one arrived, milliseconds since 1970; 0 for none. */
  long lastArrivalMillis;

  /** In which minutes of the hour something happened, whenever it arrived: a bit each. */
  long minutes;

  /** From one reading to the next, of those that a lane took within a minute. */
  final Octaves distances = new Octaves();

  /** Arrival minus event time, of readings that the device stamped. */
  final Octaves skews = new Octaves();

  /** Sessions that began, and when: the sum of milliseconds since the hour began. */
  long begins;

  long beginMillis;

  /** Sessions that ended, and when. */
  long ends;

  long endMillis;

  /** Those of them that another connection of the same client id ended. */
  long takeovers;

  /** How many messages and readings were refused, by reason. */
  final SortedMap<String, Long> rejections = new TreeMap<>();

  /** When the first of these was refused, milliseconds since 1970; 0 for none. */
  long firstRefusedMillis;

  /**
   * Since when something was refused in each hour before this one, as far as those are forgotten;
   * milliseconds since 1970, 0 for none.
   */
  long refusedSinceMillis;

  /** An hour in which nothing happened. */
  public HealthCell() {}

  /** Takes what another cell of the same device and hour has. */
  void add(HealthCell other) {
    readings += other.readings;
    late += other.late;
    lastArrivalMillis = Math.max(lastArrivalMillis, other.lastArrivalMillis);
    minutes |= other.minutes;
    distances.add(other.distances);
    skews.add(other.skews);
    begins += other.begins;
    beginMillis += other.beginMillis;
    ends += other.ends;
    endMillis += other.endMillis;
    takeovers += other.takeovers;
    other.rejections.forEach((reason, count) -> rejections.merge(reason, count, Long::sum));
    firstRefusedMillis = earlier(firstRefusedMillis, other.firstRefusedMillis);
    refusedSinceMillis = earlier(refusedSinceMillis, other.refusedSinceMillis);
  }

  /** The earlier of two times of which 0 is none. */
  private static long earlier(long one, long other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  /** Something was refused at a time of the hour. */
  void refused(String reason, long count, long millis) {
    rejections.merge(reason, count, Long::sum);
    firstRefusedMillis = earlier(firstRefusedMillis, millis);
  }

  /** Takes it over from the hour before, which is forgotten. */
  void follow(HealthCell before) {
    if (!before.rejections.isEmpty() && !rejections.isEmpty()) {
      long since = earlier(before.refusedSinceMillis, before.firstRefusedMillis);
      refusedSinceMillis = earlier(refusedSinceMillis, since);
    }
  }

  /** Since when things are refused, of an hour in which some were: of each hour before it too. */
  long refusedSinceMillis() {
    return earlier(refusedSinceMillis, firstRefusedMillis);
  }

  /** Sets everything that is a number: for the codec. */
  public void restore(long[] numbers) {
    readings = numbers[0];
    late = numbers[1];
    lastArrivalMillis = numbers[2];
    minutes = numbers[3];
    begins = numbers[4];
    beginMillis = numbers[5];
    ends = numbers[6];
    endMillis = numbers[7];
    takeovers = numbers[8];
  }

  /** How many numbers {@link #restore} takes. */
  public static final int NUMBERS = 9;

  /** Everything that is a number, as {@link #restore} takes it. */
  public long[] numbers() {
    return new long[] {
      readings, late, lastArrivalMillis, minutes, begins, beginMillis, ends, endMillis, takeovers
    };
  }

  /** From one reading to the next. */
  public Octaves distances() {
    return distances;
  }

  /** Arrival minus event time. */
  public Octaves skews() {
    return skews;
  }

  /** Sets when refusals began: for the codec. */
  public void restoreRefusals(long firstMillis, long sinceMillis) {
    firstRefusedMillis = firstMillis;
    refusedSinceMillis = sinceMillis;
  }

  /** When the first thing was refused, and since when in each forgotten hour before; 0 for none. */
  public long[] refusals() {
    return new long[] {firstRefusedMillis, refusedSinceMillis};
  }

  /** How many messages and readings were refused, by reason. */
  public SortedMap<String, Long> rejections() {
    return rejections;
  }
}
