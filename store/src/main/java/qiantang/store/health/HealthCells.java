package qiantang.store.health;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import qiantang.store.model.Entry;
import qiantang.store.model.SessionEnd;

/**
 * What one device did, hour by hour. Whoever adds a record answers for it that no record is added
 * twice: folds and readers go by its place in the journal. Not thread-safe.
 */
public final class HealthCells {
  /** Of how many hours a question may be: the one that runs and those before it. */
  public static final int HOURS = 24;

  /** A reading is late if it arrives so long after it happened: as for chunks, 2 minutes. */
  public static final long LATE_MILLIS = 120_000;

  static final long HOUR_MILLIS = 3_600_000;
  static final long MINUTE_MILLIS = 60_000;

  // An hour more than is asked for: the clocks of nodes differ.
  private static final int HOURS_KEPT = HOURS + 1;

  // Event times run ahead by 5 minutes at most, or the reading is refused.
  private static final long AHEAD_MILLIS = 600_000;

  private final NavigableMap<Long, HealthCell> cells = new TreeMap<>();

  /** Nothing happened. */
  public HealthCells() {}

  /** Whether nothing happened. */
  public boolean isEmpty() {
    return cells.isEmpty();
  }

  /** The cells by hour since 1970: of the arrival, but for the minutes in which it happened. */
  public NavigableMap<Long, HealthCell> cells() {
    return cells;
  }

  /** The cell of an hour. */
  public HealthCell cell(long hour) {
    return cells.computeIfAbsent(hour, key -> new HealthCell());
  }

  /** Takes what others have. */
  public void add(HealthCells others) {
    others.cells.forEach((hour, cell) -> cell(hour).add(cell));
  }

  /** Forgets hours that nobody asks for any more at a minute since 1970. */
  public void forgetBefore(long minute) {
    NavigableMap<Long, HealthCell> forgotten =
        cells.headMap(Math.floorDiv(minute, 60L) - HOURS_KEPT, true);
    while (!forgotten.isEmpty()) {
      Map.Entry<Long, HealthCell> first = forgotten.pollFirstEntry();
      HealthCell next = cells.get(first.getKey() + 1);
      if (next != null) {
        next.follow(first.getValue());
      }
    }
  }

  /**
   * A reading.
   *
   * @param isStamped whether the device gave the event time itself
   */
  public void reading(long eventMicros, long arrivalMillis, boolean isStamped) {
    HealthCell cell = cell(Math.floorDiv(arrivalMillis, HOUR_MILLIS));
    long eventMillis = Math.floorDiv(eventMicros, 1000L);
    long skewMillis = arrivalMillis - eventMillis;
    cell.readings++;
    cell.late += skewMillis > LATE_MILLIS ? 1 : 0;
    cell.lastArrivalMillis = Math.max(cell.lastArrivalMillis, arrivalMillis);
    if (isStamped) {
      cell.skews.add(skewMillis);
    }
    if (skewMillis >= -AHEAD_MILLIS && skewMillis < HOURS_KEPT * HOUR_MILLIS) {
      long minute = Math.floorDiv(eventMillis, MINUTE_MILLIS);
      cell(Math.floorDiv(minute, 60L)).minutes |= 1L << Math.floorMod(minute, 60L);
    }
  }

  /** How long after the reading before it one happened, both in one lane-minute. */
  public void distance(long arrivalMillis, long distanceMicros) {
    cell(Math.floorDiv(arrivalMillis, HOUR_MILLIS)).distances.add((distanceMicros + 500) / 1000);
  }

  /** A session began or ended, or something was refused; other records say nothing here. */
  public void record(Entry entry) {
    long millis = Math.floorDiv(entry.arrivalMicros(), 1000L);
    long hour = Math.floorDiv(millis, HOUR_MILLIS);
    long inHourMillis = Math.floorMod(millis, HOUR_MILLIS);
    switch (entry) {
      case Entry.Presence presence when presence.connected() -> {
        HealthCell cell = cell(hour);
        cell.begins++;
        cell.beginMillis += inHourMillis;
      }
      case Entry.Presence presence -> {
        HealthCell cell = cell(hour);
        cell.ends++;
        cell.endMillis += inHourMillis;
        cell.takeovers += presence.reason().equals(SessionEnd.TAKEN_OVER.word()) ? 1 : 0;
      }
      case Entry.Rejection rejection ->
          cell(hour).refused(rejection.reason().word(), rejection.count(), millis);
      case Entry.Birth _, Entry.Death _, Entry.Readings _ -> {}
    }
  }

  /** Since when something is refused, in this hour, of which that is true, and in each before. */
  long refusedSinceMillis(long hour) {
    long since = 0;
    HealthCell cell = cells.get(hour);
    for (long at = hour; cell != null && !cell.rejections.isEmpty(); cell = cells.get(--at)) {
      since = cell.refusedSinceMillis();
    }
    return since;
  }

  /** When the hours begin that a question of this moment is about. */
  public static long beginMillis(long nowMillis) {
    return (Math.floorDiv(nowMillis, HOUR_MILLIS) - HOURS + 1) * HOUR_MILLIS;
  }

  /** The cells of the hours that a question of this moment is about. */
  Map<Long, HealthCell> since(long nowMillis) {
    return cells.tailMap(Math.floorDiv(nowMillis, HOUR_MILLIS) - HOURS, false);
  }
}
