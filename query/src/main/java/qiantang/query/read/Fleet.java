package qiantang.query.read;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.health.ModelBounds;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * All devices of one enterprise: the rows of the registry and the devices of which something
 * arrived, merged by id. Something may arrive before a device has a row, because discovery is
 * asynchronous. Blocks: virtual threads only.
 */
final class Fleet {
  // Some 1.5 MB.
  private static final int VISITED_AT_ONCE = 5000;

  private final Registry registry;
  private final StoreWait store;
  private final EnterpriseId enterprise;
  private final SortedMap<DeviceId, DeviceActivity> seen;
  private final Activity activity;
  private final Set<DeviceId> gateways;
  private final SortedMap<String, ModelBounds> bounds;
  private final long nowMillis;

  /**
   * A fleet.
   *
   * @param bounds what is usual, by model
   */
  Fleet(
      Registry registry,
      StoreWait store,
      EnterpriseId enterprise,
      Activity activity,
      SortedMap<String, ModelBounds> bounds,
      long nowMillis) {
    this.bounds = bounds;
    this.nowMillis = nowMillis;
    this.registry = registry;
    this.store = store;
    this.enterprise = enterprise;
    this.activity = activity;
    seen = activity.devices();
    gateways =
        seen.values().stream()
            .map(DeviceActivity::gateway)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** One device that the registry does not know; null where nobody does. */
  @Nullable FleetDevice discovered(DeviceId id) {
    DeviceActivity found = seen.get(id);
    return found == null ? null : discovered(id, found);
  }

  private FleetDevice discovered(DeviceId id, DeviceActivity found) {
    return FleetDevice.discovered(
        id, found, gateways.contains(id), bounds.get(DeviceEvidence.model(null, found)), nowMillis);
  }

  /**
   * The devices in order of id, from behind one of them or from the first.
   *
   * @param rowsAtOnce rows read from the registry at a time: a large enterprise is never held whole
   */
  Iterator<FleetDevice> after(@Nullable DeviceId after, int rowsAtOnce) {
    return new Walk(after, rowsAtOnce);
  }

  /** Devices of these rows and ids, in their order, as far as there are such. */
  List<FleetDevice> of(List<DeviceId> ids, List<Device> rows) {
    Map<DeviceId, Device> byId = new HashMap<>();
    rows.forEach(row -> byId.put(row.id(), row));
    return ids.stream()
        .map(id -> one(id, byId.get(id)))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  /** A device by its row, where it has one, and by what came of it; null where there is none. */
  private @Nullable FleetDevice one(DeviceId id, @Nullable Device row) {
    DeviceActivity all = activity.of(id);
    if (row != null && row.deleted() == null) {
      return registered(row, all);
    }
    boolean isGone = row != null && DeviceEvidence.isGone(row, all);
    return isGone ? null : discovered(id);
  }

  /** Each device once, in no order, and whether the registry has it: reads each row once. */
  void visit(BiConsumer<FleetDevice, Boolean> visitor) {
    Set<DeviceId> unregistered = new HashSet<>(seen.keySet());
    for (int bucket = 0; bucket < Registry.DEVICE_BUCKETS; bucket++) {
      DeviceId after = null;
      List<Device> page;
      do {
        page = store.await(registry.devicesOf(enterprise, bucket, after, VISITED_AT_ONCE));
        for (Device row : page) {
          FleetDevice device = one(row.id(), row);
          unregistered.remove(row.id());
          if (device != null) {
            visitor.accept(device, row.deleted() == null);
          }
          after = row.id();
        }
      } while (page.size() == VISITED_AT_ONCE);
    }
    for (DeviceId id : unregistered) {
      FleetDevice device = one(id, null);
      if (device != null) {
        visitor.accept(device, false);
      }
    }
  }

  private FleetDevice registered(Device row, @Nullable DeviceActivity all) {
    return FleetDevice.registered(row, all, bounds.get(DeviceEvidence.model(row, all)), nowMillis);
  }

  private final class Walk implements Iterator<FleetDevice> {
    private final Iterator<Map.Entry<DeviceId, DeviceActivity>> journal;
    private final int rowsAtOnce;
    private Iterator<Device> rows = List.<Device>of().iterator();
    private @Nullable DeviceId lastRow;
    private boolean isLastPage;
    private @Nullable Device row;
    private Map.@Nullable Entry<DeviceId, DeviceActivity> entry;
    private @Nullable FleetDevice ahead;

    Walk(@Nullable DeviceId after, int rowsAtOnce) {
      this.rowsAtOnce = rowsAtOnce;
      lastRow = after;
      journal = (after == null ? seen : seen.tailMap(after)).entrySet().iterator();
      row = nextRow();
      entry = nextEntry();
      if (entry != null && entry.getKey().equals(after)) {
        entry = nextEntry(); // tailMap includes it, the page does not
      }
    }

    @Override
    public boolean hasNext() {
      while (ahead == null && (row != null || entry != null)) {
        ahead = step();
      }
      return ahead != null;
    }

    @Override
    public FleetDevice next() {
      FleetDevice now = hasNext() ? ahead : null;
      if (now == null) {
        throw new NoSuchElementException();
      }
      ahead = null;
      return now;
    }

    /** The device of the next id; null where it was deleted. */
    private @Nullable FleetDevice step() {
      Device nowRow = row;
      Map.Entry<DeviceId, DeviceActivity> nowEntry = entry;
      if (nowRow != null && (nowEntry == null || nowRow.id().compareTo(nowEntry.getKey()) <= 0)) {
        boolean isBoth = nowEntry != null && nowRow.id().equals(nowEntry.getKey());
        row = nextRow();
        entry = isBoth ? nextEntry() : nowEntry;
        return one(nowRow.id(), nowRow);
      }
      if (nowEntry == null) {
        throw new AssertionError("BUG: a step behind the end");
      }
      entry = nextEntry();
      DeviceId id = nowEntry.getKey();
      return discovered(id, nowEntry.getValue());
    }

    private Map.@Nullable Entry<DeviceId, DeviceActivity> nextEntry() {
      return journal.hasNext() ? journal.next() : null;
    }

    private @Nullable Device nextRow() {
      if (!rows.hasNext() && !isLastPage) {
        List<Device> page = store.await(registry.devices(enterprise, lastRow, rowsAtOnce));
        isLastPage = page.size() < rowsAtOnce;
        lastRow = page.isEmpty() ? lastRow : page.getLast().id();
        rows = page.iterator();
      }
      return rows.hasNext() ? rows.next() : null;
    }
  }
}
