package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** The registry's tables as CQL: see {@code 002-registry.cql}. */
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
  private final PreparedStatement insertCredential;
  private final PreparedStatement insertToken;
  private final PreparedStatement selectCredential;
  private final PreparedStatement selectTokens;

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
    insertCredential =
        prepare(
            "INSERT INTO credentials (owner, hash, id, role, device, name, created, expires)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insertToken =
        prepare(
            "INSERT INTO tokens (owner, id, hash, role, name, created, expires)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    selectCredential = prepare("SELECT * FROM credentials WHERE owner = ? AND hash = ?");
    selectTokens = prepare("SELECT * FROM tokens WHERE owner = ? AND id > ? LIMIT ?");
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
                    text(row, "id"), text(row, "name"), text(row, "name_en"), text(row, "kind")))
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
  public CompletionStage<Void> discoverDevice(Device device) {
    return device(device.enterprise(), device.id())
        .thenCompose(
            existing -> {
              if (existing.isEmpty()) {
                return insert(device);
              }
              Device known = existing.get();
              DeviceId gateway = device.gateway();
              if (known.kind() == Device.Kind.GATEWAY
                  || gateway == null
                  || gateway.equals(known.gateway())) {
                return DONE;
              }
              return write(
                  updateGateway.bind(
                      gateway.text(),
                      device.enterprise().text(),
                      bucket(device.id().text()),
                      device.id().text()));
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

  @Override
  public CompletionStage<Void> putCredential(Credential credential) {
    if (credential.device() != null) {
      return write(credentialRow(credential));
    }
    BoundStatementBuilder token =
        insertToken
            .boundStatementBuilder()
            .setString("owner", credential.owner().text())
            .setString("id", credential.id())
            .setByteBuffer("hash", ByteBuffer.wrap(credential.hash()))
            .setString("role", credential.role().word())
            .setString("name", credential.name())
            .setInstant("created", credential.created());
    if (credential.expires() != null) {
      token = token.setInstant("expires", credential.expires());
    }
    // The list first: a token that opens something is never missing from it.
    return write(token.build()).thenCompose(nothing -> write(credentialRow(credential)));
  }

  @Override
  public CompletionStage<Optional<Credential>> credential(AccessToken token) {
    return Rows.read(
            session,
            selectCredential.bind(token.owner().text(), ByteBuffer.wrap(token.hash())),
            CassandraRegistry::credential)
        .thenApply(rows -> rows.stream().findFirst());
  }

  @Override
  public CompletionStage<List<Credential>> tokens(
      EnterpriseId owner, @Nullable String after, int limit) {
    return Rows.read(
        session,
        selectTokens.bind(owner.text(), after == null ? "" : after, limit),
        CassandraRegistry::token);
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
            .setBoolean("disabled", device.disabled())
            .setInstant("created", device.created());
    if (device.gateway() != null) {
      row = row.setString("gateway", device.gateway().text());
    }
    return write(row.build());
  }

  private BoundStatement credentialRow(Credential credential) {
    BoundStatementBuilder row =
        insertCredential
            .boundStatementBuilder()
            .setString("owner", credential.owner().text())
            .setByteBuffer("hash", ByteBuffer.wrap(credential.hash()))
            .setString("id", credential.id())
            .setString("role", credential.role().word())
            .setString("name", credential.name())
            .setInstant("created", credential.created());
    if (credential.device() != null) {
      row = row.setString("device", credential.device().text());
    }
    if (credential.expires() != null) {
      row = row.setInstant("expires", credential.expires());
    }
    return row.build();
  }

  private static Enterprise enterprise(Row row) {
    List<String> platforms = row.getList("platforms", String.class);
    return new Enterprise(
        new EnterpriseId(text(row, "id")),
        text(row, "name"),
        text(row, "region"),
        platforms == null ? List.of() : platforms,
        Retention.ofWord(text(row, "retention")).orElse(Retention.YEAR_1),
        instant(row, "created"));
  }

  private static Device device(Row row) {
    String gateway = row.getString("gateway");
    Device.Kind kind = Device.Kind.ofWord(text(row, "kind"));
    return new Device(
        new EnterpriseId(text(row, "enterprise")),
        new DeviceId(text(row, "id")),
        text(row, "name"),
        kind == null ? Device.Kind.DEVICE : kind,
        gateway == null ? null : new DeviceId(gateway),
        text(row, "model"),
        text(row, "factory"),
        text(row, "line"),
        row.getBoolean("disabled"),
        instant(row, "created"));
  }

  private static Credential credential(Row row) {
    String device = row.getString("device");
    return credential(row, device == null ? null : new DeviceId(device));
  }

  private static Credential token(Row row) {
    return credential(row, null);
  }

  private static Credential credential(Row row, @Nullable DeviceId device) {
    Role role = Role.ofWord(text(row, "role"));
    ByteBuffer hash = row.getByteBuffer("hash");
    if (role == null || hash == null) {
      throw new IllegalStateException("cannot read a credential: its role or hash is missing");
    }
    return new Credential(
        new EnterpriseId(text(row, "owner")),
        text(row, "id"),
        Rows.bytes(hash),
        role,
        device,
        text(row, "name"),
        instant(row, "created"),
        row.getInstant("expires"));
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

  // A column that was left unset reads as null and means the empty text.
  private static String text(Row row, String column) {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  private static Instant instant(Row row, String column) {
    Instant instant = row.getInstant(column);
    return instant == null ? Instant.EPOCH : instant;
  }
}
