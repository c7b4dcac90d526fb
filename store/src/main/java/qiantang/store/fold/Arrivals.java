package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.model.DeviceId;

/**
 * What a slice of a group has in a step: the readings that are packed under one arrival span, by
 * their event spans and devices, in order of arrival. One thread at a time.
 */
final class Arrivals {
  private final LayoutHistory layouts;
  private final long arrivalSpan;
  private final Slice slice;
  private final Masks masks;
  private final NavigableMap<Long, NavigableMap<DeviceId, List<DeviceColumns>>> bySpan =
      new TreeMap<>();
  private final Set<DeviceId> devices = new HashSet<>();
  private long weightBytes;
  private long earliestMicros = Long.MAX_VALUE;
  private long latestMicros = Long.MIN_VALUE;

  Arrivals(LayoutHistory layouts, long arrivalSpan, Slice slice, Masks masks) {
    this.layouts = layouts;
    this.arrivalSpan = arrivalSpan;
    this.slice = slice;
    this.masks = masks;
  }

  /** Adds what arrived in a minute, behind all that arrived earlier. */
  void add(long arrivalMinute, DeviceId device, DeviceColumns decoded) {
    DeviceColumns arrived = masks.visible(device, decoded);
    DeviceColumns columns = slice.isOfAllTimes() ? arrived : cut(arrived);
    boolean isKept = false;
    for (int row = 0; row < columns.rows(); ) {
      long span = layouts.spanOf(columns.eventTimeMicros(row));
      int next = columns.rowAtOrAfter(LayoutHistory.micros(layouts.spanEnd(span)));
      if (layouts.arrivalSpan(arrivalMinute, span) == arrivalSpan) {
        isKept = true;
        bySpan
            .computeIfAbsent(span, key -> new TreeMap<>())
            .computeIfAbsent(device, key -> new ArrayList<>())
            .add(columns);
        earliestMicros = Math.min(earliestMicros, columns.eventTimeMicros(row));
        latestMicros = Math.max(latestMicros, columns.eventTimeMicros(next - 1));
      }
      row = next;
    }
    if (isKept) {
      devices.add(device);
      weightBytes += columns.weightBytes();
    }
  }

  private DeviceColumns cut(DeviceColumns columns) {
    return columns.slice(
        columns.rowAtOrAfter(slice.fromMicros()), columns.rowAtOrAfter(slice.toMicros()));
  }

  /** Whether no event time of its devices is left to other slices. */
  boolean areOfAllTimes() {
    return slice.isOfAllTimes();
  }

  /** About how many bytes of heap it takes. */
  long weightBytes() {
    return weightBytes;
  }

  /** Smaller slices that hold the same; none where it cannot be cut. */
  List<Slice> smaller() {
    if (devices.size() > 1 && slice.canBeCutByDevice()) {
      return slice.halvesByDevice();
    }
    return earliestMicros < latestMicros
        // The middle, rounded up: what was seen lies on both sides.
        ? slice.cutAt(latestMicros - (latestMicros - earliestMicros) / 2)
        : List.of();
  }

  /** Takes the earliest event span out; null where none is left. */
  Map.@Nullable Entry<Long, NavigableMap<DeviceId, List<DeviceColumns>>> takeSpan() {
    return bySpan.pollFirstEntry();
  }
}
