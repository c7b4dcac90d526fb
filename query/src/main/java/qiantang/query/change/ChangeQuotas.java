package qiantang.query.change;

import java.util.Map;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Quotas;
import qiantang.store.registry.Registry;

/** Changes what an enterprise may use of an ingest node; the nodes follow within 5 s. */
public final class ChangeQuotas {
  private final Registry registry;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Changes in a registry. */
  public ChangeQuotas(Registry registry, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.changes = changes;
    this.store = store;
  }

  /**
   * The quotas as they are now.
   *
   * @param wanted of these only; 0 for the usual value
   */
  public Optional<Quotas> run(Leave leave, Map<Quota, Long> wanted) {
    EnterpriseId id = leave.enterpriseToChange();
    store.await(registry.setQuotas(id, wanted, changes.ofEnterprise(id)));
    return store.await(registry.enterprise(id)).map(Enterprise::quotas);
  }
}
