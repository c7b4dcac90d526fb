package qiantang.store.fold;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import qiantang.store.model.DeviceId;

/**
 * How an enterprise should be laid out by what was measured of it. What is at most a factor of two
 * from the best is left as it is: each change spreads a device's states over one layout more.
 */
final class LayoutProposal {
  /** A partition of chunks beyond 10 MiB slows its node's reads and compactions down. */
  static final long PARTITION_BYTES = 10L * 1024 * 1024;

  /** What one reader of a group's states, and one step's read of its blocks, has to hold. */
  static final int GROUP_DEVICES = 64;

  /** A chunk of fewer readings is half names, keys and headers. */
  static final int CHUNK_READINGS = 60;

  /** 260,000 devices in full groups; each is a read a step. */
  static final int GROUPS_MAX = 4096;

  /** A layout with more names is larger than what a reader wants to keep of each enterprise. */
  static final int FAST_MAX = 1000;

  /** A device that may be proposed as fast; half of what names it, so that it is told apart. */
  static final long HEAVY_BYTES_PER_DAY = PARTITION_BYTES / 4;

  private LayoutProposal() {}

  /**
   * The layout from a day on; equal but for the day where the one at hand is good enough.
   *
   * @param current the last layout there is
   */
  static Layout of(Layout current, Measured measured, long fromDay) {
    if (measured.bytes() == 0) {
      return new Layout(fromDay, current.groups(), current.spanMinutes(), current.fast());
    }
    Set<DeviceId> fast = fast(current, measured);
    int span = span(current, measured, !fast.isEmpty());
    NavigableMap<DeviceId, Integer> periods = new TreeMap<>();
    for (DeviceId device : fast) {
      int before = current.fast().getOrDefault(device, 0);
      periods.put(device, period(before, measured.bytesPerDay(device), span));
    }
    return new Layout(fromDay, groups(current, measured, fast), span, periods);
  }

  /** Those whose day alone fills a partition, and those who did until they were measured. */
  private static Set<DeviceId> fast(Layout current, Measured measured) {
    Set<DeviceId> candidates = new TreeSet<>(measured.bytesOfHeavy().keySet());
    candidates.removeIf(
        device -> {
          long least = current.fast().containsKey(device) ? PARTITION_BYTES / 2 : PARTITION_BYTES;
          return measured.bytesPerDay(device) <= least;
        });
    for (DeviceId device : current.fast().keySet()) {
      if (measured.bytesPerDay(device) == 0) {
        candidates.add(device); // it stands still, perhaps until Monday
      }
    }
    Set<DeviceId> fast = new TreeSet<>();
    candidates.stream()
        .sorted(Comparator.comparingDouble(device -> -measured.bytesPerDay(device)))
        .limit(FAST_MAX)
        .forEach(fast::add);
    return fast;
  }

  private static int span(Layout current, Measured measured, boolean hasFast) {
    int least = Layout.SPANS_MINUTES.getFirst();
    if (hasFast) {
      return least; // the span is everybody's, and a fast device's period cannot be shorter
    }
    if (measured.readings() == 0) {
      return current.spanMinutes(); // all came late, which says nothing of the rate
    }
    int longest = Layout.SPANS_MINUTES.getLast();
    int best = longest;
    for (int span : Layout.SPANS_MINUTES.reversed()) {
      best = measured.readingsIn(span) >= CHUNK_READINGS ? span : best;
    }
    boolean isTooShort =
        best > current.spanMinutes()
            && measured.readingsIn(current.spanMinutes()) < CHUNK_READINGS / 2.0;
    boolean isTooLong =
        best < current.spanMinutes() && measured.readingsIn(best) >= CHUNK_READINGS * 2.0;
    return isTooShort || isTooLong ? best : current.spanMinutes();
  }

  /** The longest period whose chunks fit a partition. */
  private static int period(int before, double bytesPerDay, int span) {
    if (isPeriod(before, span) && bytesPerDay == 0) {
      return before;
    }
    int best = span;
    for (int period = span; period <= Layout.DAY_MINUTES; period += span) {
      if (isPeriod(period, span) && bytesIn(period, bytesPerDay) <= PARTITION_BYTES) {
        best = period;
      }
    }
    boolean isGood =
        isPeriod(before, span)
            && bytesIn(before, bytesPerDay) <= 2.0 * PARTITION_BYTES
            && (bytesIn(before, bytesPerDay) > PARTITION_BYTES / 4.0 || best <= before);
    return isGood ? before : best;
  }

  private static boolean isPeriod(int period, int span) {
    return period >= span && period % span == 0 && Layout.DAY_MINUTES % period == 0;
  }

  private static double bytesIn(int period, double bytesPerDay) {
    return bytesPerDay * period / Layout.DAY_MINUTES;
  }

  /** A power of two, so that each group of one layout lies within one of the other's. */
  private static int groups(Layout current, Measured measured, Set<DeviceId> fast) {
    double bytes = measured.bytesPerDay();
    for (DeviceId device : fast) {
      bytes -= measured.bytesPerDay(device);
    }
    double devices = measured.devices() - fast.size();
    double needed = Math.max(bytes / PARTITION_BYTES, devices / GROUP_DEVICES);
    if (needed <= 2.0 * current.groups() && (needed > current.groups() / 4.0 || isOne(current))) {
      return current.groups();
    }
    int groups = 1;
    while (groups < needed && groups < GROUPS_MAX) {
      groups *= 2;
    }
    return groups;
  }

  private static boolean isOne(Layout current) {
    return current.groups() == 1;
  }
}
