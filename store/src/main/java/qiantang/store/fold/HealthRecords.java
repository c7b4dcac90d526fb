package qiantang.store.fold;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.health.HealthCells;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.LaneMinute;

/**
 * What devices did by their sessions and refusals, of blocks of records that come in order of
 * arrival. One thread at a time.
 */
public final class HealthRecords {
  private static final byte[] NOTHING = {};

  private final EnterpriseId enterprise;
  private final Map<HealthPartition, Map<DeviceId, HealthCells>> cells = new HashMap<>();

  // Two runs of a sorter may have left two blocks of one lane-minute, with the same records.
  private @Nullable LaneMinute at;
  private final Set<Place> taken = new HashSet<>();

  HealthRecords(EnterpriseId enterprise) {
    this.enterprise = enterprise;
  }

  /** Whose health a record tells of; null for none. */
  public static @Nullable DeviceId deviceOf(Entry entry) {
    return switch (entry) {
      case Entry.Presence presence -> presence.publisher();
      case Entry.Rejection rejection -> Masks.owner(rejection);
      case Entry.Birth _, Entry.Death _, Entry.Readings _ -> null;
    };
  }

  /** What of a refusal is counted: all but the words and the payload, which events have. */
  static Entry.Rejection counted(Entry.Rejection found) {
    return new Entry.Rejection(
        found.publisher(),
        found.device(),
        found.reason(),
        "",
        "",
        found.count(),
        0,
        NOTHING,
        null,
        found.arrivalMicros());
  }

  /**
   * Takes a record.
   *
   * @param masks tell which are an earlier device's of the same id
   */
  void add(Place place, Entry entry, Masks masks) {
    DeviceId device = deviceOf(entry);
    if (!place.frame().partition().equals(at)) {
      at = place.frame().partition();
      taken.clear();
    }
    if (device == null || !taken.add(place) || masks.isEarlier(device, entry)) {
      return;
    }
    cells
        .computeIfAbsent(
            HealthPartition.ofSessions(enterprise, device), partition -> new TreeMap<>())
        .computeIfAbsent(device, id -> new HealthCells())
        .record(entry);
  }

  /** All that was counted. */
  Map<HealthPartition, Map<DeviceId, HealthCells>> cells() {
    return cells;
  }
}
