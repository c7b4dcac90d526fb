package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.fold.HealthTables.HealthRow;
import qiantang.store.model.DeviceId;

/** The table of health rows as CQL: see {@code 012-health.cql}. */
final class CassandraHealth {
  private static final int ROWS_PER_PAGE = 500; // of some hundred bytes, 2 KB at most

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;
  private final PreparedStatement selectDevices;

  CassandraHealth(CqlSession session) {
    this.session = session;
    insert =
        prepare(
            "INSERT INTO health (enterprise, layout_day, bucket, device, minute, body)"
                + " VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
    String rows =
        "SELECT device, minute, body FROM health"
            + " WHERE enterprise = ? AND layout_day = ? AND bucket = ?";
    select = prepare(rows);
    selectDevices = prepare(rows + " AND device IN ?");
  }

  Batches<HealthPartition, BoundStatement> rows(List<HealthRow> rows) {
    Batches<HealthPartition, BoundStatement> batches = new Batches<>();
    for (HealthRow row : rows) {
      HealthPartition partition = row.partition();
      BoundStatement statement =
          insert.bind(
              partition.enterprise().text(),
              partition.layoutDay(),
              partition.bucket(),
              row.device().text(),
              row.minute(),
              ByteBuffer.wrap(row.bytes()),
              row.minute());
      batches.add(partition, statement, row.bytes().length);
    }
    return batches;
  }

  CompletionStage<List<HealthRow>> read(
      HealthPartition partition, @Nullable List<DeviceId> devices) {
    BoundStatement statement =
        devices == null
            ? select.bind(partition.enterprise().text(), partition.layoutDay(), partition.bucket())
            : selectDevices.bind(
                partition.enterprise().text(),
                partition.layoutDay(),
                partition.bucket(),
                devices.stream().map(DeviceId::text).toList());
    return Rows.read(
        session,
        statement.setPageSize(ROWS_PER_PAGE),
        row ->
            new HealthRow(
                partition,
                new DeviceId(Rows.present(row.getString("device"), "device")),
                row.getLong("minute"),
                Rows.blob(row, "body")));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
