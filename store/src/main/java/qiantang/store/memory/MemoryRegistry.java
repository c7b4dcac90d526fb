package qiantang.store.memory;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.AuditTables;
import qiantang.store.access.GrantTables;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.kept.KeptTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Registry;
import qiantang.store.registry.SubDevices;
import qiantang.store.registry.UnitTables;
import qiantang.store.trace.TraceTables;

/** The registry's tables in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryRegistry implements Registry {
  private static final CompletionStage<Void> DONE =
      CompletableFuture.runAsync(() -> {}, Runnable::run);

  private final Map<String, Platform> platforms = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListMap<EnterpriseId, Enterprise> enterprises =
      new ConcurrentSkipListMap<>();
  private final Map<EnterpriseId, ConcurrentSkipListMap<DeviceId, Device>> devices =
      new ConcurrentHashMap<>();
  private final Map<EnterpriseId, Map<DeviceId, Instant>> beginnings = new ConcurrentHashMap<>();
  private final Map<CredentialKey, Credential> credentials = new ConcurrentHashMap<>();
  private final Map<CredentialKey, Credential> sessions = new ConcurrentHashMap<>();
  private final Map<CredentialKey, Credential> links = new ConcurrentHashMap<>();
  private final Set<List<String>> underWay = ConcurrentHashMap.newKeySet();
  private final GrantTables grants = new MemoryGrants();
  private final AuditTables audit = new MemoryAudit();
  private final TraceTables traces = new MemoryTraces();
  private final KeptTables kept = new MemoryKept();
  private final IdentifierTables identifiers = new MemoryIdentifiers();
  private final UnitTables units = new MemoryUnits();
  private final Map<Instant, Queue<AccessChange>> changes = new ConcurrentSkipListMap<>();

  /** An empty registry. */
  public MemoryRegistry() {}

  @Override
  public CompletionStage<Void> putPlatform(Platform platform) {
    platforms.put(platform.id(), platform);
    return DONE;
  }

  @Override
  public CompletionStage<List<Platform>> platforms() {
    return done(List.copyOf(platforms.values()));
  }

  @Override
  public CompletionStage<Boolean> createEnterprise(Enterprise enterprise) {
    return done(enterprises.putIfAbsent(enterprise.id(), enterprise) == null);
  }

  @Override
  public CompletionStage<Optional<Enterprise>> enterprise(EnterpriseId id) {
    return done(Optional.ofNullable(enterprises.get(id)));
  }

  @Override
  public CompletionStage<List<Enterprise>> enterprises(@Nullable EnterpriseId after, int limit) {
    return done(page(enterprises, after, limit));
  }

  @Override
  public CompletionStage<Boolean> createDevice(Device device) {
    boolean[] isNew = {true};
    of(device.enterprise())
        .merge(
            device.id(),
            device,
            (old, wanted) -> {
              isNew[0] = old.deleted() != null;
              if (isNew[0]) {
                begin(wanted, wanted.created());
              }
              return isNew[0] ? wanted : old;
            });
    return done(isNew[0]);
  }

  @Override
  public CompletionStage<Boolean> discoverDevice(Device device) {
    boolean[] isNew = {true};
    of(device.enterprise())
        .merge(
            device.id(),
            device,
            (old, found) -> {
              isNew[0] = old.deleted() != null;
              if (isNew[0]) {
                begin(found, old.broughtBackFrom());
                long id = ThreadLocalRandom.current().nextLong();
                note(AccessChange.ofDevice(found.created(), id, found.enterprise(), found.id()));
              }
              boolean isLeft = old.kind() == Device.Kind.GATEWAY || found.gateway() == null;
              return isNew[0] ? found : isLeft ? old : old.behind(found.gateway());
            });
    return done(isNew[0]);
  }

  private void begin(Device device, Instant begun) {
    beginnings
        .computeIfAbsent(device.enterprise(), id -> new ConcurrentHashMap<>())
        .put(device.id(), begun);
  }

  @Override
  public CompletionStage<Map<DeviceId, Instant>> beginnings(EnterpriseId enterprise) {
    return done(Map.copyOf(beginnings.getOrDefault(enterprise, Map.of())));
  }

  @Override
  public CompletionStage<Optional<Device>> deviceRow(EnterpriseId enterprise, DeviceId id) {
    return done(Optional.ofNullable(of(enterprise).get(id)));
  }

  @Override
  public CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    return done(page(of(enterprise), after, limit));
  }

  @Override
  public CompletionStage<List<Device>> devicesOf(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, int limit) {
    return done(
        page(of(enterprise), after, Integer.MAX_VALUE).stream()
            .filter(device -> Registry.bucketOf(device.id()) == bucket)
            .limit(limit)
            .toList());
  }

  @Override
  public CompletionStage<Void> deleteDevice(
      Device device, Instant when, boolean refused, AccessChange change) {
    of(device.enterprise())
        .computeIfPresent(
            device.id(),
            (id, row) -> row.disabled(refused).with(List.of()).behind(null).deletedAt(when));
    return note(change);
  }

  @Override
  public CompletionStage<Void> setIdentifiers(Device device, List<Identifier> identifiers) {
    of(device.enterprise()).computeIfPresent(device.id(), (id, row) -> row.with(identifiers));
    return DONE;
  }

  @Override
  public IdentifierTables identifiers() {
    return identifiers;
  }

  @Override
  public CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change) {
    of(device.enterprise()).computeIfPresent(device.id(), (id, row) -> row.disabled(isDisabled));
    return note(change);
  }

  @Override
  public CompletionStage<Set<DeviceId>> disabledDevices(EnterpriseId enterprise) {
    return done(
        of(enterprise).values().stream()
            .filter(Device::disabled)
            .map(Device::id)
            .collect(Collectors.toUnmodifiableSet()));
  }

  @Override
  public CompletionStage<Void> setSubDevices(
      EnterpriseId enterprise, SubDevices setting, AccessChange change) {
    enterprises.computeIfPresent(enterprise, (id, row) -> row.with(setting));
    return note(change);
  }

  @Override
  public CompletionStage<Void> setQuotas(
      EnterpriseId enterprise, Map<Quota, Long> values, AccessChange change) {
    enterprises.computeIfPresent(enterprise, (id, row) -> row.with(row.quotas().with(values)));
    return note(change);
  }

  @Override
  public CompletionStage<Void> putCredential(Credential credential) {
    credentials.put(credential.key(), credential);
    return DONE;
  }

  @Override
  public CompletionStage<Optional<Credential>> credential(CredentialKey key) {
    Credential session = sessions.get(key);
    return done(Optional.ofNullable(session == null ? credentials.get(key) : session));
  }

  @Override
  public CompletionStage<List<Credential>> credentials(EnterpriseId enterprise, DeviceId device) {
    return done(
        credentials.values().stream()
            .filter(credential -> credential.owner().equals(enterprise))
            .filter(credential -> device.equals(credential.device()))
            .sorted(Comparator.comparing(Credential::id))
            .toList());
  }

  @Override
  public CompletionStage<Void> revoke(Credential credential, AccessChange change) {
    credentials.remove(credential.key());
    return note(change);
  }

  @Override
  public CompletionStage<List<Credential>> tokens(
      EnterpriseId owner, @Nullable String after, int limit) {
    return done(
        credentials.values().stream()
            .filter(credential -> credential.owner().equals(owner))
            .filter(credential -> credential.device() == null)
            .filter(credential -> after == null || credential.id().compareTo(after) > 0)
            .sorted(Comparator.comparing(Credential::id))
            .limit(limit)
            .toList());
  }

  @Override
  public CompletionStage<List<AccessChange>> changes(Instant from, Instant until) {
    return done(
        changes.values().stream()
            .flatMap(Queue::stream)
            .filter(change -> !change.at().isBefore(from))
            .toList());
  }

  @Override
  public CompletionStage<Void> putSession(Credential session) {
    sessions.put(session.key(), session);
    return DONE;
  }

  @Override
  public CompletionStage<Void> endSession(Credential session, AccessChange change) {
    sessions.remove(session.key());
    return note(change);
  }

  @Override
  public CompletionStage<Void> putLink(Credential link) {
    links.put(link.key(), link);
    return DONE;
  }

  @Override
  public CompletionStage<Optional<Credential>> takeLink(CredentialKey key) {
    return done(Optional.ofNullable(links.remove(key)));
  }

  @Override
  public CompletionStage<Boolean> beginChange(
      EnterpriseId enterprise, String what, String version) {
    return done(underWay.add(List.of(enterprise.text(), what, version)));
  }

  @Override
  public CompletionStage<Void> endChange(EnterpriseId enterprise, String what, String version) {
    underWay.remove(List.of(enterprise.text(), what, version));
    return DONE;
  }

  @Override
  public GrantTables grants() {
    return grants;
  }

  @Override
  public AuditTables audit() {
    return audit;
  }

  @Override
  public TraceTables traces() {
    return traces;
  }

  @Override
  public KeptTables kept() {
    return kept;
  }

  @Override
  public UnitTables units() {
    return units;
  }

  private ConcurrentSkipListMap<DeviceId, Device> of(EnterpriseId enterprise) {
    return devices.computeIfAbsent(enterprise, id -> new ConcurrentSkipListMap<>());
  }

  @Override
  public CompletionStage<Void> note(AccessChange change) {
    changes.computeIfAbsent(change.at(), at -> new ConcurrentLinkedQueue<>()).add(change);
    return DONE;
  }

  private static <K, V> List<V> page(
      ConcurrentSkipListMap<K, V> rows, @Nullable K after, int limit) {
    return (after == null ? rows : rows.tailMap(after, false))
        .values().stream().limit(limit).toList();
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
