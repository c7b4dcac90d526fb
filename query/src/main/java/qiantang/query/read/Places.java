package qiantang.query.read;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Place;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Where devices stand, for whom a part of an enterprise is granted; and where deleted ones stood,
 * to which their history belongs. Blocks: virtual threads only.
 */
public final class Places {
  private final Registry registry;
  private final StoreWait store;

  /** Places of a registry. */
  public Places(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /** One device's; its factory and line are looked up only where the leave depends on them. */
  public Place of(Leave leave, DeviceId device) {
    return leave.sight().needsPlace() ? read(leave.enterprise(), device) : nowhere(device);
  }

  /** Those of several. */
  public Map<DeviceId, Place> of(Leave leave, List<DeviceId> devices) {
    if (leave.sight().needsPlace()) {
      return whereAre(leave, devices);
    }
    Map<DeviceId, Place> places = new TreeMap<>();
    devices.forEach(device -> places.put(device, nowhere(device)));
    return places;
  }

  /** Those of several, whatever the leave depends on. */
  public Map<DeviceId, Place> whereAre(Leave leave, List<DeviceId> devices) {
    Map<DeviceId, Place> places = new TreeMap<>();
    store
        .awaitEach(devices, device -> registry.deviceRow(leave.enterprise(), device))
        .forEach(row -> row.ifPresent(found -> places.put(found.id(), placeOf(found))));
    devices.forEach(device -> places.putIfAbsent(device, nowhere(device)));
    return places;
  }

  private Place read(EnterpriseId enterprise, DeviceId device) {
    return store
        .await(registry.deviceRow(enterprise, device))
        .map(Places::placeOf)
        .orElseGet(() -> nowhere(device));
  }

  private static Place placeOf(Device row) {
    return new Place(row.factory(), row.line(), row.id());
  }

  /** Nobody said: only what names the device, or all, covers it. */
  private static Place nowhere(DeviceId device) {
    return new Place("", "", device);
  }
}
