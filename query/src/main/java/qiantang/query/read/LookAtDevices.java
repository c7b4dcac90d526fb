package qiantang.query.read;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.store.model.DeviceId;

/** How devices are at this moment, for whoever follows them. Blocks: virtual threads only. */
public final class LookAtDevices {
  /** So many are looked up one by one; of more, all of the enterprise are gone through. */
  static final int ONE_BY_ONE_MAX = 32;

  /** Of a larger enterprise the first so many, in order of id: a second's work. */
  static final int LOOKED_AT_MAX = 20_000;

  private static final int ROWS_AT_ONCE = 1000;

  private final Devices devices;

  /** Looks at these. */
  public LookAtDevices(Devices devices) {
    this.devices = devices;
  }

  /** These, or all (null); those that nobody knows are left out. */
  public Map<DeviceId, FleetDevice> run(Leave leave, @Nullable Set<DeviceId> wanted) {
    Map<DeviceId, FleetDevice> found = new TreeMap<>();
    if (wanted != null && wanted.size() <= ONE_BY_ONE_MAX) {
      for (DeviceId id : wanted) {
        devices.find(leave.enterprise(), id).ifPresent(device -> found.put(id, device));
      }
      return found;
    }
    Iterator<FleetDevice> walk =
        devices
            .fleet(leave.enterprise(), devices.activity(leave.enterprise()))
            .after(null, ROWS_AT_ONCE);
    for (int i = 0; walk.hasNext() && (wanted != null || i < LOOKED_AT_MAX); i++) {
      FleetDevice device = walk.next();
      if (wanted == null || wanted.contains(device.id())) {
        found.put(device.id(), device);
      }
    }
    return found;
  }
}
