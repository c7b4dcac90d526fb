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
import qiantang.store.model.SessionEnd;
import qiantang.store.registry.Device;

/**
 * What of an enterprise's data is hidden. Whatever is decoded goes through this before it is merged
 * with anything: a hidden sample supersedes none. Immutable.
 */
public final class Masks {
  /** Hide nothing. */
  public static final Masks NONE = new Masks(List.of());

  private static final long MINUTE_MICROS = 60_000_000;
  private static final long NEVER = Long.MIN_VALUE;
  private static final long LAST_WORDS_MICROS = Device.LAST_WORDS.toNanos() / 1000;

  private final List<Mask> all;
  private final List<Mask> ofAll;
  // With those of all devices.
  private final Map<DeviceId, List<Mask>> ofDevice;
  private final Map<DeviceId, Mask> earlier; // what a deleted device left to one of the same id

  private Masks(Masks deletions, Map<DeviceId, Mask> earlier) {
    all = deletions.all;
    ofAll = deletions.ofAll;
    ofDevice = deletions.ofDevice;
    this.earlier = earlier;
  }

  private Masks(List<Mask> masks) {
    earlier = Map.of();
    ofDevice = new HashMap<>();
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

  /**
   * The same, and of devices that began anew what came before: they hide it as masks do.
   *
   * @param earlier by {@link Beginnings}
   */
  Masks with(Map<DeviceId, Mask> earlier) {
    return earlier.isEmpty() ? this : new Masks(this, earlier);
  }

  /**
   * What was deleted on request alone: for what counts devices together, to which what a deleted
   * one sent still belongs.
   */
  public Masks ofDeletions() {
    return earlier.isEmpty() ? this : new Masks(this, Map.of());
  }

  private List<Mask> of(DeviceId device) {
    List<Mask> masks = ofDevice.getOrDefault(device, ofAll);
    Mask before = earlier.get(device);
    if (before == null) {
      return masks;
    }
    List<Mask> both = new ArrayList<>(masks);
    both.add(before);
    return both;
  }

  /**
   * When a device began anew: what arrived earlier is none of its. Microseconds; the smallest
   * number for most, which never did.
   */
  public long begunMicros(DeviceId device) {
    Mask before = earlier.get(device);
    return before == null ? NEVER : before.recordsEndMicros();
  }

  /**
   * Whether a record is an earlier device's of the same id: it came before this one began, or is
   * the end of a session that the deletion ended.
   */
  public boolean isEarlier(DeviceId device, Entry record) {
    long begun = begunMicros(device);
    return begun != NEVER
        && (record.arrivalMicros() < begun
            || (record instanceof Entry.Presence presence
                && !presence.connected()
                && presence.reason().equals(SessionEnd.CREDENTIAL_REVOKED.word())
                && record.arrivalMicros() < begun + LAST_WORDS_MICROS));
  }

  /**
   * Whether what was counted of a device up to a minute is an earlier one's of the same id. Of a
   * later minute nothing is: who counted that knew when the device began.
   */
  public boolean isEarlierRow(DeviceId device, long minute) {
    long begun = begunMicros(device);
    return begun != NEVER && minute <= Math.floorDiv(begun, MINUTE_MICROS);
  }

  /** What of a device's columns is its own, hidden or not. */
  public DeviceColumns own(DeviceId device, DeviceColumns columns) {
    Mask before = earlier.get(device);
    return before == null ? columns : visible(List.of(before), columns);
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
    return visible(of(device), columns);
  }

  private static DeviceColumns visible(List<Mask> masks, DeviceColumns columns) {
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
   * also where it spoke for others; in other lists those that concern it are hidden. What came
   * before a device began anew is in its own list hidden alone.
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
    return owner == null ? ofAll : ofDevice.getOrDefault(owner, ofAll);
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
