package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import qiantang.store.registry.Quotas;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.SubDevices;
import qiantang.store.registry.UnitTables;
import qiantang.store.trace.TraceTables;

/**
 * The registry's tables as CQL: see {@code 002-registry.cql}, {@code 008-access.cql}, {@code
 * 009-quotas.cql} and {@code 013-identifiers.cql}.
 */
final class CassandraRegistry implements Registry {
  private static final int BUCKETS = 16; // a table's layout: never to be changed
  private static final CompletionStage<Void> DONE =
      CompletableFuture.runAsync(() -> {}, Runnable::run);

  private final CqlSession session;
  private final PreparedStatement insertPlatform;
  private final PreparedStatement selectPlatforms;
  private final PreparedStatement insertEnterprise;
  private final PreparedStatement insertUnderWay;
  private final PreparedStatement deleteUnderWay;
  private final PreparedStatement selectEnterprise;
  private final PreparedStatement selectEnterprises;
  private final PreparedStatement updateSubDevices;
  private final PreparedStatement updateQuotas;
  private final CassandraDevices devices;
  private final CassandraCredentials credentials;
  private final CassandraChanges changes;
  private final CassandraLinks links;
  private final CassandraGrants grants;
  private final CassandraAudit audit;
  private final CassandraTraces traces;
  private final CassandraKept kept;
  private final CassandraIdentifiers identifiers;
  private final CassandraUnits units;

  CassandraRegistry(CqlSession session) {
    this.session = session;
    insertPlatform = prepare("INSERT INTO platforms (id, name, name_en, kind) VALUES (?, ?, ?, ?)");
    selectPlatforms = prepare("SELECT * FROM platforms");
    insertEnterprise =
        transaction(
            "INSERT INTO enterprises (bucket, id, name, region, platforms, retention, created)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS");
    insertUnderWay =
        transaction(
            "INSERT INTO changes_under_way (enterprise, what, version) VALUES (?, ?, ?)"
                + " IF NOT EXISTS");
    deleteUnderWay =
        transaction(
            "DELETE FROM changes_under_way WHERE enterprise = ? AND what = ? AND version = ?"
                + " IF EXISTS");
    selectEnterprise = prepare("SELECT * FROM enterprises WHERE bucket = ? AND id = ?");
    selectEnterprises = prepare("SELECT * FROM enterprises WHERE bucket = ? AND id > ? LIMIT ?");
    updateSubDevices =
        prepare("UPDATE enterprises SET sub_devices = ? WHERE bucket = ? AND id = ?");
    updateQuotas = prepare("UPDATE enterprises SET quotas[?] = ? WHERE bucket = ? AND id = ?");
    changes = new CassandraChanges(session);
    links = new CassandraLinks(session);
    grants = new CassandraGrants(session);
    audit = new CassandraAudit(session);
    traces = new CassandraTraces(session);
    kept = new CassandraKept(session);
    identifiers = new CassandraIdentifiers(session);
    units = new CassandraUnits(session);
    devices = new CassandraDevices(session, changes);
    credentials = new CassandraCredentials(session, changes);
  }

  @Override
  public CompletionStage<Void> putPlatform(Platform platform) {
    return write(
        insertPlatform.bind(platform.id(), platform.name(), platform.nameEn(), platform.kind()));
  }

  @Override
  public CompletionStage<List<Platform>> platforms() {
    return Rows.read(
            session,
            selectPlatforms.bind(),
            row ->
                new Platform(
                    Rows.text(row, "id"),
                    Rows.text(row, "name"),
                    Rows.text(row, "name_en"),
                    Rows.text(row, "kind")))
        .thenApply(
            platforms -> platforms.stream().sorted(Comparator.comparing(Platform::id)).toList());
  }

  @Override
  public CompletionStage<Boolean> createEnterprise(Enterprise enterprise) {
    return session
        .executeAsync(
            insertEnterprise.bind(
                bucket(enterprise.id().text()),
                enterprise.id().text(),
                enterprise.name(),
                enterprise.region(),
                enterprise.platforms(),
                enterprise.retention().word(),
                enterprise.created()))
        .thenApply(AsyncResultSet::wasApplied);
  }

  @Override
  public CompletionStage<Optional<Enterprise>> enterprise(EnterpriseId id) {
    return Rows.read(
            session,
            selectEnterprise.bind(bucket(id.text()), id.text()),
            CassandraRegistry::enterprise)
        .thenApply(rows -> rows.stream().findFirst());
  }

  @Override
  public CompletionStage<List<Enterprise>> enterprises(@Nullable EnterpriseId after, int limit) {
    String behind = after == null ? "" : after.text();
    return Rows.page(
        session,
        BUCKETS,
        bucket -> selectEnterprises.bind(bucket, behind, limit),
        CassandraRegistry::enterprise,
        Comparator.comparing(Enterprise::id),
        limit);
  }

  @Override
  public CompletionStage<Boolean> createDevice(Device device) {
    return devices.create(device);
  }

  @Override
  public CompletionStage<Boolean> discoverDevice(Device device) {
    return devices.discover(device);
  }

  @Override
  public CompletionStage<Map<DeviceId, Instant>> beginnings(EnterpriseId enterprise) {
    return devices.beginnings(enterprise);
  }

  @Override
  public CompletionStage<Optional<Device>> deviceRow(EnterpriseId enterprise, DeviceId id) {
    return devices.read(enterprise, id);
  }

