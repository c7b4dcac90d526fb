package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.RecordTables.LaneCounts;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** The tables of records as CQL: see {@code 004-events.cql}. Rows to be written, rows that are. */
final class CassandraRecords {
  // In place of a device, for the enterprise's own list; no device is called so.
  private static final String OF_ALL = "*";

  // A rejection has at most some KB, an answer of the API as many of them.
  private static final int EVENTS_PER_PAGE = 500;
  // A register has some hundred bytes.
  private static final int REGISTERS_PER_PAGE = 1000;

  private final CqlSession session;
  private final PreparedStatement insertEvent;
  private final PreparedStatement selectEvents;
  private final PreparedStatement insertRegister;
  private final PreparedStatement selectRegisters;
  private final PreparedStatement selectDeviceRegisters;
  private final PreparedStatement insertCounts;
  private final PreparedStatement selectCounts;

  CassandraRecords(CqlSession session) {
    this.session = session;
    insertEvent =
        prepare("INSERT INTO events (enterprise, device, month, id, body) VALUES (?, ?, ?, ?, ?)");
    selectEvents =
        prepare(
            "SELECT id, body FROM events WHERE enterprise = ? AND device = ? AND month = ?"
                + " AND id >= ? AND id < ? LIMIT ?");
    insertRegister =
        prepare(
            "INSERT INTO registers (enterprise, bucket, device, minute, body)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
    String registers =
        "SELECT device, minute, body FROM registers WHERE enterprise = ? AND bucket = ?";
    selectRegisters = prepare(registers);
    selectDeviceRegisters = prepare(registers + " AND device IN ?");
    insertCounts =
        prepare(
            "INSERT INTO counts (enterprise, start, lane, sequence, arrival, messages_accepted,"
                + " messages_refused, readings_accepted, readings_refused)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
    selectCounts =
        prepare(
            "SELECT start, lane, sequence, arrival, messages_accepted, messages_refused,"
                + " readings_accepted, readings_refused FROM counts WHERE enterprise = ?");
  }

  Batches<EventPartition, BoundStatement> events(List<Event> events) {
    Batches<EventPartition, BoundStatement> batches = new Batches<>();
    for (Event event : events) {
      EventPartition partition = event.partition();
      BoundStatement row =
          insertEvent.bind(
              partition.enterprise().text(),
              textOf(partition.device()),
              partition.month(),
              event.id(),
              ByteBuffer.wrap(event.bytes()));
      batches.add(partition, row, event.bytes().length);
    }
    return batches;
  }

  CompletionStage<List<Event>> events(
      EventPartition partition, String fromId, String toId, int limit) {
    BoundStatement statement =
        selectEvents
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

  static String textOf(@Nullable DeviceId device) {
    return device == null ? OF_ALL : device.text();
  }

  Batches<RegisterPartition, BoundStatement> registers(List<RegisterRow> registers) {
    Batches<RegisterPartition, BoundStatement> batches = new Batches<>();
    for (RegisterRow register : registers) {
      RegisterPartition partition = register.partition();
      BoundStatement row =
          insertRegister.bind(
              partition.enterprise().text(),
              partition.bucket(),
              register.device().text(),
              register.minute(),
              ByteBuffer.wrap(register.bytes()),
              register.minute());
      batches.add(partition, row, register.bytes().length);
    }
    return batches;
  }

  CompletionStage<List<RegisterRow>> registers(RegisterPartition partition) {
    return registers(
        partition, selectRegisters.bind(partition.enterprise().text(), partition.bucket()));
  }

  CompletionStage<List<RegisterRow>> registers(
      RegisterPartition partition, List<DeviceId> devices) {
    List<String> ids = devices.stream().map(DeviceId::text).toList();
    return registers(
        partition,
        selectDeviceRegisters.bind(partition.enterprise().text(), partition.bucket(), ids));
  }

  private CompletionStage<List<RegisterRow>> registers(
      RegisterPartition partition, BoundStatement statement) {
    return Rows.read(
        session,
        statement.setPageSize(REGISTERS_PER_PAGE),
        row ->
            new RegisterRow(
                partition,
                new DeviceId(Rows.present(row.getString("device"), "device")),
                row.getLong("minute"),
                Rows.blob(row, "body")));
  }

  Batches<EnterpriseId, BoundStatement> counts(List<LaneCounts> all) {
    Batches<EnterpriseId, BoundStatement> batches = new Batches<>();
    for (LaneCounts lane : all) {
      Counts counts = lane.counts();
      BoundStatement row =
          insertCounts.bind(
              lane.enterprise().text(),
              lane.start().id(),
              lane.lane(),
              lane.sequence(),
              lane.arrivalMicros(),
              counts.messagesAccepted(),
              counts.messagesRefused(),
              counts.readingsAccepted(),
              counts.readingsRefused(),
              lane.sequence());
      batches.add(lane.enterprise(), row, 0);
    }
    return batches;
  }

  CompletionStage<List<LaneCounts>> counts(EnterpriseId enterprise) {
    return Rows.read(session, selectCounts.bind(enterprise.text()), row -> counts(enterprise, row));
  }

  private static LaneCounts counts(EnterpriseId enterprise, Row row) {
    return new LaneCounts(
        enterprise,
        new StartId(Rows.present(row.getUuid("start"), "start")),
        row.getInt("lane"),
        row.getLong("sequence"),
        new Counts(
            row.getLong("messages_accepted"),
            row.getLong("messages_refused"),
            row.getLong("readings_accepted"),
            row.getLong("readings_refused")),
        row.getLong("arrival"));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
