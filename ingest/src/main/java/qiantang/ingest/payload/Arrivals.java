package qiantang.ingest.payload;

import java.util.concurrent.atomic.AtomicLongArray;
import qiantang.store.model.DeviceId;

/**
 * The times of readings that came without one: when they arrived, and for a device never the same
 * twice, whatever connection or gateway they came by. A reading is known by its device, metric and
 * time (I2), so of a burst within one microsecond the last would overwrite the others, although all
 * were acknowledged. Any thread.
 *
 * <p>Devices share 1,024 clocks, 8 KiB of a node. One runs ahead of the time of day where its
 * devices send more than a reading a microsecond.
 */
public final class Arrivals {
  private static final int CLOCKS = 1024;

  private final AtomicLongArray newestMicros = new AtomicLongArray(CLOCKS);

  /** Nothing has arrived yet. */
  public Arrivals() {}

  /** The time of the next reading of a device that arrived at {@code nowMicros}. */
  long of(DeviceId device, long nowMicros) {
    int hash = device.hashCode();
    int clock = (hash ^ hash >>> 16) & (CLOCKS - 1);
    return newestMicros.accumulateAndGet(
        clock, nowMicros, (newest, now) -> Math.max(newest + 1, now));
  }
}