  @Override
  public CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    return devices.page(enterprise, after, limit);
  }

  @Override
  public CompletionStage<List<Device>> devicesOf(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, int limit) {
    return devices.bucket(enterprise, bucket, after, limit);
  }

  @Override
  public CompletionStage<Void> deleteDevice(
      Device device, Instant when, boolean refused, AccessChange change) {
    return devices.delete(device, when, refused, change);
  }

  @Override
  public CompletionStage<Void> setIdentifiers(Device device, List<Identifier> now) {
    return devices.setIdentifiers(device, now);
  }

  @Override
  public CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change) {
    return devices.setDisabled(device, isDisabled, change);
  }

  @Override
  public CompletionStage<Set<DeviceId>> disabledDevices(EnterpriseId enterprise) {
    return devices.disabled(enterprise);
  }

  @Override
  public CompletionStage<Void> setSubDevices(
      EnterpriseId enterprise, SubDevices setting, AccessChange change) {
    String id = enterprise.text();
    return write(updateSubDevices.bind(setting.word(), bucket(id), id))
        .thenCompose(nothing -> changes.note(change));
  }

  @Override
  public CompletionStage<Void> setQuotas(
      EnterpriseId enterprise, Map<Quota, Long> values, AccessChange change) {
    String id = enterprise.text();
    CompletionStage<Void> written = DONE;
    for (Map.Entry<Quota, Long> each : values.entrySet()) {
      String word = each.getKey().word();
      // 0 and no null: a deleted cell that one replica missed would come back.
      BoundStatement update = updateQuotas.bind(word, each.getValue(), bucket(id), id);
      written = written.thenCompose(nothing -> write(update));
    }
    return written.thenCompose(nothing -> changes.note(change));
  }

  @Override
  public CompletionStage<Void> putCredential(Credential credential) {
    return credentials.put(credential);
  }

  @Override
  public CompletionStage<Optional<Credential>> credential(CredentialKey key) {
    return credentials.read(key);
  }

  @Override
  public CompletionStage<List<Credential>> credentials(EnterpriseId enterprise, DeviceId device) {
    return credentials.ofDevice(enterprise, device);
  }

  @Override
  public CompletionStage<Void> revoke(Credential credential, AccessChange change) {
    return credentials.revoke(credential, change);
  }

  @Override
  public CompletionStage<List<Credential>> tokens(
      EnterpriseId owner, @Nullable String after, int limit) {
    return credentials.ofPersons(owner, after, limit);
  }

  @Override
  public CompletionStage<List<AccessChange>> changes(Instant from, Instant until) {
    return changes.read(from, until);
  }

  @Override
  public CompletionStage<Void> putSession(Credential session) {
    return credentials.putSession(session);
  }

  @Override
  public CompletionStage<Void> endSession(Credential session, AccessChange change) {
    return credentials.endSession(session, change);
  }

  @Override
  public CompletionStage<Void> putLink(Credential link) {
    return links.put(link);
  }

  @Override
  public CompletionStage<Optional<Credential>> takeLink(CredentialKey key) {
    return links.take(key);
  }

  @Override
  public CompletionStage<Void> note(AccessChange change) {
    return changes.note(change);
  }

  @Override
  public CompletionStage<Boolean> beginChange(
      EnterpriseId enterprise, String what, String version) {
    return session
        .executeAsync(insertUnderWay.bind(enterprise.text(), what, version))
        .thenApply(AsyncResultSet::wasApplied);
  }

  @Override
  public CompletionStage<Void> endChange(EnterpriseId enterprise, String what, String version) {
    return write(deleteUnderWay.bind(enterprise.text(), what, version));
  }

  @Override
  public GrantTables grants() {
    return grants;
  }

  @Override
  public AuditTables audit() {
    return audit;
  }

  private static Enterprise enterprise(Row row) {
    List<String> platforms = row.getList("platforms", String.class);
    SubDevices subDevices = SubDevices.ofWord(Rows.text(row, "sub_devices"));
    return new Enterprise(
        new EnterpriseId(Rows.text(row, "id")),
        Rows.text(row, "name"),
        Rows.text(row, "region"),
        platforms == null ? List.of() : platforms,
        Retention.ofWord(Rows.text(row, "retention")).orElse(Retention.YEAR_1),
        subDevices == null ? SubDevices.CREATE : subDevices,
        quotas(row.getMap("quotas", String.class, Long.class)),
        Rows.instant(row, "created"));
  }

  /** Words of a later version are left aside. */
  private static Quotas quotas(@Nullable Map<String, Long> values) {
    Map<Quota, Long> known = new EnumMap<>(Quota.class);
    if (values != null) {
      values.forEach(
          (word, value) -> {
            Quota quota = Quota.ofWord(word);
            if (quota != null) {
              known.put(quota, value);
            }
          });
    }
    return Quotas.USUAL.with(known);
  }

  @Override
  public TraceTables traces() {
    return traces;
  }

  @Override
  public IdentifierTables identifiers() {
    return identifiers;
  }

  @Override
  public KeptTables kept() {
    return kept;
  }

  @Override
  public UnitTables units() {
    return units;
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  /** Never repeated by itself: a second one finds what the first has written. */
  private PreparedStatement transaction(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(false));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  private static int bucket(String id) {
    // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
    return (id.hashCode() * 0x9E3779B9) >>> 28;
  }
}
