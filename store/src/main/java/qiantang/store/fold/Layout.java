package qiantang.store.fold;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import qiantang.store.model.DeviceId;

/**
 * How an enterprise's blocks and chunks are cut from a UTC day on. Blocks follow the layout of the
 * day they arrived, chunks the one of their event times, so that a new layout moves nothing.
 *
 * @param fromDay first UTC day it holds for, days since 1970
 * @param groups devices are spread over so many groups by hash
 * @param spanMinutes what one chunk covers: 15, 60, 360 or 1440
 * @param fast devices too fast to share a partition, each with a group of its own, and the minutes
 *     of event time that its partitions cover: a multiple of the span that divides a day
 */
public record Layout(
    long fromDay, int groups, int spanMinutes, NavigableMap<DeviceId, Integer> fast) {
  /** Minutes of a day, and of a partition of chunks unless the layout says less. */
  public static final int DAY_MINUTES = 1440;

  /** Spans that a layout may have, in minutes. */
  public static final List<Integer> SPANS_MINUTES = List.of(15, 60, 360, DAY_MINUTES);

  /**
   * Until something was measured: 8 groups of an average enterprise's 500 devices hold 64 each, and
   * a quarter hour at 0.1 Hz holds 90 readings.
   */
  public static final Layout USUAL = new Layout(Long.MIN_VALUE, 8, 15, new TreeMap<>());

  public Layout {
    if (groups < 1 || !SPANS_MINUTES.contains(spanMinutes)) {
      throw new IllegalArgumentException(
          "cannot lay out %d groups of %d minutes".formatted(groups, spanMinutes));
    }
    for (int period : fast.values()) {
      if (period < spanMinutes || DAY_MINUTES % period != 0 || period % spanMinutes != 0) {
        throw new IllegalArgumentException(
            "cannot cut a day into %d minutes of spans of %d".formatted(period, spanMinutes));
      }
    }
    fast = new TreeMap<>(fast);
  }

  /** The group of a device: by hash, or its own behind those where it is fast. */
  public int groupOf(DeviceId device) {
    if (fast.containsKey(device)) {
      return groups + fast.headMap(device).size();
    }
    // String.hashCode is the same in every JVM; the multiplication spreads its low bits.
    int hash = device.text().hashCode() * 0x9E3779B9;
    return Integer.remainderUnsigned(hash >>> 8, groups);
  }

  /** How many groups there are, those of fast devices included. */
  public int groupCount() {
    return groups + fast.size();
  }

  /** How many minutes of event time a partition of this group's chunks covers. */
  public int periodMinutes(int group) {
    return group < groups ? DAY_MINUTES : new ArrayList<>(fast.values()).get(group - groups);
  }
}
