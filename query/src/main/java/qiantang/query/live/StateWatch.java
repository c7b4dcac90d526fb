package qiantang.query.live;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.read.FleetDevice;
import qiantang.store.health.Axis;
import qiantang.store.health.Health;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;

/**
 * Sees how devices of open streams change. Most states change by a record, some by time alone; so
 * all are looked at again when a record says so and each {@link #LOOK_EACH}, and never for more
 * than a fifth of the time. One look at a time.
 */
final class StateWatch {
  /** Silent is who was fresh, without anything happening. */
  static final Duration LOOK_EACH = Duration.ofSeconds(1);

  // A look that took 200 ms is followed by none for 800 ms, or for 2 s where nothing happened.
  private static final int REST_TIMES_AFTER_RECORD = 4;
  private static final int REST_TIMES = 10;

  // Nodes' clocks differ by less; who is told what it knows is told the truth again.
  private static final long CLOCKS_MILLIS = 5_000;

  private final FeedParts parts;

  // Touched by the one look there is at a time.
  private final Map<DeviceId, Map<Axis, Health.On>> seen = new HashMap<>();
  private final Set<Listener> known = new HashSet<>();
  private long lookedNanos;
  private long tookNanos;

  private volatile Set<DeviceId> fresh = Set.of();
  private volatile boolean isDirty = true;

  StateWatch(FeedParts parts) {
    this.parts = parts;
    lookedNanos = parts.ticker().nanos() - LOOK_EACH.toNanos();
  }

  /** A record may have changed something. Any thread. */
  void note(Entry entry) {
    switch (entry) {
      case Entry.Presence _, Entry.Birth _, Entry.Death _, Entry.Rejection _ -> isDirty = true;
      case Entry.Readings message -> {
        Set<DeviceId> now = fresh;
        if (!message.readings().stream().allMatch(reading -> now.contains(reading.device()))) {
          isDirty = true;
        }
      }
    }
  }

  /** Somebody came. Any thread. */
  void noteListener() {
    isDirty = true;
  }

  /** Whether it is time to look. */
  boolean isDue() {
    long sinceNanos = parts.ticker().nanos() - lookedNanos;
    return isDirty
        ? sinceNanos > REST_TIMES_AFTER_RECORD * tookNanos
        : sinceNanos > Math.max(LOOK_EACH.toNanos(), REST_TIMES * tookNanos);
  }

  /** Blocks. Looks, and tells these what changed. */
  void look(List<Listener> listeners, Mark mark) {
    List<Listener> watching =
        listeners.stream().filter(listener -> listener.wanted().states()).toList();
    known.retainAll(Set.copyOf(watching));
    if (watching.isEmpty()) {
      seen.clear();
      fresh = Set.of();
      return;
    }
    long beganNanos = parts.ticker().nanos();
    isDirty = false;
    try {
      Map<DeviceId, FleetDevice> found =
          parts.lookAtDevices().run(watching.getFirst().leave(), devices(watching));
      Set<DeviceId> reporting = new HashSet<>();
      List<Listener> newcomers =
          watching.stream().filter(listener -> !known.contains(listener)).toList();
      for (FleetDevice device : found.values()) {
        compare(device, watching, newcomers, mark);
        if (device.health().on(Axis.DATA).state() == Axis.State.FRESH) {
          reporting.add(device.id());
        }
      }
      seen.keySet().retainAll(found.keySet());
      fresh = reporting;
      known.addAll(watching);
    } finally {
      lookedNanos = parts.ticker().nanos();
      tookNanos = lookedNanos - beganNanos;
    }
  }

  /** Those that anybody wants; null for all. */
  private static @Nullable Set<DeviceId> devices(List<Listener> watching) {
    Set<DeviceId> all = new HashSet<>();
    for (Listener listener : watching) {
      Set<DeviceId> own = listener.wanted().devices();
      if (own == null) {
        return null;
      }
      all.addAll(own);
    }
    return all;
  }

  private void compare(
      FleetDevice device, List<Listener> watching, List<Listener> newcomers, Mark mark) {
    Map<Axis, Health.On> before = seen.put(device.id(), axes(device));
    for (Axis axis : Axis.values()) {
      Health.On now = device.health().on(axis);
      Health.On then = before == null ? null : before.get(axis);
      boolean isChanged = then == null || !isSame(then, now);
      // Most stay as they are: then only those are asked who came since the last look.
      List<Listener> asked = isChanged ? watching : newcomers;
      if (asked.isEmpty()) {
        continue;
      }
      Shared event =
          new Shared(
              new LiveEvent.Changed(mark, parts.clock().millis() * 1000, device.id(), axis, now));
      for (Listener listener : asked) {
        // Of a newcomer, or a new device, nobody knows what was seen: it is told what is newer.
        boolean isCompared = then != null && known.contains(listener);
        if (isCompared || isSince(now.sinceMillis(), listener)) {
          listener.tell(event, device.place());
        }
      }
    }
  }

  private static boolean isSince(@Nullable Long sinceMillis, Listener listener) {
    return sinceMillis != null && sinceMillis >= listener.sinceMillis() - CLOCKS_MILLIS;
  }

  private static boolean isSame(Health.On one, Health.On other) {
    return one.state() == other.state() && one.reason().equals(other.reason());
  }

  private static Map<Axis, Health.On> axes(FleetDevice device) {
    Map<Axis, Health.On> axes = new HashMap<>();
    for (Axis axis : Axis.values()) {
      axes.put(axis, device.health().on(axis));
    }
    return axes;
  }
}
