package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/** Masks and what is erased, as CQL: see {@code 006-masks.cql}. Statements, and rows that are. */
final class CassandraMasks {
  // Before all devices: none has an empty id.
  private static final String BEFORE_ALL = "";

  private record ChunkStatements(
      PreparedStatement select, PreparedStatement selectDevice, PreparedStatement delete) {}

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;
  private final PreparedStatement delete;
  private final PreparedStatement selectEnterprises;
  private final ChunkStatements chunks30d;
  private final ChunkStatements chunks1y;
  private final ChunkStatements chunks10y;
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
    chunks30d = chunkStatements("chunks_30d");
    chunks1y = chunkStatements("chunks_1y");
    chunks10y = chunkStatements("chunks_10y");
    deleteState =
        prepare(
            "DELETE FROM states USING TIMESTAMP ? WHERE enterprise = ? AND layout_day = ?"
                + " AND device_group = ? AND device = ? AND part = ?");
    String events = "DELETE FROM events WHERE enterprise = ? AND device = ? AND month = ?";
    deleteEvents = prepare(events + " AND id < ?");
    deleteEvent = prepare(events + " AND id = ?");
  }

  private ChunkStatements chunkStatements(String table) {
    String of = " FROM " + table + " WHERE enterprise = ? AND device_group = ? AND period = ?";
    String behind =
        "SELECT device, span, arrival, part, digest, summary"
            + of
            + " AND (device, span, arrival, part, digest) > (?, ?, ?, ?, ?)";
    return new ChunkStatements(
        prepare(behind + " LIMIT ?"),
        prepare(behind + " AND (device) <= (?) LIMIT ?"),
        prepare(
            "DELETE"
                + of
                + " AND device = ? AND span = ? AND arrival = ? AND part = ? AND digest = ?"));
  }

  private ChunkStatements chunks(Retention retention) {
    return switch (retention) {
      case DAYS_30 -> chunks30d;
      case YEAR_1 -> chunks1y;
      case YEARS_10 -> chunks10y;
    };
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

  CompletionStage<List<Summarized>> rows(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    ChunkStatements statements = chunks(partition.retention());
    String first = device == null ? BEFORE_ALL : device.text();
    BoundStatementBuilder query =
        (device == null ? statements.select : statements.selectDevice)
            .boundStatementBuilder()
            .setString(0, partition.enterprise().text())
            .setInt(1, partition.group())
            .setLong(2, partition.period())
            .setString(3, behind == null ? first : behind.device().text())
            .setLong(4, behind == null ? Long.MIN_VALUE : behind.span())
            .setLong(5, behind == null ? Long.MIN_VALUE : behind.arrival())
            .setInt(6, behind == null ? Integer.MIN_VALUE : behind.part())
            .setLong(7, behind == null ? Long.MIN_VALUE : behind.digest());
    query = device == null ? query.setInt(8, limit) : query.setString(8, first).setInt(9, limit);
    return Rows.read(session, query.build(), row -> row(partition, row));
  }

  private static Summarized row(ChunkPartition partition, Row row) {
    DeviceId device = new DeviceId(Rows.present(row.getString("device"), "device"));
    return new Summarized(
        CassandraChunks.chunkKey(partition, device, row), CassandraChunks.summary(row));
  }

  Batches<ChunkPartition, BoundStatement> erased(ChunkPartition partition, List<ChunkKey> keys) {
    Batches<ChunkPartition, BoundStatement> batches = new Batches<>();
    for (ChunkKey key : keys) {
      BoundStatement row =
          chunks(partition.retention())
              .delete
              .bind(
                  partition.enterprise().text(),
                  partition.group(),
                  partition.period(),
                  key.device().text(),
                  key.span(),
                  key.arrival(),
                  key.part(),
                  key.digest());
      batches.add(partition, row, 0);
    }
    return batches;
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
