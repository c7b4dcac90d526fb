package qiantang.query.read;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Subtree;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.health.HealthCounts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.registry.Device;

/**
 * What of a part of an enterprise there never was: a name that is mistyped, or of a thing to come.
 * A deleted device counts as known, and where it stood: its history is there. Blocks: virtual
 * threads only.
 */
public final class UnknownParts {
  private static final int ROWS_AT_ONCE = 1000;

  private final Devices devices;
  private final KeptCounts kept;

  /**
   * What is not there.
   *
   * @param line whether the factory is there and has no such line
   */
  public record Unknown(Set<DeviceId> devices, boolean factory, boolean line) {
    /** Whether anything is. */
    public boolean isAny() {
      return !devices.isEmpty() || factory || line;
    }
  }

  /** Of devices, and of what was counted of them. */
  public UnknownParts(Devices devices, KeptCounts kept) {
    this.devices = devices;
    this.kept = kept;
  }

  /** What of it nobody knows. */
  public Unknown of(EnterpriseId enterprise, Subtree subtree) {
    Set<DeviceId> unknown = unknown(enterprise, subtree.devices());
    String factory = subtree.factory();
    if (factory == null) {
      return new Unknown(unknown, false, false);
    }
    String line = subtree.line();
    boolean isFactory = isThere(enterprise, factory, null);
    boolean isLine = line == null || !isFactory || isThere(enterprise, factory, line);
    return new Unknown(unknown, !isFactory, !isLine);
  }

  private Set<DeviceId> unknown(EnterpriseId enterprise, Set<DeviceId> named) {
    Set<DeviceId> unknown = new TreeSet<>(named);
    devices.rowsOf(enterprise, List.copyOf(named)).forEach(row -> unknown.remove(row.id()));
    if (!unknown.isEmpty()) {
      Activity seen = devices.activityOf(enterprise, Set.copyOf(unknown));
      unknown.removeIf(id -> seen.of(id) != null);
    }
    return unknown;
  }

  /** Counts are asked first: with them a name that there is costs no walk. */
  private boolean isThere(EnterpriseId enterprise, String factory, @Nullable String line) {
    SortedMap<String, HealthCounts> counted =
        kept.of(enterprise)
            .map(found -> found.count().by())
            .orElse(Map.of())
            .getOrDefault(line == null ? Level.FACTORY : Level.LINE, new TreeMap<>());
    if (counted.containsKey(line == null ? factory : EnterpriseCount.key(factory, line))) {
      return true;
    }
    DeviceId after = null;
    List<Device> page;
    do {
      page = devices.rows(enterprise, after, ROWS_AT_ONCE);
      for (Device row : page) {
        after = row.id();
        if (row.factory().equals(factory) && (line == null || row.line().equals(line))) {
          return true;
        }
      }
    } while (page.size() == ROWS_AT_ONCE);
    return false;
  }
}
