package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.access.Subtree;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Role;

/** Links that log in once: see {@code 011-access.cql}. Transactions alone touch their rows. */
final class CassandraLinks {
  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement use;
  private final PreparedStatement select;

  CassandraLinks(CqlSession session) {
    this.session = session;
    insert =
        prepare(
            "INSERT INTO login_links (owner, hash, id, role, name, platform, created, expires,"
                + " parent, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, false) IF NOT EXISTS");
    // The row lives for 15 minutes, and so does the word that it was used.
    use =
        prepare(
            "UPDATE login_links USING TTL 900 SET used = true"
                + " WHERE owner = ? AND hash = ? IF used = false");
    select = prepare("SELECT * FROM login_links WHERE owner = ? AND hash = ?");
  }

  CompletionStage<Void> put(Credential link) {
    String platform = link.bounds().platform();
    return session
        .executeAsync(
            insert.bind(
                link.owner().text(),
                ByteBuffer.wrap(link.hash()),
                link.id(),
                link.role().word(),
                link.name(),
                platform == null ? "" : platform,
                link.created(),
                Rows.present(link.expires(), "expires"),
                link.parent() == null ? "" : link.parent().text()))
        .thenAccept(rows -> {});
  }

  CompletionStage<Optional<Credential>> take(CredentialKey key) {
    ByteBuffer hash = ByteBuffer.wrap(key.bytes());
    return session
        .executeAsync(use.bind(key.owner().text(), hash))
        .thenApply(AsyncResultSet::wasApplied)
        .thenCompose(
            isFirst ->
                isFirst
                    ? session
                        .executeAsync(select.bind(key.owner().text(), hash.duplicate()))
                        .thenApply(rows -> Optional.ofNullable(rows.one()))
                        .thenApply(row -> row.map(CassandraLinks::link))
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  private static Credential link(Row row) {
    @Nullable Role role = Role.ofWord(Rows.text(row, "role"));
    String platform = Rows.text(row, "platform");
    return new Credential(
            new EnterpriseId(Rows.text(row, "owner")),
            Rows.text(row, "id"),
            Rows.blob(row, "hash"),
            Rows.present(role, "role"),
            null,
            Rows.text(row, "name"),
            Rows.instant(row, "created"),
            row.getInstant("expires"))
        .with(platform.isEmpty() ? Bounds.NONE : new Bounds(platform, Set.of(), Subtree.ALL))
        .by(CredentialKey.parse(row.getString("parent")));
  }

  private PreparedStatement prepare(String cql) {
    // A transaction that is sent twice would find its own first try: nobody repeats it.
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(false));
  }
}
