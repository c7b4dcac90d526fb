package qiantang.query.change;

import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.SubDevices;

/** Changes an enterprise's settings; ingest nodes follow within 5 s. */
public final class ChangeEnterprise {
  private final Registry registry;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Changes in a registry. */
  public ChangeEnterprise(Registry registry, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.changes = changes;
    this.store = store;
  }

  /** The enterprise as it is before. */
  public Optional<Enterprise> now(Leave leave) {
    return store.await(registry.enterprise(leave.enterpriseToChange()));
  }

  /** The enterprise as it is now. */
  public Optional<Enterprise> run(Leave leave, SubDevices setting) {
    EnterpriseId id = leave.enterpriseToChange();
    store.await(registry.setSubDevices(id, setting, changes.ofEnterprise(id)));
    return store.await(registry.enterprise(id));
  }
}
