package qiantang.query.read;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.query.auth.Leaves;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Place;
import qiantang.store.access.Scope;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables.Claim;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** Which device an identifier leads to. Blocks: virtual threads only. */
public final class Resolve {
  private final Registry registry;
  private final Leaves leaves;
  private final Places places;
  private final Devices devices;
  private final StoreWait store;

  /** What an identifier leads to. */
  public sealed interface Result {
    /**
     * To this device.
     *
     * @param leave by which it was read
     */
    record Found(Identifier identifier, Enterprise enterprise, FleetDevice device, Leave leave)
        implements Result {}

    /** To nothing. */
    record Nothing() implements Result {}

    /** To a device that the caller must not know of: it is told the same. */
    record Hidden(EnterpriseId enterprise) implements Result {}
  }

  /** Resolves in a registry. */
  public Resolve(
      Registry registry, Leaves leaves, Places places, Devices devices, StoreWait store) {
    this.registry = registry;
    this.leaves = leaves;
    this.places = places;
    this.devices = devices;
    this.store = store;
  }

  /**
   * Resolves an identifier.
   *
   * @param within whose, of one that is an enterprise's own; null for the caller's
   */
  public Result run(Caller caller, Identifier identifier, @Nullable EnterpriseId within) {
    EnterpriseId scope = within == null ? caller.enterprise() : within;
    if (scope == null && !identifier.kind().isGlobal()) {
      return new Result.Nothing();
    }
    Optional<Claim> claim =
        store.await(
            registry.identifiers().read(identifier, scope == null ? EnterpriseId.OPERATOR : scope));
    if (claim.isEmpty() || (within != null && !within.equals(claim.get().enterprise()))) {
      return new Result.Nothing();
    }
    EnterpriseId enterprise = claim.get().enterprise();
    Optional<Leave> leave = leaves.of(caller, enterprise).filter(one -> sees(one, claim.get()));
    return leave.isEmpty()
        ? new Result.Hidden(enterprise)
        : device(claim.get(), leave.get()).orElseGet(Result.Nothing::new);
  }

  private boolean sees(Leave leave, Claim claim) {
    Place place = places.of(leave, claim.device());
    return leave.sight().hasScope(Scope.READ) && leave.sight().sees(place);
  }

  /** A claim alone leads nowhere: the device must say that it has the identifier. */
  private Optional<Result> device(Claim claim, Leave leave) {
    EnterpriseId enterprise = claim.enterprise();
    return devices
        .find(enterprise, claim.device())
        .filter(device -> device.identifiers().contains(claim.identifier()))
        .flatMap(
            device ->
                store
                    .await(registry.enterprise(enterprise))
                    .map(
                        row ->
                            new Result.Found(
                                claim.identifier(), row, device.seenBy(leave.sight()), leave)));
  }
}
