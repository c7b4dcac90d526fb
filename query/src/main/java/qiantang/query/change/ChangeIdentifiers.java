package qiantang.query.change;

import java.util.List;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.read.FleetDevice;
import qiantang.query.waiting.StoreWait;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** Gives a device its identifiers, in place of those it has. Blocks: virtual threads only. */
public final class ChangeIdentifiers {
  private final Registry registry;
  private final DeviceRows rows;
  private final Claims claims;
  private final StoreWait store;

  /** What became of a request. */
  public sealed interface Result {
    /** It has these and no others. */
    record Changed(FleetDevice device) implements Result {}

    /** Nobody knows such a device. */
    record NoDevice() implements Result {}

    /** These are another device's; nothing was changed. */
    record Taken(List<Identifier> identifiers) implements Result {}
  }

  /** Changes in a registry. */
  public ChangeIdentifiers(Registry registry, DeviceRows rows, Claims claims, StoreWait store) {
    this.registry = registry;
    this.rows = rows;
    this.claims = claims;
    this.store = store;
  }

  /** Claims what is new, then says so, then gives back what is not wanted any more. */
  public Result run(Leave leave, DeviceId id, List<Identifier> wanted) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Device> found = rows.of(enterprise, id);
    if (found.isEmpty()) {
      return new Result.NoDevice();
    }
    Device row = found.get();
    List<Identifier> added = without(wanted, row.identifiers());
    Claims.Claimed claimed = claims.claim(claims.of(enterprise, id, added));
    if (!claimed.taken().isEmpty()) {
      return new Result.Taken(claimed.takenOnes());
    }
    store.await(registry.setIdentifiers(row, wanted));
    claims.release(claims.of(enterprise, id, without(row.identifiers(), wanted)));
    return rows.now(enterprise, id)
        .<Result>map(Result.Changed::new)
        .orElseGet(Result.NoDevice::new);
  }

  private static List<Identifier> without(List<Identifier> some, List<Identifier> others) {
    return some.stream().filter(one -> !others.contains(one)).toList();
  }
}
