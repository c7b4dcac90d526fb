package qiantang.query.live;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Place;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Followed;

/**
 * What a client wants to be told.
 *
 * @param devices null for all
 * @param factory only devices of it; null for all
 * @param line only devices of it; null for all
 * @param metrics none for all
 * @param leastInterval between two values of one metric of a device; zero for all values
 * @param after up to where it was told before; null for a new stream
 */
public record Wanted(
    @Nullable Set<DeviceId> devices,
    @Nullable String factory,
    @Nullable String line,
    List<String> metrics,
    boolean readings,
    boolean states,
    boolean rejections,
    Duration leastInterval,
    @Nullable Followed after) {
  /** Whether one must know where a device stands. */
  boolean needsPlace() {
    return factory != null || line != null;
  }

  boolean hasDevice(DeviceId device) {
    return devices == null || devices.contains(device);
  }

  boolean isAt(@Nullable Place place) {
    return !needsPlace()
        || (place != null
            && (factory == null || factory.equals(place.factory()))
            && (line == null || line.equals(place.line())));
  }
}
