package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.List;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** Masks, and what is erased beside chunks, as CQL: see {@code 006-masks.cql}. */
final class CassandraMasks {
  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;
  private final PreparedStatement delete;
  private final PreparedStatement selectEnterprises;
  private final PreparedStatement deleteState;
  private final PreparedStatement deleteEvents;
  private final PreparedStatement deleteEvent;

  CassandraMasks(CqlSession session) {
    this.session = session;
    insert =
        prepare(
            "INSERT INTO masks (enterprise, id, device, before, made, erased_minute, erased)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ?");
    select =
        prepare(
            "SELECT id, device, before, made, erased_minute, erased FROM masks"
                + " WHERE enterprise = ?");
    delete = prepare("DELETE FROM masks WHERE enterprise = ? AND id = ?");
    selectEnterprises = prepare("SELECT DISTINCT enterprise FROM masks");
    deleteState =
        prepare(
            "DELETE FROM states USING TIMESTAMP ? WHERE enterprise = ? AND layout_day = ?"
                + " AND device_group = ? AND device = ? AND part = ?");
    String events = "DELETE FROM events WHERE enterprise = ? AND device = ? AND month = ?";
    deleteEvents = prepare(events + " AND id < ?");
    deleteEvent = prepare(events + " AND id = ?");
  }

  /** All columns again, so that none expires before the others; what is null stays unset. */
  BoundStatement row(Deletion deletion, int seconds) {
    Mask mask = deletion.mask();
    BoundStatementBuilder row =
        insert
            .boundStatementBuilder()
            .setString("enterprise", mask.enterprise().text())
            .setString("id", mask.id())
            .setLong("before", mask.beforeMicros())
            .setLong("made", mask.madeMillis())
            .setInt("[ttl]", seconds);
    if (mask.device() != null) {
      row = row.setString("device", mask.device().text());
    }
    if (deletion.erasedMinute() != null) {
      row = row.setLong("erased_minute", deletion.erasedMinute());
    }
    if (deletion.erasedMillis() != null) {
      row = row.setLong("erased", deletion.erasedMillis());
    }
    return row.build();
  }

  Batches<EnterpriseId, BoundStatement> forgotten(List<Mask> masks) {
    Batches<EnterpriseId, BoundStatement> batches = new Batches<>();
    for (Mask mask : masks) {
      batches.add(mask.enterprise(), delete.bind(mask.enterprise().text(), mask.id()), 0);
    }
    return batches;
  }

  CompletionStage<List<Deletion>> deletions(EnterpriseId enterprise) {
    return Rows.read(session, select.bind(enterprise.text()), row -> deletion(enterprise, row));
  }

  private static Deletion deletion(EnterpriseId enterprise, Row row) {
    String device = row.getString("device");
    return new Deletion(
        new Mask(
            enterprise,
            Rows.present(row.getString("id"), "id"),
            device == null ? null : new DeviceId(device),
            row.getLong("before"),
            row.getLong("made")),
        row.get("erased_minute", Long.class),
        row.get("erased", Long.class));
  }

  CompletionStage<List<EnterpriseId>> enterprises() {
    return Rows.read(
        session,
        selectEnterprises.bind(),
        row -> new EnterpriseId(Rows.present(row.getString("enterprise"), "enterprise")));
  }

  /** States have timestamps of their own: with the database's, no later one could be seen. */
  Batches<StatePartition, BoundStatement> erased(List<State> states) {
    Batches<StatePartition, BoundStatement> batches = new Batches<>();
    for (State state : states) {
      StatePartition partition = state.partition();
      BoundStatement row =
          deleteState.bind(
              CassandraFolds.lastTimestamp(state.arrival()),
              partition.enterprise().text(),
              partition.layoutDay(),
              partition.group(),
              state.device().text(),
              state.part());
      batches.add(partition, row, 0);
    }
    return batches;
  }

  BoundStatement erasedEvents(EventPartition partition, String toId) {
    return event(deleteEvents, partition, toId);
  }

  Batches<EventPartition, BoundStatement> erasedEvents(List<Event> events) {
    Batches<EventPartition, BoundStatement> batches = new Batches<>();
    for (Event event : events) {
      batches.add(event.partition(), event(deleteEvent, event.partition(), event.id()), 0);
    }
    return batches;
  }

  private static BoundStatement event(
      PreparedStatement statement, EventPartition partition, String id) {
    return statement.bind(
        partition.enterprise().text(),
        CassandraRecords.textOf(partition.device()),
        partition.month(),
        id);
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
