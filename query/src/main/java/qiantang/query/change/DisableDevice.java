package qiantang.query.change;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.read.Devices;
import qiantang.query.read.FleetDevice;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Disables a device or enables it again. Of a disabled one sessions end within 5 s, credentials
 * open nothing, and what gateways say of it is refused; what it sent before stays.
 */
public final class DisableDevice {
  private final Registry registry;
  private final Devices devices;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Disables in a registry. */
  public DisableDevice(Registry registry, Devices devices, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.changes = changes;
    this.store = store;
  }

  /** The device as it is now; empty where nobody knows it. */
  public Optional<FleetDevice> run(Leave leave, DeviceId id, boolean isDisabled) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Device> row = store.await(registry.device(enterprise, id));
    if (row.isEmpty()) {
      row = devices.find(enterprise, id).map(seen -> enter(enterprise, seen));
    }
    if (row.isEmpty()) {
      return Optional.empty();
    }
    // Written also where it is so already: who was not answered may repeat.
    store.await(registry.setDisabled(row.get(), isDisabled, changes.ofDevice(enterprise, id)));
    return devices.find(enterprise, id);
  }

  /** A device that only its records tell of, for the seconds that discovery takes. */
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
