package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Act;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.model.EnterpriseId;

/** The table of the audit as CQL, inserts and selects alone: see {@code 011-access.cql}. */
final class CassandraAudit implements AuditTables {
  // Behind every id, in the order of text.
  private static final String END = "~";

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;

  CassandraAudit(CqlSession session) {
    this.session = session;
    insert =
        prepare(
            "INSERT INTO audit_lines (subject, day, id, chain, number, at, previous_day, previous,"
                + " digest, token_id, name, role, party, action, object, granted, outcome, times,"
                + " request, address)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    select = prepare("SELECT * FROM audit_lines WHERE subject = ? AND day = ? AND id < ? LIMIT ?");
  }

  @Override
  public CompletionStage<Void> append(List<AuditLine> lines) {
    if (lines.size() == 1) {
      return session.executeAsync(row(lines.getFirst())).thenAccept(rows -> {});
    }
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED).setIdempotence(true);
    for (AuditLine line : lines) { // one partition
      batch.addStatement(row(line));
    }
    return session.executeAsync(batch.build()).thenAccept(rows -> {});
  }

  @Override
  public CompletionStage<List<AuditLine>> read(
      EnterpriseId subject, long day, @Nullable String beforeId, int limit) {
    return Rows.read(
        session,
        select.bind(subject.text(), day, beforeId == null ? END : beforeId, limit),
        CassandraAudit::line);
  }

  private BoundStatement row(AuditLine line) {
    Act act = line.act();
    BoundStatementBuilder row =
        insert
            .boundStatementBuilder()
            .setString("subject", act.subject().text())
            .setLong("day", line.day())
            .setString("id", line.id())
            .setString("chain", line.chain())
            .setLong("number", line.number())
            .setLong("at", line.micros())
            .setLong("previous_day", line.previousDay())
            .setString("previous", line.previous())
            .setString("digest", line.digest())
            .setString("token_id", act.actor().token())
            .setString("name", act.actor().name())
            .setString("role", act.actor().role())
            .setString("party", act.actor().party())
            .setString("action", act.action())
            .setString("object", act.object())
            .setString("outcome", act.outcome())
            .setLong("times", act.count())
            .setString("request", act.requestId())
            .setString("address", act.address());
    return (act.grant() == null ? row : row.setString("granted", act.grant())).build();
  }

  private static AuditLine line(Row row) {
    Act act =
        new Act(
            new EnterpriseId(Rows.text(row, "subject")),
            new Act.Actor(
                Rows.text(row, "token_id"),
                Rows.text(row, "name"),
                Rows.text(row, "role"),
                Rows.text(row, "party")),
            Rows.text(row, "action"),
            Rows.text(row, "object"),
            row.getString("granted"),
            Rows.text(row, "outcome"),
            row.getLong("times"),
            Rows.text(row, "request"),
            Rows.text(row, "address"));
    return new AuditLine(
        row.getLong("at"),
        Rows.text(row, "chain"),
        row.getLong("number"),
        row.getLong("previous_day"),
        Rows.text(row, "previous"),
        Rows.text(row, "digest"),
        act);
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
