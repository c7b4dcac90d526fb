package qiantang.query.read;

import java.util.Optional;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.read.Reader;
import qiantang.store.read.RejectionsRequest;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** Finds devices wherever they are known. Blocks: virtual threads only. */
public final class Devices {
  private final Registry registry;
  private final Reader reader;
  private final StoreWait store;

  /** Devices of a registry and of the journal behind a reader. */
  public Devices(Registry registry, Reader reader, StoreWait store) {
    this.registry = registry;
    this.reader = reader;
    this.store = store;
  }

  /** One device. */
  public Optional<FleetDevice> find(EnterpriseId enterprise, DeviceId id) {
    Optional<Device> row = store.await(registry.device(enterprise, id));
    Fleet fleet = fleet(enterprise, activity(enterprise));
    return Optional.ofNullable(fleet.device(id, row.orElse(null)));
  }

  /**
   * Whether there is such a device. The registry is asked first: its answer costs one row, the
   * journal's a scan.
   */
  boolean isKnown(EnterpriseId enterprise, DeviceId id) {
    return store.await(registry.device(enterprise, id)).isPresent()
        || activity(enterprise).devices().containsKey(id);
  }

  /** The same, or whether any rejection is known of it: of some devices all was refused. */
  public boolean hasLeftTraces(EnterpriseId enterprise, DeviceId id) {
    if (isKnown(enterprise, id)) {
      return true;
    }
    RejectionsRequest one = new RejectionsRequest(enterprise, id, null, 0, Long.MAX_VALUE, null, 1);
    return !store.await(reader.rejections(one)).items().isEmpty();
  }

  Activity activity(EnterpriseId enterprise) {
    return store.await(reader.activity(enterprise));
  }

  Fleet fleet(EnterpriseId enterprise, Activity activity) {
    return new Fleet(registry, store, enterprise, activity);
  }
}
