package qiantang.query.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Place;
import qiantang.store.health.Axis;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Completeness;
import qiantang.store.registry.Device;

/**
 * What a large enterprise's devices were at a moment, as far as lists are filtered by it, in order
 * of id. It proposes devices; whoever shows them looks at them again, so it may propose too many.
 * Immutable.
 *
 * @param rows of all devices, in order of id
 * @param unregistered devices without a row in the registry, in order of id
 * @param madeMillis when it was begun, since 1970: what changed later may not be in it
 * @param tookMillis how long it took to make
 */
record DeviceIndex(List<Row> rows, List<DeviceId> unregistered, long madeMillis, long tookMillis) {

  /** A row with its id, measured with a million of them; traits and standings are shared. */
  static final int ROW_BYTES = 200;

  /**
   * A device.
   *
   * @param text where a text is looked for: id, name and identifiers in lower case
   */
  record Row(DeviceId id, Traits traits, Standing standing, String text) {}

  /** What somebody said of a device. */
  record Traits(
      Device.Kind kind, @Nullable DeviceId gateway, String model, String factory, String line) {}

  /** How a device is. */
  record Standing(
      DeviceFilter.Connected connected, List<Axis.State> states, List<String> reasons) {}

  /** The first of the devices behind one, or of all, that are accepted. */
  List<DeviceId> propose(@Nullable DeviceId after, Predicate<Row> accepted, int max) {
    List<DeviceId> found = new ArrayList<>();
    for (int i = behind(after); i < rows.size() && found.size() < max; i++) {
      Row row = rows.get(i);
      if (accepted.test(row)) {
        found.add(row.id);
      }
    }
    return found;
  }

  /** What an answer by it is worth at the most. */
  Completeness completeness() {
    return Completeness.ofIndex(madeMillis);
  }

  private int behind(@Nullable DeviceId after) {
    int from = 0;
    int to = rows.size();
    while (after != null && from < to) {
      int middle = (from + to) >>> 1;
      if (rows.get(middle).id.compareTo(after) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** Where a device of this row stands, as grants name it. */
  static Place place(Row row) {
    return new Place(row.traits.factory, row.traits.line, row.id);
  }

  /** Gathers devices in any order. One thread. */
  static final class Builder {
    // Behind an id, a name or an identifier: none of them has it.
    private static final char END = '\0';

    private final List<Row> rows = new ArrayList<>();
    private final List<DeviceId> unregistered = new ArrayList<>();
    private final Map<Object, Object> shared = new HashMap<>();

    /** Takes a device. */
    void add(FleetDevice device, boolean isRegistered) {
      Traits traits =
          new Traits(
              device.kind(), device.gateway(), device.model(), device.factory(), device.line());
      List<Axis.State> states = new ArrayList<>();
      List<String> reasons = new ArrayList<>();
      for (Axis axis : Axis.values()) {
        states.add(device.health().on(axis).state());
        reasons.add(device.health().on(axis).reason());
      }
      Standing standing =
          new Standing(
              DeviceFilter.Connected.of(device), List.copyOf(states), List.copyOf(reasons));
      rows.add(new Row(device.id(), shared(traits), shared(standing), text(device)));
      if (!isRegistered) {
        unregistered.add(device.id());
      }
    }

    @SuppressWarnings("unchecked") // what is found equals what was asked for
    private <T> T shared(T value) {
      return (T) shared.computeIfAbsent(value, same -> same);
    }

    private static String text(FleetDevice device) {
      String id = device.id().text();
      StringBuilder text = new StringBuilder(id);
      if (!device.name().equals(id)) {
        text.append(END).append(device.name());
      }
      for (Identifier identifier : device.identifiers()) {
        text.append(END).append(identifier.text());
      }
      String lower = text.toString().toLowerCase(Locale.ROOT);
      return lower.equals(id) ? id : lower;
    }

    /** The index of all that were added. */
    DeviceIndex build(long madeMillis, long tookMillis) {
      Row[] sorted = rows.toArray(Row[]::new);
      Arrays.sort(sorted, Comparator.comparing(Row::id));
      return new DeviceIndex(
          Arrays.asList(sorted), unregistered.stream().sorted().toList(), madeMillis, tookMillis);
    }
  }
}
