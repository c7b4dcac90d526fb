package qiantang.query.change;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qiantang.query.waiting.StoreWait;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.identifier.IdentifierTables.Claim;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/**
 * Claims identifiers for devices, and gives them back. Who comes first has it; nobody is told who
 * that was. Blocks: virtual threads only.
 */
public final class Claims {
  private final Registry registry;
  private final IdentifierTables tables;
  private final StoreWait store;
  private final InstantSource clock;

  /**
   * What became of some claims.
   *
   * @param fresh those that are the devices' now, and were not before
   * @param taken those that are another device's
   */
  record Claimed(List<Claim> fresh, List<Claim> taken) {
    /** Those that are another's. */
    List<Identifier> takenOnes() {
      return taken.stream().map(Claim::identifier).distinct().toList();
    }
  }

  /** Claims in a registry's tables. */
  public Claims(Registry registry, StoreWait store, InstantSource clock) {
    this.registry = registry;
    this.tables = registry.identifiers();
    this.store = store;
    this.clock = clock;
  }

  /** A device's claims of these. */
  List<Claim> of(EnterpriseId enterprise, DeviceId device, List<Identifier> identifiers) {
    Instant now = clock.instant();
    return identifiers.stream()
        .map(identifier -> new Claim(identifier, enterprise, device, now))
        .toList();
  }

  /** Claims them; where any is another's, those that were claimed are given back: all or none. */
  Claimed claim(List<Claim> wanted) {
    List<Optional<Claim>> holders = store.awaitEach(wanted, tables::claim);
    Claimed claimed = new Claimed(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < wanted.size(); i++) {
      Claim mine = wanted.get(i);
      Optional<Claim> holder = holders.get(i);
      if (holder.isEmpty() || takesOver(holder.get(), mine)) {
        claimed.fresh.add(mine);
      } else if (!holder.get().isOf(mine)) {
        claimed.taken.add(mine);
      }
    }
    if (claimed.taken.isEmpty()) {
      store.awaitEach(wanted, tables::list);
    } else {
      release(claimed.fresh);
    }
    return claimed;
  }

  /** Gives them back. */
  void release(List<Claim> claims) {
    store.awaitEach(claims, tables::unlist);
    store.awaitEach(claims, tables::release);
  }

  /**
   * A claim that leads nowhere was of a request that died, or of a device that is gone: if it is
   * old enough that nobody can be about to lead it somewhere.
   */
  private boolean takesOver(Claim holder, Claim mine) {
    boolean isOld =
        holder.claimed().isBefore(clock.instant().minus(IdentifierTables.CLAIM_OPEN_MAX));
    return isOld
        && !holder.isOf(mine)
        && store
            .await(registry.device(holder.enterprise(), holder.device()))
            .filter(row -> row.identifiers().contains(holder.identifier()))
            .isEmpty()
        && store.await(tables.takeOver(holder, mine));
  }
}
