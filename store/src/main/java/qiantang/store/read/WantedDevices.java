package qiantang.store.read;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Layout;
import qiantang.store.model.DeviceId;

/**
 * Which devices of an enterprise are asked for.
 *
 * @param devices null for all
 */
record WantedDevices(@Nullable Set<DeviceId> devices) {
  static final WantedDevices ALL = new WantedDevices(null);

  static WantedDevices of(DeviceId device) {
    return new WantedDevices(Set.of(device));
  }

  boolean contains(DeviceId device) {
    return devices == null || devices.contains(device);
  }

  /** The device, where it is one alone: then others need not even be decoded. */
  @Nullable DeviceId single() {
    return devices != null && devices.size() == 1 ? devices.iterator().next() : null;
  }

  /** The groups in which they lie. */
  SortedSet<Integer> groups(Layout layout) {
    return devices == null
        ? IntStream.range(0, layout.groupCount())
            .boxed()
            .collect(Collectors.toCollection(TreeSet::new))
        : devices.stream().map(layout::groupOf).collect(Collectors.toCollection(TreeSet::new));
  }
}
