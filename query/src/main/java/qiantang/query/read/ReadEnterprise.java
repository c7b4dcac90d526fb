package qiantang.query.read;

import java.util.Iterator;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.Counts;
import qiantang.store.read.Activity;
import qiantang.store.read.Completeness;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** What an enterprise is, has and sent. */
public final class ReadEnterprise {
  private static final int ROWS_AT_ONCE = 1000;

  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;

  /**
   * The answer.
   *
   * @param counts what it sent and what became of it
   */
  public record Found(
      Enterprise enterprise, DeviceCounts devices, Counts counts, Completeness completeness) {}

  /** Devices by connection. */
  public record DeviceCounts(int total, int online, int offline, int never, int unknown) {}

  /** Reads from these. */
  public ReadEnterprise(Registry registry, Devices devices, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
  }

  /** The enterprise, or empty. */
  public Optional<Found> run(Leave leave) {
    Optional<Enterprise> enterprise = store.await(registry.enterprise(leave.enterprise()));
    return enterprise.map(
        row -> {
          Activity activity = devices.activity(row.id());
          return new Found(
              row,
              count(devices.fleet(row.id(), activity)),
              activity.counts(),
              activity.completeness());
        });
  }

  private static DeviceCounts count(Fleet fleet) {
    int online = 0;
    int offline = 0;
    int never = 0;
    int unknown = 0;
    Iterator<FleetDevice> walk = fleet.after(null, ROWS_AT_ONCE);
    while (walk.hasNext()) {
      switch (walk.next().connection()) {
        case ONLINE -> online++;
        case OFFLINE -> offline++;
        case NEVER -> never++;
        case UNKNOWN -> unknown++;
      }
    }
    return new DeviceCounts(online + offline + never + unknown, online, offline, never, unknown);
  }
}
