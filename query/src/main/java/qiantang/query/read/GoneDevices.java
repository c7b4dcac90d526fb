package qiantang.query.read;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.AccessWatch;
import qiantang.query.access.Remembered;
import qiantang.query.waiting.StoreWait;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.read.Reader;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Which devices were deleted, and did not come back since: what they sent is history, and not how
 * anything is now. Blocks: virtual threads only.
 */
public final class GoneDevices {
  // That a device was never deleted is remembered too, about 200 B: so newest values, which are
  // asked for all the time, cost no row of the registry. 40 MB.
  private static final int KEPT_MAX = 200_000;

  private final Registry registry;
  private final Reader reader;
  private final StoreWait store;
  private final Remembered<Key, Optional<Device>> deleted;

  private record Key(EnterpriseId enterprise, DeviceId device) {}

  /** Devices of a registry; a watch tells which rows to read again. */
  public GoneDevices(Registry registry, Reader reader, StoreWait store, AccessWatch watch) {
    this.registry = registry;
    this.reader = reader;
    this.store = store;
    deleted = new Remembered<>(watch, KEPT_MAX, row -> 1);
    watch.tell(this::hear);
  }

  /** Whether this one is gone. */
  boolean has(EnterpriseId enterprise, DeviceId id) {
    return !of(enterprise, List.of(id)).isEmpty();
  }

  /** Those of some devices that are gone. */
  Set<DeviceId> of(EnterpriseId enterprise, Collection<DeviceId> ids) {
    return when(enterprise, ids).keySet();
  }

  /** The same, and when each was deleted. */
  public Map<DeviceId, Instant> when(EnterpriseId enterprise, Collection<DeviceId> ids) {
    List<Key> keys = ids.stream().map(id -> new Key(enterprise, id)).toList();
    Map<Key, Optional<Device>> rows = deleted.getAll(keys, this::read);
    List<Device> some = rows.values().stream().flatMap(Optional::stream).toList();
    if (some.isEmpty()) {
      return Map.of();
    }
    Activity since =
        store.await(
            some.size() == 1
                ? reader.activityOf(enterprise, some.getFirst().id())
                : reader.activity(enterprise));
    return some.stream()
        .filter(row -> DeviceEvidence.isGone(row, since.of(row.id())))
        .collect(Collectors.toMap(Device::id, row -> Objects.requireNonNull(row.deleted())));
  }

  /** It was deleted by this node, which need not wait until it hears of it. */
  public void forget(EnterpriseId enterprise, DeviceId id) {
    deleted.forget(new Key(enterprise, id));
  }

  private List<Optional<Device>> read(List<Key> keys) {
    return store.awaitEach(keys, key -> registry.deviceRow(key.enterprise(), key.device())).stream()
        .map(row -> row.filter(one -> one.deleted() != null))
        .toList();
  }

  private void hear(@Nullable AccessChange change) {
    if (change == null) {
      deleted.forgetIf(key -> true);
    } else if (change.device() != null && change.credential() == null) {
      forget(change.enterprise(), change.device());
    }
  }
}
