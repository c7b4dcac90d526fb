package qiantang.query.access;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Grant;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Registry;

/** What was granted to whom, as this node remembers it. Blocks: virtual threads only. */
public final class GrantBook {
  // Names of devices and metrics, at 100 B each in an index; a grant that names none, or that
  // nothing was granted, counts for ten. 50 MB.
  private static final long NAMES_KEPT_MAX = 500_000;
  private static final int NAMES_OF_NONE = 10;

  private record Key(Party party, EnterpriseId enterprise) {}

  private final Registry registry;
  private final GrantTables tables;
  private final StoreWait store;
  private final InstantSource clock;
  private final Remembered<Key, GrantIndex> indexes;

  /** A book over a registry's tables; a watch tells what to read again. */
  public GrantBook(Registry registry, StoreWait store, AccessWatch watch, InstantSource clock) {
    this.registry = registry;
    tables = registry.grants();
    this.store = store;
    this.clock = clock;
    indexes = new Remembered<>(watch, NAMES_KEPT_MAX, index -> NAMES_OF_NONE + index.names());
    watch.tell(this::forget);
  }

  /** What an enterprise granted to a party. */
  public GrantIndex of(Party party, EnterpriseId enterprise) {
    return indexes.get(new Key(party, enterprise), () -> read(party, enterprise));
  }

  private GrantIndex read(Party party, EnterpriseId enterprise) {
    List<Grant> holding = holding(store.await(tables.received(party, enterprise)));
    Set<DeviceId> named = new HashSet<>();
    holding.forEach(grant -> named.addAll(grant.subtree().devices()));
    Map<DeviceId, Instant> begun = new HashMap<>();
    if (!named.isEmpty()) {
      begun.putAll(store.await(registry.beginnings(enterprise)));
      begun.keySet().retainAll(named);
    }
    return new GrantIndex(holding, begun);
  }

  /** What is over, or was taken back, is not kept: it lets nothing, whatever the time. */
  private List<Grant> holding(List<Grant> grants) {
    Instant now = clock.instant();
    return grants.stream().filter(grant -> grant.isToCome(now)).toList();
  }

  /** Who ever granted something to a party, in order of id. */
  public List<EnterpriseId> grantors(Party party, @Nullable EnterpriseId after, int limit) {
    return store.await(tables.grantors(party, after, limit));
  }

  private void forget(@Nullable AccessChange change) {
    if (change == null) {
      indexes.forgetIf(key -> true);
    } else if (change.credential() == null) { // of a device: it may have begun anew
      indexes.forgetIf(key -> key.enterprise().equals(change.enterprise()));
    }
  }
}
