package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Grant;
import qiantang.store.access.GrantTables;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;

/** The tables of grants as CQL: see {@code 011-access.cql}. */
final class CassandraGrants implements GrantTables {
  private static final String COLUMNS =
      "enterprise, id, grantee, factory, line, devices, metrics, least_seconds, purpose, begins,"
          + " ends, created, created_by";

  // Cassandra takes no longer ones: 20 years.
  private static final long TTL_SECONDS_MAX = 630_720_000;

  private final CqlSession session;
  private final PreparedStatement insertGiven;
  private final PreparedStatement insertReceived;
  private final PreparedStatement revokeGiven;
  private final PreparedStatement revokeReceived;
  private final PreparedStatement selectGiven;
  private final PreparedStatement selectOne;
  private final PreparedStatement selectReceived;
  private final PreparedStatement selectGrantors;

  CassandraGrants(CqlSession session) {
    this.session = session;
    String values = ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?";
    insertGiven = prepare("INSERT INTO grants (" + COLUMNS + values);
    insertReceived = prepare("INSERT INTO grants_received (" + COLUMNS + values);
    revokeGiven =
        prepare("UPDATE grants USING TTL ? SET revoked = ? WHERE enterprise = ? AND id = ?");
    revokeReceived =
        prepare(
            "UPDATE grants_received USING TTL ? SET revoked = ?"
                + " WHERE grantee = ? AND enterprise = ? AND id = ?");
    selectGiven = prepare("SELECT * FROM grants WHERE enterprise = ? AND id > ? LIMIT ?");
    selectOne = prepare("SELECT * FROM grants WHERE enterprise = ? AND id = ?");
    selectReceived = prepare("SELECT * FROM grants_received WHERE grantee = ? AND enterprise = ?");
    selectGrantors =
        prepare(
            "SELECT enterprise FROM grants_received WHERE grantee = ? AND enterprise > ?"
                + " GROUP BY enterprise LIMIT ?");
  }

  /** Given first: what lets somebody in is never missing from the list of who gave it. */
  @Override
  public CompletionStage<Void> put(Grant grant) {
    return write(row(insertGiven, grant)).thenCompose(nothing -> write(row(insertReceived, grant)));
  }

  @Override
  public CompletionStage<Void> revoke(Grant grant) {
    Instant revoked = Rows.present(grant.revoked(), "revoked");
    int ttl = ttlSeconds(grant);
    String enterprise = grant.enterprise().text();
    return write(revokeReceived.bind(ttl, revoked, grant.grantee().text(), enterprise, grant.id()))
        .thenCompose(nothing -> write(revokeGiven.bind(ttl, revoked, enterprise, grant.id())));
  }

  @Override
  public CompletionStage<List<Grant>> given(
      EnterpriseId enterprise, @Nullable String after, int limit) {
    return Rows.read(
        session,
        selectGiven.bind(enterprise.text(), after == null ? "" : after, limit),
        CassandraGrants::grant);
  }

  @Override
  public CompletionStage<Optional<Grant>> given(EnterpriseId enterprise, String id) {
    return Rows.read(session, selectOne.bind(enterprise.text(), id), CassandraGrants::grant)
        .thenApply(rows -> rows.stream().findFirst());
  }

  @Override
  public CompletionStage<List<Grant>> received(Party grantee, EnterpriseId enterprise) {
    return Rows.read(
        session, selectReceived.bind(grantee.text(), enterprise.text()), CassandraGrants::grant);
  }

  @Override
  public CompletionStage<List<EnterpriseId>> grantors(
      Party grantee, @Nullable EnterpriseId after, int limit) {
    return Rows.read(
        session,
        selectGrantors.bind(grantee.text(), after == null ? "" : after.text(), limit),
        row -> new EnterpriseId(Rows.text(row, "enterprise")));
  }

  private static BoundStatement row(PreparedStatement insert, Grant grant) {
    BoundStatementBuilder row =
        BoundsColumns.set(insert.boundStatementBuilder(), grant.subtree())
            .setString("enterprise", grant.enterprise().text())
            .setString("id", grant.id())
            .setString("grantee", grant.grantee().text())
            .setLong("least_seconds", grant.leastSeconds())
            .setString("purpose", grant.purpose())
            .setInstant("begins", grant.from())
            .setInstant("ends", grant.until())
            .setInstant("created", grant.created())
            .setString("created_by", grant.createdBy())
            .setInt("[ttl]", ttlSeconds(grant));
    if (!grant.metrics().isEmpty()) {
      row = row.setList("metrics", grant.metrics().stream().sorted().toList(), String.class);
    }
    return row.build();
  }

  private static int ttlSeconds(Grant grant) {
    Duration kept = Duration.between(grant.created(), grant.until()).plus(KEPT_AFTER);
    return (int) Math.min(TTL_SECONDS_MAX, Math.max(1, kept.toSeconds()));
  }

  private static Grant grant(Row row) {
    return new Grant(
        new EnterpriseId(Rows.text(row, "enterprise")),
        Rows.text(row, "id"),
        Rows.present(Party.parse(Rows.text(row, "grantee")), "grantee"),
        BoundsColumns.subtree(row),
        Set.copyOf(BoundsColumns.texts(row, "metrics")),
        row.getLong("least_seconds"),
        Rows.text(row, "purpose"),
        Rows.instant(row, "begins"),
        Rows.instant(row, "ends"),
        Rows.instant(row, "created"),
        Rows.text(row, "created_by"),
        row.getInstant("revoked"));
  }

  private CompletionStage<Void> write(BoundStatement statement) {
    return session.executeAsync(statement).thenAccept(rows -> {});
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
