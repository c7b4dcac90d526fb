package qiantang.query.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/** Which tokens of people and programs there are; never a secret, never a device's. */
public final class ListTokens {
  private final Registry registry;
  private final StoreWait store;

  /** Lists the tokens of a registry. */
  public ListTokens(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /** At most {@code limit} of an owner's in order of id, from behind {@code after}. */
  public Page<Credential> run(EnterpriseId owner, @Nullable String after, int limit) {
    List<Credential> rows = store.await(registry.tokens(owner, after, limit + 1));
    return Page.of(rows, limit, Credential::id);
  }
}
