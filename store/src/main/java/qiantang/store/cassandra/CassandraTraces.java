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
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceRecord;
import qiantang.store.trace.TraceTables;

/** The tables of live traces as CQL: see {@code 010-traces.cql}. */
final class CassandraTraces implements TraceTables {
  private static final int HOUR_SECONDS = 3600;

  private final CqlSession session;
  private final PreparedStatement insertTrace;
  private final PreparedStatement insertLiving;
  private final PreparedStatement selectTraces;
  private final PreparedStatement selectTrace;
  private final PreparedStatement selectLiving;
  private final PreparedStatement insertRecord;
  private final PreparedStatement selectRecords;

  CassandraTraces(CqlSession session) {
    this.session = session;
    String columns = " (enterprise, id, device, topic, created, until, stopped";
    insertTrace = prepare("INSERT INTO traces" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?)");
    insertLiving =
        prepare("INSERT INTO living_traces" + columns + ", hour) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    selectTraces = prepare("SELECT * FROM traces WHERE enterprise = ?");
    selectTrace = prepare("SELECT * FROM traces WHERE enterprise = ? AND id = ?");
    selectLiving = prepare("SELECT * FROM living_traces WHERE hour = ? AND until > ? LIMIT ?");
    insertRecord =
        prepare(
            "INSERT INTO trace_records (enterprise, trace, id, at, answered, device, client,"
                + " packet, sent, topic, qos, packet_id, payload_bytes, payload, outcome, reason,"
                + " detail, readings, skipped)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    selectRecords =
        prepare(
            "SELECT * FROM trace_records WHERE enterprise = ? AND trace = ? AND id >= ? LIMIT ?");
  }

  @Override
  public CompletionStage<Void> write(Trace trace) {
    BoundStatement living =
        columns(insertLiving.boundStatementBuilder(), trace)
            .setLong("hour", hour(trace.until()))
            .build();
    return session
        .executeAsync(columns(insertTrace.boundStatementBuilder(), trace).build())
        .thenCompose(rows -> session.executeAsync(living))
        .thenAccept(rows -> {});
  }

  private static BoundStatementBuilder columns(BoundStatementBuilder row, Trace trace) {
    BoundStatementBuilder set =
        row.setString("enterprise", trace.enterprise().text())
            .setString("id", trace.id())
            .setInstant("created", trace.created())
            .setInstant("until", trace.until())
            .setBoolean("stopped", trace.isStopped());
    if (trace.device() != null) {
      set = set.setString("device", trace.device().text());
    }
    return trace.topic() == null ? set : set.setString("topic", trace.topic());
  }

  @Override
  public CompletionStage<List<Trace>> traces(EnterpriseId enterprise) {
    return Rows.read(session, selectTraces.bind(enterprise.text()), CassandraTraces::trace);
  }

  @Override
  public CompletionStage<Optional<Trace>> trace(EnterpriseId enterprise, String id) {
    return Rows.read(session, selectTrace.bind(enterprise.text(), id), CassandraTraces::trace)
        .thenApply(rows -> rows.stream().findFirst());
  }

  /** Of this hour and the next: no trace is longer. */
  @Override
  public CompletionStage<List<Trace>> living(Instant now, int limit) {
    long hour = hour(now);
    CompletionStage<List<Trace>> these = living(hour, now, limit);
    return hour(now.plus(Trace.DURATION_MAX)) == hour
        ? these
        : these.thenCombine(
            living(hour + 1, now, limit),
            (ofThis, ofNext) -> {
              List<Trace> all = new ArrayList<>(ofThis);
              all.addAll(ofNext);
              return all.size() <= limit ? all : all.subList(0, limit);
            });
  }

  private CompletionStage<List<Trace>> living(long hour, Instant now, int limit) {
    return Rows.read(session, selectLiving.bind(hour, now, limit), CassandraTraces::trace);
  }

  private static Trace trace(Row row) {
    String device = row.getString("device");
    return new Trace(
        new EnterpriseId(Rows.text(row, "enterprise")),
        Rows.text(row, "id"),
        device == null ? null : new DeviceId(device),
        row.getString("topic"),
        Rows.instant(row, "created"),
        Rows.instant(row, "until"),
        row.getBoolean("stopped"));
  }

  private static long hour(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), HOUR_SECONDS);
  }

  @Override
  public CompletionStage<Void> insert(
      EnterpriseId enterprise, String trace, List<TraceRecord> records) {
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED).setIdempotence(true);
    for (TraceRecord record : records) { // one partition
      batch = batch.addStatement(columns(enterprise, trace, record));
    }
    return session.executeAsync(batch.build()).thenAccept(rows -> {});
  }

  private BoundStatement columns(EnterpriseId enterprise, String trace, TraceRecord record) {
    Map<String, Integer> readings = new HashMap<>();
    record.readings().forEach((device, count) -> readings.put(device.text(), count));
    BoundStatementBuilder row =
        insertRecord
            .boundStatementBuilder()
            .setString("enterprise", enterprise.text())
            .setString("trace", trace)
            .setString("id", record.id())
            .setLong("at", record.micros())
            .setString("client", record.clientId())
            .setString("packet", record.packet())
            .setBoolean("sent", record.isSent())
            .setString("topic", record.topic())
            .setInt("qos", record.qos())
            .setInt("packet_id", record.packetId())
            .setInt("payload_bytes", record.payloadBytes())
            .setByteBuffer("payload", ByteBuffer.wrap(record.payload()))
            .setString("outcome", record.outcome().word())
            .setString("detail", record.detail())
            .setLong("skipped", record.skipped());
    if (record.device() != null) {
      row = row.setString("device", record.device().text());
    }
    if (record.answeredMicros() != null) {
      row = row.setLong("answered", record.answeredMicros());
    }
    if (record.reason() != null) {
      row = row.setString("reason", record.reason());
    }
    if (!readings.isEmpty()) {
      row = row.setMap("readings", readings, String.class, Integer.class);
    }
    return row.build();
  }

  @Override
  public CompletionStage<List<TraceRecord>> records(
      EnterpriseId enterprise, String trace, String fromId, int limit) {
    return Rows.read(
        session,
        selectRecords.bind(enterprise.text(), trace, fromId, limit),
        CassandraTraces::record);
  }

  private static TraceRecord record(Row row) {
    Map<String, Integer> stored =
        Rows.present(row.getMap("readings", String.class, Integer.class), "readings");
    Map<DeviceId, Integer> readings = new HashMap<>();
    stored.forEach((device, count) -> readings.put(new DeviceId(device), count));
    String device = row.getString("device");
    return new TraceRecord(
        Rows.text(row, "id"),
        row.getLong("at"),
        row.isNull("answered") ? null : Long.valueOf(row.getLong("answered")),
        device == null ? null : new DeviceId(device),
        Rows.text(row, "client"),
        Rows.text(row, "packet"),
        row.getBoolean("sent"),
        Rows.text(row, "topic"),
        row.getInt("qos"),
        row.getInt("packet_id"),
        row.getInt("payload_bytes"),
        Rows.blob(row, "payload"),
        TraceRecord.Outcome.ofWord(Rows.text(row, "outcome")),
        row.getString("reason"),
        Rows.text(row, "detail"),
        readings,
        row.getLong("skipped"));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
