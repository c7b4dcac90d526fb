package qiantang.query.change;

import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Credential;

/**
 * Makes the words that tell ingest nodes of changed access. Their time is the database's: a node
 * whose clock is wrong must not write where nobody looks. Blocks: virtual threads only.
 */
public final class AccessChanges {
  private final Supplier<CompletionStage<Instant>> databaseTime;
  private final StoreWait store;
  private final LongSupplier random;

  /**
   * Makes them by this clock.
   *
   * @param random makes ids that no other has
   */
  public AccessChanges(
      Supplier<CompletionStage<Instant>> databaseTime, StoreWait store, LongSupplier random) {
    this.databaseTime = databaseTime;
    this.store = store;
    this.random = random;
  }

  /** Of its settings or grants. */
  AccessChange ofEnterprise(EnterpriseId enterprise) {
    return AccessChange.ofEnterprise(now(), random.getAsLong(), enterprise);
  }

  AccessChange ofDevice(EnterpriseId enterprise, DeviceId device) {
    return AccessChange.ofDevice(now(), random.getAsLong(), enterprise, device);
  }

  AccessChange ofCredential(Credential credential) {
    return AccessChange.ofCredential(now(), random.getAsLong(), credential);
  }

  private Instant now() {
    return store.await(databaseTime.get());
  }
}
