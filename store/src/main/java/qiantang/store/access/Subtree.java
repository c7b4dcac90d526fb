package qiantang.store.access;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * A part of an enterprise's devices: all that is named must hold.
 *
 * @param factory null for all
 * @param line of the factory, null for all; never without a factory, as its name means nothing then
 * @param devices at most {@link #DEVICES_MAX}; none for all
 */
public record Subtree(@Nullable String factory, @Nullable String line, Set<DeviceId> devices) {
  /** A list that a person could have read; more are a factory or a line. */
  public static final int DEVICES_MAX = 1000;

  /** Everything. */
  public static final Subtree ALL = new Subtree(null, null, Set.of());

  public Subtree {
    if (line != null && factory == null) {
      throw new IllegalArgumentException("cannot name a line without its factory");
    }
    devices = Set.copyOf(devices);
  }

  /** Whether it is everything. */
  public boolean isAll() {
    return factory == null && devices.isEmpty();
  }

  /** Whether one must know a device's factory and line to tell. */
  public boolean needsPlace() {
    return factory != null;
  }

  /** Whether a device is in it. */
  public boolean covers(Place place) {
    return (factory == null || factory.equals(place.factory()))
        && (line == null || line.equals(place.line()))
        && (devices.isEmpty() || devices.contains(place.device()));
  }

  /** The devices in order of id. */
  public Set<DeviceId> sorted() {
    return new TreeSet<>(devices);
  }
}
