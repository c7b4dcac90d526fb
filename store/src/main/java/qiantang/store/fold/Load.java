package qiantang.store.fold;

import java.util.HashMap;
import java.util.Map;
import qiantang.store.model.DeviceId;

/** Counts what is packed of an enterprise until somebody looks. Any thread. */
final class Load {
  private static final int HEAVY_MAX = 4 * LayoutProposal.FAST_MAX;

  private long fromMinute = Long.MAX_VALUE;
  private long toMinute = Long.MIN_VALUE;
  private long chunkMinutes;
  private long readings;
  private long bytes;
  private final Map<Integer, Integer> devicesOfGroup = new HashMap<>();
  private final Map<DeviceId, Long> bytesOfHeavy = new HashMap<>();

  Load() {}

  /**
   * A chunk was packed.
   *
   * @param isFast whether its device has a group of its own
   */
  synchronized void chunk(
      DeviceId device,
      int spanMinutes,
      boolean isOnTime,
      int readingsInIt,
      long bytesOfIt,
      boolean isFast) {
    bytes += bytesOfIt;
    if (isOnTime) {
      chunkMinutes += spanMinutes;
      readings += readingsInIt;
    }
    long perDay = bytesOfIt * Layout.DAY_MINUTES / spanMinutes;
    boolean isKnown = bytesOfHeavy.containsKey(device);
    boolean isHeavy = isFast || perDay > LayoutProposal.HEAVY_BYTES_PER_DAY;
    if (isKnown || (isHeavy && bytesOfHeavy.size() < HEAVY_MAX)) {
      bytesOfHeavy.merge(device, bytesOfIt, Long::sum);
    }
  }

  /** A group has states of so many devices. */
  synchronized void group(int group, int devices) {
    devicesOfGroup.merge(group, devices, Math::max);
  }

  /** A span of arrival is packed. */
  synchronized void step(long span, long end) {
    fromMinute = Math.min(fromMinute, span);
    toMinute = Math.max(toMinute, end);
  }

  /** How many minutes of arrival were counted, silent ones included. */
  synchronized long minutes() {
    return Math.max(0, toMinute - fromMinute);
  }

  /** What was counted; begins anew. */
  synchronized Measured take() {
    int devices = devicesOfGroup.values().stream().mapToInt(Integer::intValue).sum();
    Measured measured =
        new Measured(
            Math.max(0, toMinute - fromMinute),
            devices,
            chunkMinutes,
            readings,
            bytes,
            bytesOfHeavy);
    fromMinute = Long.MAX_VALUE;
    toMinute = Long.MIN_VALUE;
    chunkMinutes = 0;
    readings = 0;
    bytes = 0;
    devicesOfGroup.clear();
    bytesOfHeavy.clear();
    return measured;
  }
}
