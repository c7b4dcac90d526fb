package qiantang.query.change;

import java.util.Optional;
import qiantang.query.auth.Leave;
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
  private final DeviceRows rows;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Disables in a registry. */
  public DisableDevice(Registry registry, DeviceRows rows, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.rows = rows;
    this.changes = changes;
    this.store = store;
  }

  /** The device as it is now; empty where nobody knows it. */
  public Optional<FleetDevice> run(Leave leave, DeviceId id, boolean isDisabled) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Device> row = rows.of(enterprise, id);
    if (row.isEmpty()) {
      return Optional.empty();
    }
    // Written also where it is so already: who was not answered may repeat.
    store.await(registry.setDisabled(row.get(), isDisabled, changes.ofDevice(enterprise, id)));
    return rows.now(enterprise, id);
  }
}
