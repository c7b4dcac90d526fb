package qiantang.query.change;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.read.GoneDevices;
import qiantang.query.waiting.StoreWait;
import qiantang.store.fold.Beginnings;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables.Claim;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Creates devices with a token each; one under the id of a deleted one begins anew. All are looked
 * up before the first is created, so an id that is taken means that nothing is created. Each
 * creation is a transaction of its own: if another request takes an id between the look and the
 * creation, that one is left to the other, and the rest of this request stays created.
 */
public final class CreateDevices {
  private final Registry registry;
  private final StoreWait store;
  private final Credentials credentials;
  private final Claims claims;
  private final GoneDevices gone;
  private final Beginnings beginnings;
  private final AccessChanges changes;
  private final InstantSource clock;

  /** One device to create. */
  public record Wanted(
      DeviceId id,
      String name,
      Device.Kind kind,
      @Nullable DeviceId gateway,
      String model,
      String factory,
      String line,
      List<Identifier> identifiers) {}

  /**
   * A device that was created, and its token, shown once.
   *
   * @param predecessorDeleted when a device of this id was deleted, of which it has nothing; null
   *     where there was none
   */
  public record WithToken(Device device, AccessToken token, @Nullable Instant predecessorDeleted) {}

  /** What became of it. */
  public sealed interface Result {
    /** All are there now, in the order wanted. */
    record Created(List<WithToken> devices) implements Result {}

    /** These exist; nothing was created. */
    record Exist(List<DeviceId> devices) implements Result {}

    /** These identifiers are other devices'; nothing was created. */
    record Taken(List<Identifier> identifiers) implements Result {}

    /** Another request created these meanwhile; the others of this request are there now. */
    record Raced(List<DeviceId> devices) implements Result {}

    /** These are no gateways of this enterprise; nothing was created. */
    record NoGateways(List<DeviceId> gateways) implements Result {}
  }

  /** Creates in a registry. */
  public CreateDevices(
      Registry registry,
      StoreWait store,
      Credentials credentials,
      Claims claims,
      GoneDevices gone,
      Beginnings beginnings,
      AccessChanges changes,
      InstantSource clock) {
    this.registry = registry;
    this.claims = claims;
    this.gone = gone;
    this.beginnings = beginnings;
    this.changes = changes;
    this.store = store;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** Creates them; no id may be in the list twice. */
  public Result run(Leave leave, List<Wanted> wanted) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    List<DeviceId> ids = wanted.stream().map(Wanted::id).toList();
    List<Device> known =
        store.awaitEach(ids, id -> registry.deviceRow(enterprise, id)).stream()
            .flatMap(Optional::stream)
            .toList();
    List<DeviceId> existing =
        known.stream().filter(row -> row.deleted() == null).map(Device::id).toList();
    if (!existing.isEmpty()) {
      return new Result.Exist(existing);
    }
    List<DeviceId> noGateways = noGateways(enterprise, wanted);
    if (!noGateways.isEmpty()) {
      return new Result.NoGateways(noGateways);
    }
    Claims.Claimed claimed =
        claims.claim(
            wanted.stream()
                .flatMap(one -> claims.of(enterprise, one.id(), one.identifiers()).stream())
                .toList());
    if (!claimed.taken().isEmpty()) {
      return new Result.Taken(claimed.takenOnes());
    }
    Map<DeviceId, Instant> deleted = new HashMap<>();
    for (Device row : known) {
      deleted.put(row.id(), Objects.requireNonNull(row.deleted()));
    }
    return create(enterprise, wanted, claimed.fresh(), deleted);
  }

  private List<Optional<Device>> rows(EnterpriseId enterprise, List<DeviceId> ids) {
    return store.awaitEach(ids, id -> registry.device(enterprise, id));
  }

  /** Gateways that are named, but neither exist nor are created by the same request. */
  private List<DeviceId> noGateways(EnterpriseId enterprise, List<Wanted> wanted) {
    Set<DeviceId> created =
        wanted.stream()
            .filter(device -> device.kind() == Device.Kind.GATEWAY)
            .map(Wanted::id)
            .collect(Collectors.toSet());
    List<DeviceId> named =
        wanted.stream()
            .map(Wanted::gateway)
            .filter(Objects::nonNull)
            .filter(gateway -> !created.contains(gateway))
            .distinct()
            .toList();
    Set<DeviceId> missing = new HashSet<>(named);
    for (Optional<Device> row : rows(enterprise, named)) {
      row.filter(device -> device.kind() == Device.Kind.GATEWAY)
          .ifPresent(device -> missing.remove(device.id()));
    }
    return missing.stream().sorted().toList();
  }

  private Result create(
      EnterpriseId enterprise,
      List<Wanted> wanted,
      List<Claim> claimed,
      Map<DeviceId, Instant> deleted) {
    Instant now = clock.instant();
    List<Device> devices = wanted.stream().map(device -> row(enterprise, device, now)).toList();
    List<Boolean> created = store.awaitEach(devices, registry::createDevice);
    List<Drawn.Token> drawn = new ArrayList<>();
    List<WithToken> withTokens = new ArrayList<>();
    List<DeviceId> raced = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      Device device = devices.get(i);
      if (created.get(i)) {
        Drawn.Token one = credentials.ofDevice(enterprise, device.id(), device.kind(), null);
        drawn.add(one);
        withTokens.add(new WithToken(device, one.token(), deleted.get(device.id())));
      } else {
        raced.add(device.id());
      }
    }
    store.awaitEach(drawn, one -> registry.putCredential(one.credential()));
    claims.release(claimed.stream().filter(claim -> raced.contains(claim.device())).toList());
    for (DeviceId again : deleted.keySet()) { // gateways that were refused it may speak for it now
      store.await(registry.note(changes.ofDevice(enterprise, again)));
      gone.forget(enterprise, again); // this node need not wait until it hears of it
      beginnings.forget(enterprise);
    }
    return raced.isEmpty() ? new Result.Created(withTokens) : new Result.Raced(raced);
  }

  private static Device row(EnterpriseId enterprise, Wanted wanted, Instant now) {
    return new Device(
        enterprise,
        wanted.id(),
        wanted.name(),
        wanted.kind(),
        wanted.gateway(),
        wanted.model(),
        wanted.factory(),
        wanted.line(),
        false,
        now,
        wanted.identifiers(),
        null);
  }
}
