package qiantang.query.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity;
import qiantang.store.read.Completeness;

/** Which devices an enterprise has. */
public final class ListDevices {
  // Devices looked at for one answer. A rare filter over a million devices gets short pages, even
  // empty ones, with a cursor, instead of one request that runs for minutes.
  private static final int LOOKED_AT_MAX = 10_000;
  private static final int ROWS_AT_ONCE_MAX = 1000;

  private final Devices devices;

  /** Lists these. */
  public ListDevices(Devices devices) {
    this.devices = devices;
  }

  /** A page, and what it is worth. */
  public record Found(Page<FleetDevice> page, Completeness completeness) {}

  /** At most {@code limit} devices in order of id, from behind {@code after}. */
  public Found run(Leave leave, DeviceFilter filter, @Nullable DeviceId after, int limit) {
    Activity activity = devices.activity(leave.enterprise());
    Fleet fleet = devices.fleet(leave.enterprise(), activity);
    List<DeviceId> named = devices.identified(leave.enterprise(), filter.identifier());
    if (named != null) {
      return new Found(page(leave, filter, fleet.of(named), after, limit), known(leave, activity));
    }
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

  /** Of the few that an identifier may be of. */
  private static Page<FleetDevice> page(
      Leave leave,
      DeviceFilter filter,
      List<FleetDevice> named,
      @Nullable DeviceId after,
      int limit) {
    List<FleetDevice> found =
        named.stream()
            .map(device -> device.seenBy(leave.sight()))
            .filter(device -> after == null || device.id().compareTo(after) > 0)
            .filter(device -> filter.accepts(device) && leave.sight().sees(device.place()))
            .limit(limit + 1L)
            .toList();
    return Page.of(found, limit, device -> device.id().text());
  }
}
