package qiantang.query.change;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.read.GoneDevices;
import qiantang.query.waiting.StoreWait;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.SubDevices;

/**
 * Deletes a device: it is in no list or count any more and has no newest values, its credentials
 * open nothing, sessions that they opened end, its identifiers are free. What it sent stays, as
 * history. Ingest nodes hear of it within a second or so: one that has not yet may let in a
 * credential once more that it remembers, and ends that session with the others when it hears.
 * Where the enterprise takes known devices only, or the device was disabled, gateways may not speak
 * for it any more; elsewhere one that goes on doing so makes a new one of the same id. Blocks:
 * virtual threads only.
 */
public final class DeleteDevice {
  private final Registry registry;
  private final DeviceRows rows;
  private final Claims claims;
  private final GoneDevices gone;
  private final AccessChanges changes;
  private final StoreWait store;
  private final InstantSource clock;

  /**
   * What was deleted.
   *
   * @param credentials how many were taken away
   * @param identifiers those that are free again
   * @param retention how long what it sent stays
   */
  public record Deleted(
      DeviceId device,
      Instant when,
      int credentials,
      List<Identifier> identifiers,
      Retention retention) {}

  /** Deletes in a registry. */
  public DeleteDevice(
      Registry registry,
      DeviceRows rows,
      Claims claims,
      GoneDevices gone,
      AccessChanges changes,
      StoreWait store,
      InstantSource clock) {
    this.registry = registry;
    this.rows = rows;
    this.claims = claims;
    this.gone = gone;
    this.changes = changes;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Deletes it; empty where nobody knows it. The row comes behind the credentials: who was not
   * answered finds the device there and can repeat.
   */
  public Optional<Deleted> run(Leave leave, DeviceId id) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<Enterprise> owner = store.await(registry.enterprise(enterprise));
    boolean isKnownOnly =
        owner.filter(row -> row.subDevices() == SubDevices.KNOWN_ONLY).isPresent();
    return rows.of(enterprise, id)
        .map(
            row -> {
              int revoked = revokeAll(enterprise, id);
              Instant when = clock.instant();
              store.await(
                  registry.deleteDevice(
                      row, when, isKnownOnly || row.disabled(), changes.ofDevice(enterprise, id)));
              gone.forget(enterprise, id);
              revoked += revokeAll(enterprise, id); // those that were created meanwhile
              claims.release(claims.of(enterprise, id, row.identifiers()));
              return new Deleted(
                  id,
                  when,
                  revoked,
                  row.identifiers(),
                  owner.map(Enterprise::retention).orElse(Retention.YEAR_1));
            });
  }

  private int revokeAll(EnterpriseId enterprise, DeviceId id) {
    List<Credential> all = store.await(registry.credentials(enterprise, id));
    for (Credential each : all) {
      store.await(registry.revoke(each, changes.ofCredential(each)));
    }
    return all.size();
  }
}
