package qiantang.query.change;

import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/**
 * Takes a credential away from a device: it opens nothing from now on, and sessions that it opened
 * end within 5 s. The device's other credentials stay valid.
 */
public final class RevokeCredential {
  private final Registry registry;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Revokes in a registry. */
  public RevokeCredential(Registry registry, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.changes = changes;
    this.store = store;
  }

  /** What was revoked; empty where the device has no such credential. */
  public Optional<Credential> run(Leave leave, DeviceId device, String id) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Credential> found =
        store.await(registry.credentials(enterprise, device)).stream()
            .filter(credential -> credential.id().equals(id))
            .findFirst();
    found.ifPresent(
        credential -> store.await(registry.revoke(credential, changes.ofCredential(credential))));
    return found;
  }
}
