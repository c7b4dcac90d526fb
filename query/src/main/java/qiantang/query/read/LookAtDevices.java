package qiantang.query.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;

/** How devices are at this moment, for whoever follows them. Blocks: virtual threads only. */
public final class LookAtDevices {
  /** So many are looked up one by one; of more, all of a small enterprise are gone through. */
  static final int ONE_BY_ONE_MAX = 32;

  /** Of a larger one those wanted, or the first so many, in order of id: a second's work. */
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
    if (devices.counted(leave.enterprise()) > LOOKED_AT_MAX) {
      return ofLarge(leave.enterprise(), wanted);
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

  /** Those alone are read that are looked at. */
  private Map<DeviceId, FleetDevice> ofLarge(
      EnterpriseId enterprise, @Nullable Set<DeviceId> wanted) {
    List<Device> rows =
        wanted == null
            ? firstRows(enterprise)
            : devices.rowsOf(enterprise, wanted.stream().sorted().toList());
    List<DeviceId> ids =
        wanted == null ? rows.stream().map(Device::id).toList() : wanted.stream().sorted().toList();
    Map<DeviceId, FleetDevice> found = new TreeMap<>();
    devices
        .fleet(enterprise, devices.activityOf(enterprise, Set.copyOf(ids)))
        .of(ids, rows)
        .forEach(device -> found.put(device.id(), device));
    return found;
  }

  private List<Device> firstRows(EnterpriseId enterprise) {
    List<Device> rows = new ArrayList<>();
    List<Device> page;
    do {
      DeviceId after = rows.isEmpty() ? null : rows.getLast().id();
      page = devices.rows(enterprise, after, ROWS_AT_ONCE);
      rows.addAll(page);
    } while (page.size() == ROWS_AT_ONCE && rows.size() < LOOKED_AT_MAX);
    return rows;
  }
}
