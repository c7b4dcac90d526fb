package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Retention;

/** The tables of chunks as CQL: see {@code 003-folds.cql}. Rows to be written, rows that are. */
final class CassandraChunks {
  // A part has at most 64 KiB, so a page 8 MiB; a device's day, 96 quarter hours, is one page.
  private static final int CHUNKS_PER_PAGE = 128;

  private static final byte[] NO_SUMMARY = {};

  // Before all devices: none has an empty id.
  private static final String BEFORE_ALL = "";

  // A summary has some 30 bytes a metric, so a page of 100 metrics is 1.5 MiB.
  private static final int SUMMARIES_PER_PAGE = 512;

  private record Statements(
      PreparedStatement insert,
      PreparedStatement select,
      PreparedStatement selectSummaries,
      PreparedStatement scanSummaries,
      PreparedStatement selectBehind,
      PreparedStatement selectDeviceBehind,
      PreparedStatement delete) {}

  private final CqlSession session;
  private final Statements chunks30d;
  private final Statements chunks1y;
  private final Statements chunks10y;

  CassandraChunks(CqlSession session) {
    this.session = session;
    chunks30d = statements("chunks_30d");
    chunks1y = statements("chunks_1y");
    chunks10y = statements("chunks_10y");
  }

  private Statements statements(String table) {
    String partition =
        " FROM " + table + " WHERE enterprise = ? AND device_group = ? AND period = ?";
    String spans = partition + " AND device = ? AND span >= ? AND span < ?";
    String behind =
        "SELECT device, span, arrival, part, digest, summary"
            + partition
            + " AND (device, span, arrival, part, digest) > (?, ?, ?, ?, ?)";
    return new Statements(
        prepare(
            "INSERT INTO "
                + table
                + " (enterprise, device_group, period, device, span, arrival, part, digest, body,"
                + " summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?"),
        prepare("SELECT span, arrival, part, digest, body, summary" + spans),
        prepare("SELECT span, arrival, part, digest, summary" + spans),
        // Within one partition, all of whose devices are wanted: it filters by span alone.
        prepare(
            "SELECT device, span, arrival, part, digest, summary"
                + partition
                + " AND span >= ? AND span < ? ALLOW FILTERING"),
        prepare(behind + " LIMIT ?"),
        prepare(behind + " AND (device) <= (?) LIMIT ?"),
        prepare(
            "DELETE"
                + partition
                + " AND device = ? AND span = ? AND arrival = ? AND part = ? AND digest = ?"));
  }

  private Statements statements(Retention retention) {
    return switch (retention) {
      case DAYS_30 -> chunks30d;
      case YEAR_1 -> chunks1y;
      case YEARS_10 -> chunks10y;
    };
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  Batches<ChunkPartition, BoundStatement> rows(List<Chunk> chunks, int timeToLiveSeconds) {
    Batches<ChunkPartition, BoundStatement> batches = new Batches<>();
    for (Chunk chunk : chunks) {
      batches.add(
          chunk.key().partition(),
          row(chunk, timeToLiveSeconds),
          chunk.bytes().length + chunk.summary().length);
    }
    return batches;
  }

  private BoundStatement row(Chunk chunk, int seconds) {
    ChunkKey key = chunk.key();
    ChunkPartition partition = key.partition();
    BoundStatementBuilder builder =
        statements(partition.retention())
            .insert()
            .boundStatementBuilder()
            .setString("enterprise", partition.enterprise().text())
            .setInt("device_group", partition.group())
            .setLong("period", partition.period())
            .setString("device", key.device().text())
            .setLong("span", key.span())
            .setLong("arrival", key.arrival())
            .setInt("part", key.part())
            .setLong("digest", key.digest())
            .setByteBuffer("body", ByteBuffer.wrap(chunk.bytes()))
            .setInt("[ttl]", seconds);
    if (chunk.summary().length > 0) {
      builder = builder.setByteBuffer("summary", ByteBuffer.wrap(chunk.summary()));
    }
    return builder.build();
  }

  CompletionStage<List<Chunk>> read(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    BoundStatement statement =
        spans(statements(partition.retention()).select(), partition, device, fromSpan, toSpan)
            .setPageSize(CHUNKS_PER_PAGE);
    return Rows.read(session, statement, row -> chunk(partition, device, row));
  }

  CompletionStage<List<Summarized>> summaries(
      ChunkPartition partition, DeviceId device, long fromSpan, long toSpan) {
    PreparedStatement select = statements(partition.retention()).selectSummaries();
    BoundStatement statement =
        spans(select, partition, device, fromSpan, toSpan).setPageSize(SUMMARIES_PER_PAGE);
    return Rows.read(
        session, statement, row -> new Summarized(chunkKey(partition, device, row), summary(row)));
  }

  CompletionStage<Void> scan(
      ChunkPartition partition, long fromSpan, long toSpan, Consumer<Summarized> visitor) {
    BoundStatement statement =
        statements(partition.retention())
            .scanSummaries()
            .bind(
                partition.enterprise().text(),
                partition.group(),
                partition.period(),
                fromSpan,
                toSpan)
            .setPageSize(SUMMARIES_PER_PAGE);
    return Rows.visit(session, statement, row -> visitor.accept(summarized(partition, row)));
  }

  CompletionStage<List<Summarized>> behind(
      ChunkPartition partition, @Nullable DeviceId device, @Nullable ChunkKey behind, int limit) {
    Statements statements = statements(partition.retention());
    String first = device == null ? BEFORE_ALL : device.text();
    BoundStatementBuilder query =
        (device == null ? statements.selectBehind : statements.selectDeviceBehind)
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
    return Rows.read(session, query.build(), row -> summarized(partition, row));
  }

  Batches<ChunkPartition, BoundStatement> erased(ChunkPartition partition, List<ChunkKey> keys) {
    Batches<ChunkPartition, BoundStatement> batches = new Batches<>();
    for (ChunkKey key : keys) {
      BoundStatement row =
          statements(partition.retention())
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

  private static BoundStatement spans(
      PreparedStatement select,
      ChunkPartition partition,
      DeviceId device,
      long fromSpan,
      long toSpan) {
    return select.bind(
        partition.enterprise().text(),
        partition.group(),
        partition.period(),
        device.text(),
        fromSpan,
        toSpan);
  }

  private static Chunk chunk(ChunkPartition partition, DeviceId device, Row row) {
    return new Chunk(chunkKey(partition, device, row), Rows.blob(row, "body"), summary(row));
  }

  private static Summarized summarized(ChunkPartition partition, Row row) {
    DeviceId device = new DeviceId(Rows.present(row.getString("device"), "device"));
    return new Summarized(chunkKey(partition, device, row), summary(row));
  }

  private static ChunkKey chunkKey(ChunkPartition partition, DeviceId device, Row row) {
    return new ChunkKey(
        partition,
        device,
        row.getLong("span"),
        row.getLong("arrival"),
        row.getInt("part"),
        row.getLong("digest"));
  }

  private static byte[] summary(Row row) {
    ByteBuffer summary = row.getByteBuffer("summary");
    return summary == null ? NO_SUMMARY : Rows.bytes(summary);
  }
}
