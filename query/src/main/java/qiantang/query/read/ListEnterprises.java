package qiantang.query.read;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** Which enterprises a caller may see. */
public final class ListEnterprises {
  private final Registry registry;
  private final StoreWait store;

  /** Lists the enterprises of a registry. */
  public ListEnterprises(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /** At most {@code limit} of them in order of id, from behind {@code after}. */
  public Page<Enterprise> run(Caller caller, @Nullable EnterpriseId after, int limit) {
    EnterpriseId own = caller.enterprise();
    if (own != null) {
      boolean isBehind = after == null || own.compareTo(after) > 0;
      return new Page<>(
          isBehind ? store.await(registry.enterprise(own)).stream().toList() : List.of(), null);
    }
    List<Enterprise> rows = store.await(registry.enterprises(after, limit + 1));
    return Page.of(rows, limit, row -> row.id().text());
  }
}
