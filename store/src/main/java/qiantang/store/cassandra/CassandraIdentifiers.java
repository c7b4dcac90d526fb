package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The tables of identifiers as CQL: see {@code 013-identifiers.cql}. Any thread. */
final class CassandraIdentifiers implements IdentifierTables {
  private static final int BUCKETS = 16; // a table's layout: never to be changed

  private final CqlSession session;
  private final Claims ofWorld;
  private final Claims ofEnterprise;
  private final PreparedStatement insertListed;
  private final PreparedStatement deleteListed;
  private final PreparedStatement selectListed;

  /** The statements of one of the two tables of claims; each begins with the key. */
  private record Claims(
      PreparedStatement insert,
      PreparedStatement update,
      PreparedStatement delete,
      PreparedStatement select) {}

  CassandraIdentifiers(CqlSession session) {
    this.session = session;
    ofWorld =
        new Claims(
            transaction(
                "INSERT INTO global_identifiers (enterprise, id, device, claimed)"
                    + " VALUES (?, ?, ?, ?) IF NOT EXISTS"),
            transaction(
                "UPDATE global_identifiers SET enterprise = ?, device = ?, claimed = ?"
                    + " WHERE id = ? IF enterprise = ? AND device = ? AND claimed = ?"),
            transaction(
                "DELETE FROM global_identifiers WHERE id = ? IF enterprise = ? AND device = ?"),
            prepare("SELECT enterprise, device, claimed FROM global_identifiers WHERE id = ?"));
    ofEnterprise =
        new Claims(
            transaction(
                "INSERT INTO own_identifiers (enterprise, id, device, claimed)"
                    + " VALUES (?, ?, ?, ?) IF NOT EXISTS"),
            transaction(
                "UPDATE own_identifiers SET device = ?, claimed = ? WHERE enterprise = ?"
                    + " AND id = ? IF device = ? AND claimed = ?"),
            transaction(
                "DELETE FROM own_identifiers WHERE enterprise = ? AND id = ? IF device = ?"),
            prepare(
                "SELECT enterprise, device, claimed FROM own_identifiers"
                    + " WHERE enterprise = ? AND id = ?"));
    insertListed =
        prepare(
            "INSERT INTO device_identifiers (enterprise, bucket, id, device) VALUES (?, ?, ?, ?)");
    deleteListed =
        prepare(
            "DELETE FROM device_identifiers"
                + " WHERE enterprise = ? AND bucket = ? AND id = ? AND device = ?");
    // Behind every text that has a begin comes the begin with the last character there is.
    selectListed =
        prepare(
            "SELECT device FROM device_identifiers"
                + " WHERE enterprise = ? AND bucket = ? AND id >= ? AND id < ? LIMIT ?");
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(Claim claim) {
    String id = claim.identifier().text();
    return session
        .executeAsync(
            of(claim.identifier())
                .insert
                .bind(claim.enterprise().text(), id, claim.device().text(), claim.claimed()))
        .thenApply(
            rows ->
                rows.wasApplied()
                    ? Optional.empty()
                    : Optional.ofNullable(claim(claim.identifier(), rows.one())));
  }

  @Override
  public CompletionStage<Boolean> takeOver(Claim from, Claim to) {
    Identifier identifier = from.identifier();
    String device = to.device().text();
    PreparedStatement update = of(identifier).update;
    BoundStatement statement =
        identifier.kind().isGlobal()
            ? update.bind(
                to.enterprise().text(),
                device,
                to.claimed(),
                identifier.text(),
                from.enterprise().text(),
                from.device().text(),
                from.claimed())
            : update.bind(
                device,
                to.claimed(),
                to.enterprise().text(),
                identifier.text(),
                from.device().text(),
                from.claimed());
    return session.executeAsync(statement).thenApply(AsyncResultSet::wasApplied);
  }

  @Override
  public CompletionStage<Void> release(Claim claim) {
    String enterprise = claim.enterprise().text();
    String id = claim.identifier().text();
    String device = claim.device().text();
    PreparedStatement delete = of(claim.identifier()).delete;
    return session
        .executeAsync(
            claim.identifier().kind().isGlobal()
                ? delete.bind(id, enterprise, device)
                : delete.bind(enterprise, id, device))
        .thenAccept(rows -> {});
  }

  @Override
  public CompletionStage<Optional<Claim>> read(Identifier identifier, EnterpriseId enterprise) {
    PreparedStatement select = of(identifier).select;
    String id = identifier.text();
    return session
        .executeAsync(
            identifier.kind().isGlobal() ? select.bind(id) : select.bind(enterprise.text(), id))
        .thenApply(rows -> Optional.ofNullable(claim(identifier, rows.one())));
  }

  @Override
  public CompletionStage<Void> list(Claim claim) {
    return listing(insertListed, claim);
  }

  @Override
  public CompletionStage<Void> unlist(Claim claim) {
    return listing(deleteListed, claim);
  }

  @Override
  public CompletionStage<List<DeviceId>> search(EnterpriseId enterprise, String begin, int limit) {
    String behind = begin + Character.toString(Character.MAX_CODE_POINT);
    List<CompletableFuture<List<DeviceId>>> reads = new ArrayList<>();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      reads.add(
          Rows.read(
                  session,
                  selectListed.bind(enterprise.text(), bucket, begin, behind, limit),
                  row -> new DeviceId(Rows.text(row, "device")))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
        .thenApply(nothing -> reads.stream().flatMap(read -> read.join().stream()).toList());
  }

  private CompletionStage<Void> listing(PreparedStatement statement, Claim claim) {
    String id = claim.identifier().text();
    return session
        .executeAsync(
            statement.bind(claim.enterprise().text(), bucket(id), id, claim.device().text()))
        .thenAccept(rows -> {});
  }

  private Claims of(Identifier identifier) {
    return identifier.kind().isGlobal() ? ofWorld : ofEnterprise;
  }

  private static @Nullable Claim claim(Identifier identifier, @Nullable Row row) {
    return row == null
        ? null
        : new Claim(
            identifier,
            new EnterpriseId(Rows.text(row, "enterprise")),
            new DeviceId(Rows.text(row, "device")),
            Rows.instant(row, "claimed"));
  }

  private static int bucket(String id) {
    // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
    return (id.hashCode() * 0x9E3779B9) >>> 28;
  }

  private PreparedStatement transaction(String cql) {
    // Sent twice it would find its own first try: nobody repeats it unasked.
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(false));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
