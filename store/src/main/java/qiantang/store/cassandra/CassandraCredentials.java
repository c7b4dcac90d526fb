package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Role;

/**
 * Credentials, each in two tables: a row that is looked up at each login, and a row in a list, of
 * its device or of its owner's people and programs.
 */
final class CassandraCredentials {
  // Clocks differ by seconds; who comes with an expired one is told so by its time alone.
  private static final Duration SESSION_SPARE = Duration.ofMinutes(10);

  private final CqlSession session;
  private final CassandraChanges changes;
  private final PreparedStatement insertCredential;
  private final PreparedStatement updateKind;
  private final PreparedStatement revokeCredential;
  private final PreparedStatement selectCredential;
  private final PreparedStatement insertSession;
  private final PreparedStatement endSession;
  private final PreparedStatement insertToken;
  private final PreparedStatement deleteToken;
  private final PreparedStatement selectTokens;
  private final PreparedStatement insertDevices;
  private final PreparedStatement deleteDevices;
  private final PreparedStatement selectDevices;

  CassandraCredentials(CqlSession session, CassandraChanges changes) {
    this.session = session;
    this.changes = changes;
    insertCredential =
        prepare(
            "INSERT INTO credentials (owner, hash, id, kind, role, device, name, fingerprint,"
                + " created, expires, revoked, platform, scopes, factory, line, devices)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insertSession =
        prepare(
            "INSERT INTO credentials (owner, hash, id, kind, role, name, created, expires,"
                + " platform, scopes, factory, line, devices, parent)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?");
    endSession =
        prepare("UPDATE credentials USING TTL ? SET revoked = true WHERE owner = ? AND hash = ?");
    updateKind = prepare("UPDATE credentials SET kind = ? WHERE owner = ? AND hash = ?");
    revokeCredential =
        prepare("UPDATE credentials SET revoked = true WHERE owner = ? AND hash = ?");
    selectCredential = prepare("SELECT * FROM credentials WHERE owner = ? AND hash = ?");
    insertToken =
        prepare(
            "INSERT INTO tokens (owner, id, hash, role, name, created, expires,"
                + " platform, scopes, factory, line, devices)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    deleteToken = prepare("DELETE FROM tokens WHERE owner = ? AND id = ?");
    selectTokens = prepare("SELECT * FROM tokens WHERE owner = ? AND id > ? LIMIT ?");
    insertDevices =
        prepare(
            "INSERT INTO device_credentials (owner, device, id, hash, kind, role, name,"
                + " fingerprint, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    deleteDevices =
        prepare("DELETE FROM device_credentials WHERE owner = ? AND device = ? AND id = ?");
    selectDevices = prepare("SELECT * FROM device_credentials WHERE owner = ? AND device = ?");
  }

  /** The list first: what opens something is never missing from it. */
  CompletionStage<Void> put(Credential credential) {
    return write(listRow(credential)).thenCompose(nothing -> write(row(credential)));
  }

  CompletionStage<Optional<Credential>> read(CredentialKey key) {
    return session
        .executeAsync(selectCredential.bind(key.owner().text(), ByteBuffer.wrap(key.bytes())))
        .thenCompose(
            rows -> {
              Row row = rows.one();
              if (row == null || row.getBoolean("revoked")) {
                return CompletableFuture.completedFuture(Optional.empty());
              }
              Credential credential = credential(row);
              boolean isListed = row.getString("device") == null || row.getString("kind") != null;
              return isListed
                  ? CompletableFuture.completedFuture(Optional.of(credential))
                  : list(credential).thenApply(nothing -> Optional.of(credential));
            });
  }

  /** Programs from before there were kinds put no device's credential into a list. */
  private CompletionStage<Void> list(Credential credential) {
    String kind = credential.kind().word();
    String owner = credential.owner().text();
    return write(listRow(credential))
        .thenCompose(
            nothing -> write(updateKind.bind(kind, owner, ByteBuffer.wrap(credential.hash()))));
  }

  CompletionStage<List<Credential>> ofDevice(EnterpriseId owner, DeviceId device) {
    return Rows.read(
        session, selectDevices.bind(owner.text(), device.text()), CassandraCredentials::credential);
  }

  CompletionStage<List<Credential>> ofPersons(
      EnterpriseId owner, @Nullable String after, int limit) {
    return Rows.read(
        session,
        selectTokens.bind(owner.text(), after == null ? "" : after, limit),
        CassandraCredentials::token);
  }

  /** The list last: who was not answered finds it there and can repeat. */
  CompletionStage<Void> revoke(Credential credential, AccessChange change) {
    DeviceId device = credential.device();
    String owner = credential.owner().text();
    BoundStatement outOfList =
        device == null
            ? deleteToken.bind(owner, credential.id())
            : deleteDevices.bind(owner, device.text(), credential.id());
    return write(revokeCredential.bind(owner, ByteBuffer.wrap(credential.hash())))
        .thenCompose(nothing -> changes.note(change))
        .thenCompose(nothing -> write(outOfList));
  }

  CompletionStage<Void> putSession(Credential session) {
    BoundStatementBuilder row =
        BoundsColumns.set(common(insertSession, session), session.bounds())
            .setString("kind", session.kind().word())
            .setInt("[ttl]", ttlSeconds(session));
    CredentialKey parent = session.parent();
    return write(parent == null ? row.build() : row.setString("parent", parent.text()).build());
  }

  /** The word that it is over lives as long as the row could. */
  CompletionStage<Void> endSession(Credential session, AccessChange change) {
    return write(
            endSession.bind(
                ttlSeconds(session), session.owner().text(), ByteBuffer.wrap(session.hash())))
        .thenCompose(nothing -> changes.note(change));
  }

  private static int ttlSeconds(Credential session) {
    Instant expires = session.expires();
    if (expires == null) {
      throw new AssertionError("BUG: a browser's credential expires");
    }
    long seconds = Duration.between(session.created(), expires).plus(SESSION_SPARE).toSeconds();
    return (int) Math.max(1, seconds);
  }

  private BoundStatement row(Credential credential) {
    BoundStatementBuilder row =
        BoundsColumns.set(common(insertCredential, credential), credential.bounds())
            .setString("kind", credential.kind().word());
    if (credential.device() != null) {
      row = row.setString("device", credential.device().text());
    }
    if (credential.kind() == Credential.Kind.CERTIFICATE) {
      // Leave that was revoked and is given again has the same key: nothing of before may stay.
      row = row.setBoolean("revoked", false);
      row = credential.expires() == null ? row.setToNull("expires") : row;
    }
    return withFingerprint(row, credential).build();
  }

  private BoundStatement listRow(Credential credential) {
    DeviceId device = credential.device();
    if (device == null) {
      return BoundsColumns.set(common(insertToken, credential), credential.bounds()).build();
    }
    BoundStatementBuilder row =
        common(insertDevices, credential)
            .setString("kind", credential.kind().word())
            .setString("device", device.text());
    return withFingerprint(row, credential).build();
  }

  private static BoundStatementBuilder common(PreparedStatement insert, Credential credential) {
    BoundStatementBuilder row =
        insert
            .boundStatementBuilder()
            .setString("owner", credential.owner().text())
            .setString("id", credential.id())
            .setByteBuffer("hash", ByteBuffer.wrap(credential.hash()))
            .setString("role", credential.role().word())
            .setString("name", credential.name())
            .setInstant("created", credential.created());
    Instant expires = credential.expires();
    return expires == null ? row : row.setInstant("expires", expires);
  }

  private static BoundStatementBuilder withFingerprint(
      BoundStatementBuilder row, Credential credential) {
    String fingerprint = credential.fingerprint();
    return fingerprint == null ? row : row.setString("fingerprint", fingerprint);
  }

  private static Credential credential(Row row) {
    String device = row.getString("device");
    Credential.Kind kind = Credential.Kind.ofWord(Rows.text(row, "kind"));
    Credential credential =
        credential(
            row,
            kind == null ? Credential.Kind.TOKEN : kind,
            device == null ? null : new DeviceId(device),
            row.getString("fingerprint"));
    // A device's has none, and the list of a device's no such column.
    return device == null
        ? credential.by(CredentialKey.parse(row.getString("parent")))
        : credential;
  }

  private static Credential token(Row row) {
    return credential(row, Credential.Kind.TOKEN, null, null);
  }

  private static Credential credential(
      Row row, Credential.Kind kind, @Nullable DeviceId device, @Nullable String fingerprint) {
    Role role = Role.ofWord(Rows.text(row, "role"));
    ByteBuffer hash = row.getByteBuffer("hash");
    if (role == null || hash == null) {
      throw new IllegalStateException("cannot read a credential: its role or hash is missing");
    }
    return new Credential(
        new EnterpriseId(Rows.text(row, "owner")),
        Rows.text(row, "id"),
        Rows.bytes(hash),
        kind,
        role,
        device,
        Rows.text(row, "name"),
        fingerprint,
        Rows.instant(row, "created"),
        row.getInstant("expires"),
        device == null ? BoundsColumns.of(row) : Bounds.NONE,
        null);
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
