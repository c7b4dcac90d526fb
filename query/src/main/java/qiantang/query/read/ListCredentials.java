package qiantang.query.read;

import java.util.List;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/** Which credentials a device has; never a secret. */
public final class ListCredentials {
  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;

  /** Lists the credentials of a registry. */
  public ListCredentials(Registry registry, Devices devices, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
  }

  /** All of them, {@link Credential#OF_DEVICE_MAX} or so; empty where there is no such device. */
  public Optional<List<Credential>> run(Leave leave, DeviceId device) {
    EnterpriseId enterprise = leave.enterprise();
    List<Credential> found = store.await(registry.credentials(enterprise, device));
    boolean isThere = !found.isEmpty() || devices.isKnown(enterprise, device);
    return isThere ? Optional.of(found) : Optional.empty();
  }
}
