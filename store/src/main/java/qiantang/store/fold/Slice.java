package qiantang.store.fold;

import java.util.List;
import qiantang.store.model.DeviceId;

/**
 * As much of a group's readings as is held in memory at once: those of some devices, of an interval
 * of event time.
 *
 * @param bits how many leading bits of the hash of a device's id are the slice's own
 * @param hash those bits
 * @param fromMicros first event time, microseconds since 1970
 * @param toMicros behind the last event time
 */
record Slice(int bits, int hash, long fromMicros, long toMicros) {
  /** Everything. */
  static final Slice WHOLE = new Slice(0, 0, Long.MIN_VALUE, Long.MAX_VALUE);

  // By the leading bits; groups go by the others, so every group can be cut.
  private static final int BITS_MAX = 12;

  /** Whether the slice takes this device's readings. */
  boolean holds(DeviceId device) {
    return bits == 0 || (device.text().hashCode() * 0x9E3779B9) >>> (Integer.SIZE - bits) == hash;
  }

  /** Whether it takes all event times. */
  boolean isOfAllTimes() {
    return fromMicros == Long.MIN_VALUE && toMicros == Long.MAX_VALUE;
  }

  /** Whether it can be cut between devices. */
  boolean canBeCutByDevice() {
    return bits < BITS_MAX;
  }

  /** Two slices of half of the devices each. */
  List<Slice> halvesByDevice() {
    return List.of(
        new Slice(bits + 1, hash << 1, fromMicros, toMicros),
        new Slice(bits + 1, hash << 1 | 1, fromMicros, toMicros));
  }

  /** What lies before this event time, and what does not. */
  List<Slice> cutAt(long micros) {
    return List.of(
        new Slice(bits, hash, fromMicros, micros), new Slice(bits, hash, micros, toMicros));
  }
}
