package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.ColumnsMerge;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;

/**
 * What of an enterprise's data is hidden. Whatever is decoded goes through this before it is merged
 * with anything: a hidden sample supersedes none. Immutable.
 */
public final class Masks {
  /** Hide nothing. */
  public static final Masks NONE = new Masks(List.of());

  private final List<Mask> all;
  private final List<Mask> ofAll;
  // With those of all devices.
  private final Map<DeviceId, List<Mask>> ofDevice = new HashMap<>();

  private Masks(List<Mask> masks) {
    all = masks;
    ofAll = masks.stream().filter(mask -> mask.device() == null).toList();
    for (Mask mask : masks) {
      if (mask.device() != null) {
        ofDevice.computeIfAbsent(mask.device(), id -> new ArrayList<>(ofAll)).add(mask);
      }
    }
  }

  /** Masks of one enterprise. */
  public static Masks of(List<Mask> masks) {
    return masks.isEmpty() ? NONE : new Masks(masks);
  }

  /** All that hide something of an enterprise at this moment: one partition is read. */
  public static CompletionStage<Masks> of(MaskTables tables, EnterpriseId enterprise) {
    return tables
        .readDeletions(enterprise)
        .thenApply(deletions -> of(deletions.stream().map(Deletion::mask).toList()));
  }

  private List<Mask> of(DeviceId device) {
    return ofDevice.getOrDefault(device, ofAll);
  }

  /**
   * Whether any sample of a device may be hidden whose event time is this or a later one. Masks
   * have no beginning, so where the stretch ends that is asked for changes nothing.
   */
  public boolean touches(DeviceId device, long fromMicros) {
    for (Mask mask : of(device)) {
      if (fromMicros < mask.endMicros()) {
        return true;
      }
    }
    return false;
  }

  /** Devices that have masks of their own. */
  public Set<DeviceId> devices() {
    return ofDevice.keySet();
  }

  /** Whether a mask is of all devices. */
  public boolean areOfAll() {
    return !ofAll.isEmpty();
  }

  /** Whether any sample of some devices may be hidden whose event time is this or a later one. */
  public boolean touch(long fromMicros, Predicate<DeviceId> devices) {
    for (Mask mask : all) {
      if (fromMicros < mask.endMicros() && (mask.device() == null || devices.test(mask.device()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a sample is hidden. */
  public boolean hides(DeviceId device, long eventTimeMicros, long arrivalMillis) {
    return hides(of(device), eventTimeMicros, arrivalMillis);
  }

  private static boolean hides(List<Mask> masks, long eventTimeMicros, long arrivalMillis) {
    for (Mask mask : masks) {
      if (mask.hides(eventTimeMicros, arrivalMillis)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one mask hides all samples of a device that happened and arrived by these times. */
  public boolean hidesAll(DeviceId device, long lastMicros, long newestArrivalMillis) {
    return hides(of(device), lastMicros, newestArrivalMillis);
  }

  /** What of a device's columns is not hidden; without any row where all is. */
  public DeviceColumns visible(DeviceId device, DeviceColumns columns) {
    List<Mask> masks = of(device);
    int end = 0;
    for (Mask mask : masks) {
      end = Math.max(end, columns.rowAtOrAfter(mask.endMicros()));
    }
    List<DeviceColumns> slices = new ArrayList<>();
    int from = 0;
    for (int row = 0; row < end; row++) {
      if (hides(masks, columns.eventTimeMicros(row), columns.arrivalMillis(row))) {
        if (from < row) {
          slices.add(columns.slice(from, row));
        }
        from = row + 1;
      }
    }
    if (from == 0) {
      return columns;
    }
    if (from < columns.rows()) {
      slices.add(columns.slice(from, columns.rows()));
    }
    return slices.isEmpty()
        ? DeviceColumns.EMPTY
        : ColumnsMerge.merge(slices, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /**
   * Whether a rejection is hidden. A deleted device's list has none of those that arrived by then,
   * also where it spoke for others; in other lists those that concern it are hidden.
   *
   * @param list whose list is read; null for the whole enterprise's
   */
  public boolean hides(@Nullable DeviceId list, Entry.Rejection rejection) {
    return (list != null && hides(of(list), rejection))
        || hides(ofOwner(owner(rejection)), rejection);
  }

  /** Whether a birth, presence or death record in a device's list is hidden. */
  public boolean hidesRecord(DeviceId list, long arrivalMicros) {
    return hidesRecord(of(list), arrivalMicros);
  }

  /** Whom a rejection concerns; null for the enterprise alone. */
  static @Nullable DeviceId owner(Entry.Rejection rejection) {
    return rejection.device() != null ? rejection.device() : rejection.publisher();
  }

  private List<Mask> ofOwner(@Nullable DeviceId owner) {
    return owner == null ? ofAll : of(owner);
  }

  private static boolean hides(List<Mask> masks, Entry.Rejection rejection) {
    return hidesRecord(masks, rejection.arrivalMicros());
  }

  private static boolean hidesRecord(List<Mask> masks, long arrivalMicros) {
    for (Mask mask : masks) {
      if (arrivalMicros < mask.recordsEndMicros()) {
        return true;
      }
    }
    return false;
  }
}
