package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;

/** The table {@code events} as CQL: see {@code 004-events.cql}. */
final class CassandraEvents {
  // In place of a device, for the enterprise's own list; no device is called so.
  private static final String OF_ALL = "*";

  // A rejection has at most some KB: a page, one answer of the API, is less than a MiB.
  private static final int EVENTS_PER_PAGE = 500;

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;

  CassandraEvents(CqlSession session) {
    this.session = session;
    insert =
        prepare("INSERT INTO events (enterprise, device, month, id, body) VALUES (?, ?, ?, ?, ?)");
    select =
        prepare(
            "SELECT id, body FROM events WHERE enterprise = ? AND device = ? AND month = ?"
                + " AND id >= ? AND id < ? LIMIT ?");
  }

  Batches<EventPartition, BoundStatement> rows(List<Event> events) {
    Batches<EventPartition, BoundStatement> batches = new Batches<>();
    for (Event event : events) {
      EventPartition partition = event.partition();
      BoundStatement row =
          insert.bind(
              partition.enterprise().text(),
              textOf(partition.device()),
              partition.month(),
              event.id(),
              ByteBuffer.wrap(event.bytes()));
      batches.add(partition, row, event.bytes().length);
    }
    return batches;
  }

  CompletionStage<List<Event>> read(
      EventPartition partition, String fromId, String toId, int limit) {
    BoundStatement statement =
        select
            .bind(
                partition.enterprise().text(),
                textOf(partition.device()),
                partition.month(),
                fromId,
                toId,
                limit)
            .setPageSize(EVENTS_PER_PAGE);
    return Rows.read(
        session,
        statement,
        row ->
            new Event(partition, Rows.present(row.getString("id"), "id"), Rows.blob(row, "body")));
  }

  private static String textOf(@Nullable DeviceId device) {
    return device == null ? OF_ALL : device.text();
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
