package qiantang.query.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/** Which enterprises exist. Blocks: virtual threads only. */
public final class Enterprises {
  // Only that one exists is kept: one that is created must be found at once.
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final int KEPT_MAX = 100_000;

  private final Registry registry;
  private final StoreWait store;
  private final Cache<EnterpriseId, Boolean> kept =
      Caffeine.newBuilder().expireAfterWrite(KEPT).maximumSize(KEPT_MAX).build();

  /** The enterprises of a registry. */
  public Enterprises(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /** Whether the enterprise that a caller has leave for exists. */
  public boolean exists(Leave leave) {
    return exists(leave.enterprise());
  }

  /** Whether an enterprise exists; not to be told to whom has no leave for it. */
  public boolean exists(EnterpriseId id) {
    if (kept.getIfPresent(id) != null) {
      return true;
    }
    boolean exists = store.await(registry.enterprise(id)).isPresent();
    if (exists) {
      kept.put(id, true);
    }
    return exists;
  }
}
