package qiantang.query.read;

import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.store.read.Activity;
import qiantang.store.read.Completeness;

/**
 * Devices of an enterprise in another order than that of their ids. Each page looks at all of them,
 * so a device that changed between two pages may move, and no other one does. Blocks: virtual
 * threads only.
 */
public final class SortDevices {
  /** Devices of an enterprise that are sorted when it is asked for: half a second's work. */
  static final int SORTED_MAX = 20_000;

  private static final int ROWS_AT_ONCE = 1000;

  private final Devices devices;

  /** What became of a request. */
  public sealed interface Result {
    /** A page; its next is the text of a place. */
    record Sorted(ListDevices.Found found) implements Result {}

    /** The enterprise has more devices than are sorted. */
    record TooMany(int max) implements Result {}
  }

  /** Sorts these. */
  public SortDevices(Devices devices) {
    this.devices = devices;
  }

  /**
   * A page of them.
   *
   * @param after from behind this place of the same order; null for the first page
   */
  public Result run(
      Leave leave,
      DeviceFilter filter,
      DeviceOrder order,
      @Nullable OrderedPlace after,
      int limit) {
    if (devices.counted(leave.enterprise()) > SORTED_MAX) {
      return new Result.TooMany(SORTED_MAX); // before all of them are read
    }
    Activity activity = devices.activity(leave.enterprise());
    Fleet fleet = devices.fleet(leave.enterprise(), activity);
    Iterator<FleetDevice> walk = fleet.after(null, ROWS_AT_ONCE);
    // One more than the page, whatever the enterprise has.
    TreeMap<OrderedPlace, FleetDevice> first = new TreeMap<>();
    for (int looked = 0; walk.hasNext(); looked++) {
      if (looked == SORTED_MAX) {
        return new Result.TooMany(SORTED_MAX);
      }
      FleetDevice device = walk.next().seenBy(leave.sight());
      OrderedPlace place = order.of(device);
      boolean isBehind = after == null || place.compareTo(after) > 0;
      if (isBehind && filter.accepts(device) && leave.sight().sees(device.place())) {
        first.put(place, device);
        if (first.size() > limit + 1) {
          first.pollLastEntry();
        }
      }
    }
    Page<FleetDevice> page =
        Page.of(List.copyOf(first.values()), limit, device -> order.of(device).text());
    Completeness known =
        leave.sight().isWhole() ? activity.completeness() : activity.completeness().fresh(0);
    return new Result.Sorted(
        new ListDevices.Found(page, page.next() == null ? known : known.cut()));
  }
}
