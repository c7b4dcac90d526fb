package qiantang.ingest.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * The open sessions of a node by enterprise and client id. The sessions of a device are found by
 * looking at all of its enterprise: that costs a session nothing (an index by device would take
 * about 50 B), and whoever changes much waits for his own sessions only: 35 ms for 200,000. Any
 * thread.
 */
final class SessionIndex {
  private final Map<EnterpriseId, Map<String, Active>> sessions = new ConcurrentHashMap<>();

  /** Enters a session; returns the one it takes over, if any. */
  @Nullable Active enter(EnterpriseId enterprise, String clientId, Active session) {
    @Nullable Active[] before = {null};
    sessions.compute(
        enterprise,
        (id, own) -> {
          // Most enterprises have a few sessions here: the smallest table there is.
          Map<String, Active> some = own == null ? new ConcurrentHashMap<>(1) : own;
          before[0] = some.put(clientId, session);
          return some;
        });
    return before[0];
  }

  /** Takes a session out, unless another has taken it over. */
  void leave(EnterpriseId enterprise, String clientId, Active session) {
    sessions.computeIfPresent(
        enterprise,
        (id, own) -> {
          own.remove(clientId, session);
          return own.isEmpty() ? null : own;
        });
  }

  /** The sessions of these devices of an enterprise. */
  List<Active> of(EnterpriseId enterprise, Set<DeviceId> devices) {
    List<Active> found = new ArrayList<>();
    for (Active session : sessions.getOrDefault(enterprise, Map.of()).values()) {
      if (devices.contains(session.identity().device())) {
        found.add(session);
      }
    }
    return found;
  }

  /** The sessions of an enterprise. */
  List<Active> of(EnterpriseId enterprise) {
    return List.copyOf(sessions.getOrDefault(enterprise, Map.of()).values());
  }

  /** All sessions. */
  List<Active> all() {
    return sessions.values().stream().flatMap(own -> own.values().stream()).toList();
  }
}
