package qiantang.ingest.auth;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import qiantang.ingest.auth.StaleCache.Found;
import qiantang.ingest.quota.RecentUsage;
import qiantang.store.journal.Ticker;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** What a node remembers of the registry, so that logins go on while the store is away. */
final class Remembered {
  // About 300 B each: 60 MB for a node's 200,000 publishers, the rest asks the store.
  private static final int CREDENTIALS_MAX = 200_000;
  private static final int DEVICES_MAX = 200_000;
  private static final int ENTERPRISES_MAX = 100_000;

  private record DeviceKey(EnterpriseId enterprise, DeviceId device) {}

  private final Registry registry;
  private final ChangesHeard heard = new ChangesHeard();
  private final StaleCache<CredentialKey, Credential> credentials;
  private final StaleCache<EnterpriseId, Enterprise> enterprises;

  // That there is no row is remembered too: nobody can ask for these but who has logged in.
  private final StaleCache<DeviceKey, Optional<Device>> devices;

  // One for each enterprise of which a device has logged in, about 500 B.
  private final Map<EnterpriseId, EnterpriseRules> rules = new ConcurrentHashMap<>();

  private final RecentUsage recent;
  private final boolean hasQuotas;

  Remembered(Registry registry, Ticker ticker, boolean hasQuotas) {
    this.registry = registry;
    this.hasQuotas = hasQuotas;
    recent = new RecentUsage(ticker);
    credentials =
        new StaleCache<>(registry::credential, ticker, heard, found -> true, CREDENTIALS_MAX);
    enterprises =
        new StaleCache<>(registry::enterprise, ticker, heard, found -> true, ENTERPRISES_MAX);
    devices =
        new StaleCache<>(
            key -> registry.device(key.enterprise(), key.device()).thenApply(Optional::of),
            ticker,
            heard,
            Optional::isPresent, // nobody tells that a device was created
            DEVICES_MAX);
  }

  /** Of what is remembered, what holds without asking. */
  ChangesHeard heard() {
    return heard;
  }

  CompletionStage<Found<Credential>> credential(CredentialKey key) {
    return credentials.get(key);
  }

  CompletionStage<Found<Enterprise>> enterprise(EnterpriseId id) {
    return enterprises.get(id);
  }

  /** Never absent: what there is not is an empty row. */
  CompletionStage<Found<Optional<Device>>> device(EnterpriseId enterprise, DeviceId device) {
    return devices.get(new DeviceKey(enterprise, device));
  }

  /** The rules of an enterprise, read; fails where they never were and the store is away. */
  CompletionStage<EnterpriseRules> rules(EnterpriseId enterprise) {
    EnterpriseRules known =
        rules.computeIfAbsent(
            enterprise, id -> new EnterpriseRules(id, registry, recent, hasQuotas));
    return known.areRead().thenApply(nothing -> known);
  }

  /** Reads the rules again where anybody uses them; whether a quota has risen by it. */
  CompletionStage<Boolean> readRulesAgain(EnterpriseId enterprise) {
    EnterpriseRules known = rules.get(enterprise);
    return known == null ? CompletableFuture.completedFuture(false) : known.read();
  }

  /** What has changed is asked for again at the next look. */
  void forget(Collection<AccessChange> changes) {
    for (AccessChange change : changes) {
      CredentialKey credential = change.key();
      DeviceId device = change.device();
      if (credential != null) {
        credentials.forget(credential);
      } else if (device != null) {
        devices.forget(new DeviceKey(change.enterprise(), device));
      } else {
        enterprises.forget(change.enterprise());
      }
    }
  }
}
