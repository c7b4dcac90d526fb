package qiantang.store.fold;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/**
 * All layouts of an enterprise, and with them where each of its readings belongs. Minutes are
 * minutes since 1970: of event time for spans, labels of the journal for arrival.
 *
 * @param layouts in order of their first day; the usual one holds before the first
 */
public record LayoutHistory(EnterpriseId enterprise, Retention retention, List<Layout> layouts) {
  /** A chunk takes what arrived from so many minutes before its span: clocks that run ahead. */
  public static final int EARLY_MINUTES = 5;

  /** And until so many minutes after it: readings on their way. Whatever comes later is late. */
  public static final int LATE_MINUTES = 2;

  // A span of a day to its end, and a day for clocks that differ and event times that run ahead.
  private static final Duration STATES_MARGIN = Duration.ofDays(2);

  private static final long MINUTE_MICROS = 60_000_000L;

  public LayoutHistory {
    List<Layout> all = new ArrayList<>(layouts);
    all.sort(Comparator.comparingLong(Layout::fromDay));
    if (all.isEmpty() || all.getFirst().fromDay() != Long.MIN_VALUE) {
      all.addFirst(Layout.USUAL);
    }
    layouts = List.copyOf(all);
  }

  /** The layout of the day in which this minute lies. */
  public Layout at(long minute) {
    long day = Math.floorDiv(minute, Layout.DAY_MINUTES);
    Layout found = layouts.getFirst();
    for (Layout layout : layouts) {
      if (layout.fromDay() <= day) {
        found = layout;
      }
    }
    return found;
  }

  /**
   * The layouts in whose groups there may be states. A state lives until its newest value is as old
   * as the retention allows, and by each layout the last ones were written for the day before the
   * next one's first. What is left out here is older than anything that is kept.
   *
   * @param nowMinute by a clock that may be hours wrong
   */
  public List<Layout> withStates(long nowMinute) {
    return since(nowMinute - retention.duration().plus(STATES_MARGIN).toMinutes());
  }

  /** The layouts that hold at a minute or later. */
  public List<Layout> since(long minute) {
    int first = 0;
    while (first + 1 < layouts.size()
        && layouts.get(first + 1).fromDay() * Layout.DAY_MINUTES < minute) {
      first++;
    }
    return layouts.subList(first, layouts.size());
  }

  /** First minute of the span in which this minute lies. */
  public long spanStart(long minute) {
    return Math.floorDiv(minute, at(minute).spanMinutes()) * at(minute).spanMinutes();
  }

  /** First minute behind the span that begins at this one. */
  public long spanEnd(long spanStart) {
    return spanStart + at(spanStart).spanMinutes();
  }

  /** The first microsecond of a minute. */
  static long micros(long minute) {
    return minute * MINUTE_MICROS;
  }

  /** First minute of the span of an event time. */
  public long spanOf(long eventTimeMicros) {
    return spanStart(Math.floorDiv(eventTimeMicros, MINUTE_MICROS));
  }

  /** Whether what arrived in this minute is on time for the span that begins at that one. */
  public boolean isOnTime(long arrivalMinute, long spanStart) {
    return arrivalMinute >= spanStart - EARLY_MINUTES
        && arrivalMinute < spanEnd(spanStart) + LATE_MINUTES;
  }

  /**
   * The arrival span under which a reading is packed: its own event span where it is on time, else
   * the span in which it arrived.
   */
  public long arrivalSpan(long arrivalMinute, long spanStart) {
    return isOnTime(arrivalMinute, spanStart) ? spanStart : spanStart(arrivalMinute);
  }

  /**
   * Behind the last arrival minute that a row of this event span and arrival span takes. What
   * arrived in a later minute is later in the order of arrival than anything in the row, and what
   * arrived in an earlier one is in the row or was before it.
   */
  public long arrivalEnd(long spanStart, long arrivalSpan) {
    if (arrivalSpan == spanStart) {
      return spanEnd(spanStart) + LATE_MINUTES;
    }
    long end = spanEnd(arrivalSpan);
    return arrivalSpan > spanStart ? end : Math.min(end, spanStart - EARLY_MINUTES);
  }

  /** The partition of chunks in which this device's span lies. */
  public ChunkPartition chunkPartition(DeviceId device, long spanStart) {
    Layout layout = at(spanStart);
    int group = layout.groupOf(device);
    int period = layout.periodMinutes(group);
    return new ChunkPartition(
        retention, enterprise, group, Math.floorDiv(spanStart, period) * period);
  }

  /** The partitions of chunks in which a group's spans of a UTC day lie, in order of time. */
  public List<ChunkPartition> chunkPartitions(long day, int group) {
    long from = day * Layout.DAY_MINUTES;
    int period = at(from).periodMinutes(group);
    List<ChunkPartition> partitions = new ArrayList<>();
    for (long begin = from; begin < from + Layout.DAY_MINUTES; begin += period) {
      partitions.add(new ChunkPartition(retention, enterprise, group, begin));
    }
    return partitions;
  }

  /** First minute behind a partition of this device that begins at this minute. */
  public long periodEnd(DeviceId device, long period) {
    Layout layout = at(period);
    return period + layout.periodMinutes(layout.groupOf(device));
  }
}
