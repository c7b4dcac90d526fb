package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.AuditTables;
import qiantang.store.access.GrantTables;
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
import qiantang.store.trace.TraceTables;

/**
 * The registry's tables as CQL: see {@code 002-registry.cql}, {@code 008-access.cql} and {@code
 * 009-quotas.cql}.
 */
final class CassandraRegistry implements Registry {
  private static final int BUCKETS = 16; // a table's layout: never to be changed
  private static final CompletionStage<Void> DONE =
      CompletableFuture.runAsync(() -> {}, Runnable::run);

  private final CqlSession session;
  private final PreparedStatement insertPlatform;
  private final PreparedStatement selectPlatforms;
  private final PreparedStatement insertEnterprise;
  private final PreparedStatement selectEnterprise;
  private final PreparedStatement selectEnterprises;
  private final PreparedStatement insertDevice;
  private final PreparedStatement updateGateway;
  private final PreparedStatement selectDevice;
  private final PreparedStatement selectDevices;
  private final PreparedStatement updateSubDevices;
  private final PreparedStatement updateQuotas;
  private final PreparedStatement updateDisabled;
  private final PreparedStatement noteDisabled;
  private final PreparedStatement selectDisabled;
  private final CassandraCredentials credentials;
  private final CassandraChanges changes;
  private final CassandraLinks links;
  private final CassandraGrants grants;
  private final CassandraAudit audit;
  private final CassandraTraces traces;
  private final CassandraKept kept;

  CassandraRegistry(CqlSession session) {
    this.session = session;
    insertPlatform = prepare("INSERT INTO platforms (id, name, name_en, kind) VALUES (?, ?, ?, ?)");
    selectPlatforms = prepare("SELECT * FROM platforms");
    insertEnterprise =
        session.prepare(
            SimpleStatement.newInstance(
                    "INSERT INTO enterprises"
                        + " (bucket, id, name, region, platforms, retention, created)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS")
                .setIdempotent(false));
    selectEnterprise = prepare("SELECT * FROM enterprises WHERE bucket = ? AND id = ?");
    selectEnterprises = prepare("SELECT * FROM enterprises WHERE bucket = ? AND id > ? LIMIT ?");
    insertDevice =
        prepare(
            "INSERT INTO devices (enterprise, bucket, id, name, kind, gateway, model, factory,"
                + " line, disabled, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    updateGateway =
        prepare("UPDATE devices SET gateway = ? WHERE enterprise = ? AND bucket = ? AND id = ?");
    selectDevice = prepare("SELECT * FROM devices WHERE enterprise = ? AND bucket = ? AND id = ?");
    selectDevices =
        prepare("SELECT * FROM devices WHERE enterprise = ? AND bucket = ? AND id > ? LIMIT ?");
    updateSubDevices =
        prepare("UPDATE enterprises SET sub_devices = ? WHERE bucket = ? AND id = ?");
    updateQuotas = prepare("UPDATE enterprises SET quotas[?] = ? WHERE bucket = ? AND id = ?");
    updateDisabled =
        prepare("UPDATE devices SET disabled = ? WHERE enterprise = ? AND bucket = ? AND id = ?");
    noteDisabled =
        prepare("INSERT INTO disabled_devices (enterprise, device, disabled) VALUES (?, ?, ?)");
    selectDisabled = prepare("SELECT device, disabled FROM disabled_devices WHERE enterprise = ?");
    changes = new CassandraChanges(session);
    links = new CassandraLinks(session);
    grants = new CassandraGrants(session);
    audit = new CassandraAudit(session);
    traces = new CassandraTraces(session);
    kept = new CassandraKept(session);
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
    return page(
        bucket -> selectEnterprises.bind(bucket, behind, limit),
        CassandraRegistry::enterprise,
        Comparator.comparing(Enterprise::id),
        limit);
  }

  /**
   * Looks, then writes: two creations of one id at the same moment both succeed and the later one's
   * columns hold. No transaction, because discovery writes the same rows without one.
   */
  @Override
  public CompletionStage<Boolean> createDevice(Device device) {
    return device(device.enterprise(), device.id())
        .thenCompose(
            existing ->
                existing.isPresent()
                    ? CompletableFuture.completedFuture(false)
                    : insert(device).thenApply(nothing -> true));
  }

  @Override
  public CompletionStage<Boolean> discoverDevice(Device device) {
    return device(device.enterprise(), device.id())
        .thenCompose(
            existing -> {
              if (existing.isEmpty()) {
                return insert(device).thenApply(nothing -> true);
              }
              Device known = existing.get();
              DeviceId gateway = device.gateway();
              if (known.kind() == Device.Kind.GATEWAY
                  || gateway == null
                  || gateway.equals(known.gateway())) {
                return CompletableFuture.completedFuture(false);
              }
              return write(
                      updateGateway.bind(
                          gateway.text(),
                          device.enterprise().text(),
                          bucket(device.id().text()),
                          device.id().text()))
                  .thenApply(nothing -> false);
            });
  }

  @Override
  public CompletionStage<Optional<Device>> device(EnterpriseId enterprise, DeviceId id) {
    return Rows.read(
            session,
            selectDevice.bind(enterprise.text(), bucket(id.text()), id.text()),
            CassandraRegistry::device)
        .thenApply(rows -> rows.stream().findFirst());
  }

  @Override
  public CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    String behind = after == null ? "" : after.text();
    return page(
        bucket -> selectDevices.bind(enterprise.text(), bucket, behind, limit),
        CassandraRegistry::device,
        Comparator.comparing(Device::id),
        limit);
  }

