package qiantang.store.fold;

import java.util.Map;
import qiantang.store.model.DeviceId;

/**
 * What was packed of an enterprise in some time; from it follows how it is best laid out.
 *
 * @param minutes how long it was looked at, in minutes of arrival
 * @param devices how many devices it has
 * @param chunkMinutes sum of what the chunks cover that came on time
 * @param readings how many readings are in those
 * @param bytes of all chunks
 * @param bytesOfHeavy bytes of each device that may be too fast to share a group
 */
record Measured(
    long minutes,
    int devices,
    long chunkMinutes,
    long readings,
    long bytes,
    Map<DeviceId, Long> bytesOfHeavy) {
  Measured {
    bytesOfHeavy = Map.copyOf(bytesOfHeavy);
  }

  /** Bytes a day, if it goes on like this. */
  double bytesPerDay() {
    return perDay(bytes);
  }

  /** Bytes a day of one device; 0 where it is not heavy. */
  double bytesPerDay(DeviceId device) {
    return perDay(bytesOfHeavy.getOrDefault(device, 0L));
  }

  /** How many readings a chunk of so many minutes holds on average. */
  double readingsIn(int spanMinutes) {
    return chunkMinutes == 0 ? 0 : (double) readings / chunkMinutes * spanMinutes;
  }

  private double perDay(long amount) {
    return minutes == 0 ? 0 : (double) amount / minutes * Layout.DAY_MINUTES;
  }
}
