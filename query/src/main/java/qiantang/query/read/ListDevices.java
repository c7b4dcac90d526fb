package qiantang.query.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Sight;
import qiantang.query.auth.Leave;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity;
import qiantang.store.read.Completeness;
import qiantang.store.registry.Device;

/** Which devices an enterprise has. */
public final class ListDevices {
  // Devices looked at for one answer. A rare filter over a million devices gets short pages, even
  // empty ones, with a cursor, instead of one request that runs for minutes.
  private static final int LOOKED_AT_MAX = 10_000;
  private static final int ROWS_AT_ONCE_MAX = 1000;

  // Of what an index proposes so many are looked at again for one answer: where all has changed
  // since, pages get short.
  private static final int LOOKS_MAX = 10;
  private static final int PROPOSED_MIN = 50;
  private static final int ROWS_LOOKED_AT = 500;

  private final Devices devices;
  private final DeviceIndexes indexes;

  /** Lists these, those of large enterprises by their indexes. */
  public ListDevices(Devices devices, DeviceIndexes indexes) {
    this.devices = devices;
    this.indexes = indexes;
  }

  /** A page, and what it is worth. */
  public record Found(Page<FleetDevice> page, Completeness completeness) {}

  /** At most {@code limit} devices in order of id, from behind {@code after}. */
  public Found run(Leave leave, DeviceFilter filter, @Nullable DeviceId after, int limit) {
    List<DeviceId> named = devices.identified(leave.enterprise(), filter.identifier());
    if (named != null) {
      return ofNamed(leave, filter, named, after, limit);
    }
    return switch (indexes.of(leave.enterprise())) {
      case DeviceIndexes.Found.Few() -> byWalk(leave, filter, after, limit);
      case DeviceIndexes.Found.None() -> proposed(leave, filter, null, after, limit);
      case DeviceIndexes.Found.Made(DeviceIndex made) ->
          proposed(leave, filter, made, after, limit);
    };
  }

  /** Of the few that an identifier may be of. */
  private Found ofNamed(
      Leave leave, DeviceFilter filter, List<DeviceId> named, @Nullable DeviceId after, int limit) {
    Activity activity = devices.activityOf(leave.enterprise(), Set.copyOf(named));
    List<Device> rows = devices.rowsOf(leave.enterprise(), named);
    List<FleetDevice> found =
        devices.fleet(leave.enterprise(), activity).of(named, rows).stream()
            .map(device -> device.seenBy(leave.sight()))
            .filter(device -> after == null || device.id().compareTo(after) > 0)
            .filter(device -> filter.accepts(device) && leave.sight().sees(device.place()))
            .limit(limit + 1L)
            .toList();
    return new Found(Page.of(found, limit, device -> device.id().text()), known(leave, activity));
  }

  private Found byWalk(Leave leave, DeviceFilter filter, @Nullable DeviceId after, int limit) {
    Activity activity = devices.activity(leave.enterprise());
    Fleet fleet = devices.fleet(leave.enterprise(), activity);
    int rowsAtOnce =
        filter.isOpen() && leave.sight().isWhole()
            ? Math.min(limit + 1, ROWS_AT_ONCE_MAX)
            : ROWS_AT_ONCE_MAX;
    Iterator<FleetDevice> walk = fleet.after(after, rowsAtOnce);
    List<FleetDevice> found = new ArrayList<>();
    DeviceId last = after;
    for (int i = 0; walk.hasNext() && found.size() < limit && i < LOOKED_AT_MAX; i++) {
      FleetDevice device = walk.next().seenBy(leave.sight());
      last = device.id();
      if (filter.accepts(device) && leave.sight().sees(device.place())) {
        found.add(device);
      }
    }
    String next = walk.hasNext() && last != null ? last.text() : null;
    // When others sent something concerns nobody who sees a part.
    Completeness known = known(leave, activity);
    return new Found(new Page<>(found, next), next == null ? known : known.cut());
  }

  private static Completeness known(Leave leave, Activity activity) {
    return leave.sight().isWhole() ? activity.completeness() : activity.completeness().fresh(0);
  }

  /**
   * What is looked at.
   *
   * @param ids in order
   * @param rows those of the registry
   * @param isMore whether there are more behind
   */
  private record Proposed(List<DeviceId> ids, List<Device> rows, boolean isMore) {}

  /**
   * As they are at this moment, those that the index proposes; while there is none, those of the
   * registry, page by page.
   */
  private Found proposed(
      Leave leave,
      DeviceFilter filter,
      @Nullable DeviceIndex index,
      @Nullable DeviceId after,
      int limit) {
    boolean isOpen = filter.isOpen() && leave.sight().isWhole();
    List<FleetDevice> found = new ArrayList<>();
    Completeness known = index == null ? Completeness.NOTHING : index.completeness();
    DeviceId last = after;
    boolean isMore = true;
    for (int look = 0; isMore && found.size() < limit && look < LOOKS_MAX; look++) {
      int max = Math.max(isOpen || index != null ? PROPOSED_MIN : ROWS_LOOKED_AT, limit);
      Proposed proposed =
          index == null || isOpen
              ? all(leave, index, last, max)
              : some(leave, filter, index, last, max);
      Activity activity = devices.activityOf(leave.enterprise(), Set.copyOf(proposed.ids));
      // What an index proposed is as old as that.
      known = known.plus(index == null ? known(leave, activity) : activity.completeness().fresh(0));
      List<FleetDevice> accepted =
          devices.fleet(leave.enterprise(), activity).of(proposed.ids, proposed.rows).stream()
              .map(device -> device.seenBy(leave.sight()))
              .filter(device -> filter.accepts(device) && leave.sight().sees(device.place()))
              .toList();
      int room = limit - found.size();
      found.addAll(accepted.subList(0, Math.min(room, accepted.size())));
      boolean isCut = accepted.size() > room;
      isMore = isCut || proposed.isMore;
      last = isCut || proposed.ids.isEmpty() ? lastOf(found, last) : proposed.ids.getLast();
    }
    String next = isMore && last != null ? last.text() : null;
    return new Found(new Page<>(found, next), next == null ? known : known.cut());
  }

  private static @Nullable DeviceId lastOf(List<FleetDevice> found, @Nullable DeviceId before) {
    return found.isEmpty() ? before : found.getLast().id();
  }

  /** The registry has the newest ones too; what it has not the index knows. */
  private Proposed all(
      Leave leave, @Nullable DeviceIndex index, @Nullable DeviceId after, int max) {
    List<Device> rows = devices.rows(leave.enterprise(), after, max);
    boolean isMore = rows.size() == max;
    SortedSet<DeviceId> ids = new TreeSet<>();
    rows.forEach(row -> ids.add(row.id()));
    List<DeviceId> others = index == null ? List.of() : index.unregistered();
    for (DeviceId id : others) {
      boolean isBehind = after == null || id.compareTo(after) > 0;
      if (isBehind && (!isMore || id.compareTo(rows.getLast().id()) < 0)) {
        ids.add(id);
      }
    }
    return new Proposed(List.copyOf(ids), rows, isMore);
  }

  private Proposed some(
      Leave leave, DeviceFilter filter, DeviceIndex index, @Nullable DeviceId after, int max) {
    Sight sight = leave.sight();
    List<DeviceId> ids = index.propose(after, filter, sight.isWhole() ? null : sight::sees, max);
    return new Proposed(ids, devices.rowsOf(leave.enterprise(), ids), ids.size() == max);
  }
}