  /** The change last: who reads of it finds the rest. */
  @Override
  public CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change) {
    String enterprise = device.enterprise().text();
    String id = device.id().text();
    return write(noteDisabled.bind(enterprise, id, isDisabled))
        .thenCompose(nothing -> write(updateDisabled.bind(isDisabled, enterprise, bucket(id), id)))
        .thenCompose(nothing -> changes.note(change));
  }

  @Override
  public CompletionStage<Set<DeviceId>> disabledDevices(EnterpriseId enterprise) {
    Set<DeviceId> disabled = new HashSet<>();
    return Rows.visit(
            session,
            selectDisabled.bind(enterprise.text()),
            row -> {
              if (row.getBoolean("disabled")) {
                disabled.add(new DeviceId(Rows.text(row, "device")));
              }
            })
        .thenApply(nothing -> Set.copyOf(disabled));
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
  public GrantTables grants() {
    return grants;
  }

  @Override
  public AuditTables audit() {
    return audit;
  }

  private CompletionStage<Void> insert(Device device) {
    BoundStatementBuilder row =
        insertDevice
            .boundStatementBuilder()
            .setString("enterprise", device.enterprise().text())
            .setInt("bucket", bucket(device.id().text()))
            .setString("id", device.id().text())
            .setString("name", device.name())
            .setString("kind", device.kind().word())
            .setString("model", device.model())
            .setString("factory", device.factory())
            .setString("line", device.line())
            .setInstant("created", device.created());
    if (device.disabled()) { // unset is false: a discovery must not enable what somebody disabled
      row = row.setBoolean("disabled", true);
    }
    if (device.gateway() != null) {
      row = row.setString("gateway", device.gateway().text());
    }
    BoundStatement whole = row.build();
    return device.disabled()
        ? write(noteDisabled.bind(device.enterprise().text(), device.id().text(), true))
            .thenCompose(nothing -> write(whole))
        : write(whole);
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

  private static Device device(Row row) {
    String gateway = row.getString("gateway");
    Device.Kind kind = Device.Kind.ofWord(Rows.text(row, "kind"));
    return new Device(
        new EnterpriseId(Rows.text(row, "enterprise")),
        new DeviceId(Rows.text(row, "id")),
        Rows.text(row, "name"),
        kind == null ? Device.Kind.DEVICE : kind,
        gateway == null ? null : new DeviceId(gateway),
        Rows.text(row, "model"),
        Rows.text(row, "factory"),
        Rows.text(row, "line"),
        row.getBoolean("disabled"),
        Rows.instant(row, "created"));
  }

  /** The first rows in order over all buckets: each bucket's first so many, merged. */
  private <T> CompletionStage<List<T>> page(
      IntFunction<BoundStatement> ofBucket,
      Function<Row, T> toValue,
      Comparator<T> order,
      int limit) {
    List<CompletableFuture<List<T>>> reads = new ArrayList<>();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      reads.add(Rows.read(session, ofBucket.apply(bucket), toValue).toCompletableFuture());
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
        .thenApply(
            nothing ->
                reads.stream()
                    .flatMap(read -> read.join().stream())
                    .sorted(order)
                    .limit(limit)
                    .toList());
  }

  @Override
  public TraceTables traces() {
    return traces;
  }

  @Override
  public KeptTables kept() {
    return kept;
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  private static int bucket(String id) {
    // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
    return (id.hashCode() * 0x9E3779B9) >>> 28;
  }
}
