package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Devices as CQL: see {@code 002-registry.cql}, {@code 008-access.cql}, {@code 013-identifiers.cql}
 * and {@code 016-beginnings.cql}. Any thread.
 */
final class CassandraDevices {
  private final CqlSession session;
  private final CassandraChanges changes;
  private final PreparedStatement insertDevice;
  private final PreparedStatement updateGateway;
  private final PreparedStatement selectDevice;
  private final PreparedStatement selectDevices;
  private final PreparedStatement updateDisabled;
  private final PreparedStatement noteDisabled;
  private final PreparedStatement selectDisabled;
  private final PreparedStatement updateDeleted;
  private final PreparedStatement updateIdentifiers;
  private final PreparedStatement insertBeginning;
  private final PreparedStatement selectBeginnings;

  CassandraDevices(CqlSession session, CassandraChanges changes) {
    this.session = session;
    this.changes = changes;
    insertDevice =
        prepare(
            "INSERT INTO devices (enterprise, bucket, id, name, kind, gateway, model, factory,"
                + " line, disabled, created, identifiers, deleted)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    updateGateway =
        prepare("UPDATE devices SET gateway = ? WHERE enterprise = ? AND bucket = ? AND id = ?");
    selectDevice = prepare("SELECT * FROM devices WHERE enterprise = ? AND bucket = ? AND id = ?");
    selectDevices =
        prepare("SELECT * FROM devices WHERE enterprise = ? AND bucket = ? AND id > ? LIMIT ?");
    updateDisabled =
        prepare("UPDATE devices SET disabled = ? WHERE enterprise = ? AND bucket = ? AND id = ?");
    noteDisabled =
        prepare("INSERT INTO disabled_devices (enterprise, device, disabled) VALUES (?, ?, ?)");
    selectDisabled = prepare("SELECT device, disabled FROM disabled_devices WHERE enterprise = ?");
    updateDeleted =
        prepare(
            "UPDATE devices SET deleted = ?, identifiers = [], gateway = ''"
                + " WHERE enterprise = ? AND bucket = ? AND id = ?");
    updateIdentifiers =
        prepare(
            "UPDATE devices SET identifiers = ? WHERE enterprise = ? AND bucket = ? AND id = ?");
    insertBeginning =
        prepare("INSERT INTO beginnings (enterprise, device, begun) VALUES (?, ?, ?)");
    selectBeginnings = prepare("SELECT device, begun FROM beginnings WHERE enterprise = ?");
  }

  /**
   * Looks, then writes: two creations of one id at the same moment both succeed and the later one's
   * columns hold. No transaction, because discovery writes the same rows without one.
   */
  CompletionStage<Boolean> create(Device device) {
    return read(device.enterprise(), device.id())
        .thenCompose(
            row ->
                row.isPresent() && row.get().deleted() == null
                    ? CompletableFuture.completedFuture(false)
                    : row.map(deleted -> again(device, device.created()))
                        .orElseGet(() -> insert(device, false))
                        .thenApply(nothing -> true));
  }

  CompletionStage<Boolean> discover(Device device) {
    return read(device.enterprise(), device.id())
        .thenCompose(
            existing -> {
              if (existing.isEmpty()) {
                return insert(device, false).thenApply(nothing -> true);
              }
              Device known = existing.get();
              if (known.deleted() != null) {
                // Who remembers what began anew is told: a gateway asks no API.
                return again(device, known.broughtBackFrom())
                    .thenCompose(nothing -> changes.note(device.enterprise(), device.id()))
                    .thenApply(nothing -> true);
              }
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
                          Registry.bucketOf(device.id()),
                          device.id().text()))
                  .thenApply(nothing -> false);
            });
  }

  CompletionStage<Map<DeviceId, Instant>> beginnings(EnterpriseId enterprise) {
    Map<DeviceId, Instant> begun = new HashMap<>();
    return Rows.visit(
            session,
            selectBeginnings.bind(enterprise.text()),
            row -> begun.put(new DeviceId(Rows.text(row, "device")), Rows.instant(row, "begun")))
        .thenApply(nothing -> Map.copyOf(begun));
  }

  CompletionStage<Optional<Device>> read(EnterpriseId enterprise, DeviceId id) {
    return Rows.read(
            session,
            selectDevice.bind(enterprise.text(), Registry.bucketOf(id), id.text()),
            CassandraDevices::device)
        .thenApply(rows -> rows.stream().findFirst());
  }

  CompletionStage<List<Device>> page(EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    String behind = after == null ? "" : after.text();
    return Rows.page(
        session,
        Registry.DEVICE_BUCKETS,
        bucket -> selectDevices.bind(enterprise.text(), bucket, behind, limit),
        CassandraDevices::device,
        Comparator.comparing(Device::id),
        limit);
  }

  CompletionStage<List<Device>> bucket(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, int limit) {
    String behind = after == null ? "" : after.text();
    return Rows.read(
        session,
        selectDevices.bind(enterprise.text(), bucket, behind, limit),
        CassandraDevices::device);
  }

  /** Marked and not removed: what still arrives of it must not bring the old row back in part. */
  CompletionStage<Void> delete(Device device, Instant when, boolean refused, AccessChange change) {
    String id = device.id().text();
    String enterprise = device.enterprise().text();
    return write(updateDeleted.bind(when, enterprise, Registry.bucketOf(device.id()), id))
        .thenCompose(nothing -> setDisabled(device, refused, change));
  }

  CompletionStage<Void> setIdentifiers(Device device, List<Identifier> now) {
    String id = device.id().text();
    return write(
        updateIdentifiers.bind(
            columns(now), device.enterprise().text(), Registry.bucketOf(device.id()), id));
  }

  private static List<String> columns(List<Identifier> identifiers) {
    return identifiers.stream().map(Identifier::column).toList();
  }

  /** The change last: who reads of it finds the rest. */
  CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change) {
    String enterprise = device.enterprise().text();
    String id = device.id().text();
    return write(noteDisabled.bind(enterprise, id, isDisabled))
        .thenCompose(
            nothing ->
                write(
                    updateDisabled.bind(
                        isDisabled, enterprise, Registry.bucketOf(device.id()), id)))
        .thenCompose(nothing -> changes.note(change));
  }

  CompletionStage<Set<DeviceId>> disabled(EnterpriseId enterprise) {
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

  /** The beginning first: else the row would show what the deleted one left. */
  private CompletionStage<Void> again(Device device, Instant begun) {
    return write(insertBeginning.bind(device.enterprise().text(), device.id().text(), begun))
        .thenCompose(nothing -> insert(device, true));
  }

  /**
   * Writes a device's row.
   *
   * @param isAgain over that of a deleted one, of which no column may show through
   */
  private CompletionStage<Void> insert(Device device, boolean isAgain) {
    BoundStatementBuilder row =
        insertDevice
            .boundStatementBuilder()
            .setString("enterprise", device.enterprise().text())
            .setInt("bucket", Registry.bucketOf(device.id()))
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
    if (!device.identifiers().isEmpty()) {
      row = row.setList("identifiers", columns(device.identifiers()), String.class);
    }
    if (isAgain) {
      row = row.setBoolean("disabled", device.disabled()).setInstant("deleted", Instant.EPOCH);
    }
    BoundStatement whole = row.build();
    return device.disabled() || isAgain
        ? write(
                noteDisabled.bind(
                    device.enterprise().text(), device.id().text(), device.disabled()))
            .thenCompose(nothing -> write(whole))
        : write(whole);
  }

  private static Device device(Row row) {
    String gateway = row.getString("gateway");
    Device.Kind kind = Device.Kind.ofWord(Rows.text(row, "kind"));
    Instant deleted = row.getInstant("deleted");
    return new Device(
        new EnterpriseId(Rows.text(row, "enterprise")),
        new DeviceId(Rows.text(row, "id")),
        Rows.text(row, "name"),
        kind == null ? Device.Kind.DEVICE : kind,
        gateway == null || gateway.isEmpty() ? null : new DeviceId(gateway),
        Rows.text(row, "model"),
        Rows.text(row, "factory"),
        Rows.text(row, "line"),
        row.getBoolean("disabled"),
        Rows.instant(row, "created"),
        identifiers(row.getList("identifiers", String.class)),
        deleted == null || deleted.equals(Instant.EPOCH) ? null : deleted);
  }

  /** Kinds of a later version are left aside. */
  private static List<Identifier> identifiers(@Nullable List<String> columns) {
    return columns == null
        ? List.of()
        : columns.stream().map(Identifier::parse).filter(Objects::nonNull).toList();
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
