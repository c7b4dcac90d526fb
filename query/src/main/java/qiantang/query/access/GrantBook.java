package qiantang.query.access;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;

/** What was granted to whom, as this node remembers it. Blocks: virtual threads only. */
public final class GrantBook {
  // Most are of one grant, or none, at 500 B: 25 MB.
  private static final int KEPT_MAX = 50_000;

  private record Key(Party party, EnterpriseId enterprise) {}

  private final GrantTables tables;
  private final StoreWait store;
  private final Remembered<Key, GrantIndex> indexes;

  /** A book over these tables; a watch tells what to read again. */
  public GrantBook(GrantTables tables, StoreWait store, AccessWatch watch) {
    this.tables = tables;
    this.store = store;
    indexes = new Remembered<>(watch, KEPT_MAX);
    watch.tell(this::forget);
  }

  /** What an enterprise granted to a party. */
  public GrantIndex of(Party party, EnterpriseId enterprise) {
    return indexes.get(
        new Key(party, enterprise),
        () -> new GrantIndex(store.await(tables.received(party, enterprise))));
  }

  /** Who ever granted something to a party, in order of id. */
  public List<EnterpriseId> grantors(Party party, @Nullable EnterpriseId after, int limit) {
    return store.await(tables.grantors(party, after, limit));
  }

  private void forget(@Nullable AccessChange change) {
    if (change == null) {
      indexes.forgetIf(key -> true);
    } else if (change.device() == null && change.credential() == null) {
      indexes.forgetIf(key -> key.enterprise().equals(change.enterprise()));
    }
  }
}
