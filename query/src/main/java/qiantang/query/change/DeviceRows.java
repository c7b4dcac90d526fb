package qiantang.query.change;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import qiantang.query.read.Devices;
import qiantang.query.read.FleetDevice;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** The rows of devices that are to be changed. Blocks: virtual threads only. */
public final class DeviceRows {
  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;

  /** Rows of a registry. */
  public DeviceRows(Registry registry, Devices devices, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
  }

  /** A device's row, written now where only its records tell of it; empty where nobody does. */
  Optional<Device> of(EnterpriseId enterprise, DeviceId id) {
    Optional<Device> row = store.await(registry.device(enterprise, id));
    return row.isPresent()
        ? row
        : devices.find(enterprise, id).map(seen -> enter(enterprise, seen));
  }

  /** The device as it is now. */
  Optional<FleetDevice> now(EnterpriseId enterprise, DeviceId id) {
    return devices.find(enterprise, id);
  }

  /** For the seconds that discovery takes. */
  private Device enter(EnterpriseId enterprise, FleetDevice seen) {
    Device row =
        new Device(
            enterprise,
            seen.id(),
            seen.name(),
            seen.kind(),
            seen.gateway(),
            seen.model(),
            seen.factory(),
            seen.line(),
            false,
            Instant.EPOCH.plus(seen.createdMicros(), ChronoUnit.MICROS));
    var _ = store.await(registry.createDevice(row)); // or discovery has, meanwhile
    return row;
  }
}
