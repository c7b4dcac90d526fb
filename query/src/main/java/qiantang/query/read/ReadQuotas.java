package qiantang.query.read;

import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Quotas;
import qiantang.store.registry.Registry;

/** Reads what an enterprise may use of an ingest node. */
public final class ReadQuotas {
  private final Registry registry;
  private final StoreWait store;

  /** Reads from a registry. */
  public ReadQuotas(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /** The quotas that hold. */
  public Optional<Quotas> run(Leave leave) {
    return store.await(registry.enterprise(leave.enterprise())).map(Enterprise::quotas);
  }
}
