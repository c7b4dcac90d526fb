package qiantang.query.live;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * Who is told what comes, by the devices that they name: of 10,000 clients that follow a machine
 * each an event meets its own. Any thread.
 */
final class Audience {
  private final Set<Listener> all = ConcurrentHashMap.newKeySet();
  private final Set<Listener> ofAnyDevice = ConcurrentHashMap.newKeySet();
  private final Map<DeviceId, Set<Listener>> ofDevice = new ConcurrentHashMap<>();

  Set<Listener> all() {
    return all;
  }

  void add(Listener listener) {
    Set<DeviceId> devices = listener.wanted().devices();
    if (devices == null) {
      ofAnyDevice.add(listener);
    } else {
      for (DeviceId device : devices) {
        ofDevice.compute(
            device,
            (id, before) -> {
              Set<Listener> now = before == null ? ConcurrentHashMap.newKeySet() : before;
              now.add(listener);
              return now;
            });
      }
    }
    all.add(listener);
  }

  void remove(Listener listener) {
    all.remove(listener);
    ofAnyDevice.remove(listener);
    Set<DeviceId> devices = listener.wanted().devices();
    if (devices != null) {
      for (DeviceId device : devices) {
        ofDevice.computeIfPresent(
            device,
            (id, listeners) -> {
              listeners.remove(listener);
              return listeners.isEmpty() ? null : listeners;
            });
      }
    }
  }

  /** Whom an event may concern. */
  Set<Listener> of(LiveEvent event) {
    DeviceId publisher =
        event instanceof LiveEvent.Refused refused ? refused.item().rejection().publisher() : null;
    Set<Listener> own = ofDevice(event.device());
    Set<Listener> publishers = ofDevice(publisher);
    if (publishers.isEmpty() && ofAnyDevice.isEmpty()) {
      return own;
    }
    Set<Listener> both = new HashSet<>(ofAnyDevice);
    both.addAll(own);
    both.addAll(publishers);
    return both;
  }

  private Set<Listener> ofDevice(@Nullable DeviceId device) {
    return device == null ? Set.of() : ofDevice.getOrDefault(device, Set.of());
  }
}
