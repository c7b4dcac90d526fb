package qiantang.bench;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What nearly every time-series schema on Cassandra does: a row for each sample. Beside ours, to
 * compare. The most favourable form of it: a partition per device, metric and day, a clustering
 * column of 8 bytes, one value column, LZ4 in 16 KiB pieces.
 */
final class RowLayout implements AutoCloseable {
  static final String TABLE = "rows_per_sample";

  private static final int ROWS_PER_BATCH = 200;
  private static final int BATCHES_AT_ONCE = 64;
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final CqlSession session;
  private final PreparedStatement insert;
  private final Map<Partition, BatchStatementBuilder> open = new HashMap<>();
  private final ArrayDeque<CompletableFuture<AsyncResultSet>> underWay = new ArrayDeque<>();

  private record Partition(String device, String metric, long day) {}

  RowLayout(int cqlPort, String datacenter, String keyspace) {
    session =
        CqlSession.builder()
            .addContactPoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), cqlPort))
            .withLocalDatacenter(datacenter)
            .withKeyspace(keyspace)
            .build();
    execute(
        "CREATE TABLE IF NOT EXISTS "
            + TABLE
            + " (device text, metric text, day bigint, time timestamp, value double,"
            + " PRIMARY KEY ((device, metric, day), time))"
            + " WITH compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': 16}");
    insert =
        session.prepare(
            "INSERT INTO " + TABLE + " (device, metric, day, time, value) VALUES (?, ?, ?, ?, ?)");
  }

  private void execute(String statement) {
    session.execute(SimpleStatement.newInstance(statement).setTimeout(TIMEOUT));
  }

  /** Empties this table and others. */
  void empty(List<String> others) {
    execute("TRUNCATE " + TABLE);
    others.forEach(table -> execute("TRUNCATE " + table));
  }

  void insert(String device, String metric, long eventTimeMicros, double value) {
    long millis = Math.floorDiv(eventTimeMicros, 1000L);
    Partition partition = new Partition(device, metric, Math.floorDiv(millis, DAY_MILLIS));
    BatchStatementBuilder batch =
        open.computeIfAbsent(
            partition, key -> new BatchStatementBuilder(BatchType.UNLOGGED).setTimeout(TIMEOUT));
    batch.addStatement(
        insert.bind(device, metric, partition.day, Instant.ofEpochMilli(millis), value));
    if (batch.getStatementsCount() >= ROWS_PER_BATCH) {
      open.remove(partition);
      send(batch);
    }
  }

  /** Sends what is left and waits until all is stored. */
  void finish() {
    open.values().forEach(this::send);
    open.clear();
    while (!underWay.isEmpty()) {
      underWay.remove().join();
    }
  }

  private void send(BatchStatementBuilder batch) {
    while (underWay.size() >= BATCHES_AT_ONCE) {
      underWay.remove().join();
    }
    underWay.add(session.executeAsync(batch.build()).toCompletableFuture());
  }

  @Override
  public void close() {
    session.close();
  }
}
