package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** The table of units as CQL: see {@code 017-units.cql}. Any thread. */
final class CassandraUnits implements UnitTables {
  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement delete;
  private final PreparedStatement select;

  CassandraUnits(CqlSession session) {
    this.session = session;
    insert = prepare("INSERT INTO units (enterprise, model, metric, unit) VALUES (?, ?, ?, ?)");
    delete = prepare("DELETE FROM units WHERE enterprise = ? AND model = ? AND metric = ?");
    select = prepare("SELECT model, metric, unit FROM units WHERE enterprise = ?");
  }

  private record Row(Units.Metric metric, String unit) {}

  @Override
  public CompletionStage<Units> read(EnterpriseId enterprise) {
    return Rows.read(
            session,
            select.bind(enterprise.text()),
            row ->
                new Row(
                    new Units.Metric(Rows.text(row, "model"), Rows.text(row, "metric")),
                    Rows.text(row, "unit")))
        .thenApply(
            rows -> {
              SortedMap<Units.Metric, String> all = new TreeMap<>();
              rows.forEach(row -> all.put(row.metric(), row.unit()));
              return new Units(all);
            });
  }

  @Override
  public CompletionStage<Void> write(EnterpriseId enterprise, List<Change> changes) {
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED).setIdempotence(true);
    for (Change change : changes) { // one partition, so all or none: 400 KB at the most
      batch = batch.addStatement(row(enterprise, change));
    }
    return session.executeAsync(batch.build()).thenAccept(rows -> {});
  }

  private BoundStatement row(EnterpriseId enterprise, Change change) {
    String model = change.metric().model();
    String name = change.metric().name();
    return change.unit() == null
        ? delete.bind(enterprise.text(), model, name)
        : insert.bind(enterprise.text(), model, name, change.unit());
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
