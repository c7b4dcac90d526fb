package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Retention;

/** The tables of rollups as CQL: see {@code 005-rollups.cql}. Rows to be written, rows that are. */
final class CassandraRollups {
  // No device can be called that.
  private static final String ALL_DEVICES = "*";

  // 30 days of a device of 100 metrics are 120 rows of 12 KiB.
  private static final int ROLLUPS_PER_PAGE = 256;

  private record Statements(
      PreparedStatement insert,
      PreparedStatement select,
      PreparedStatement selectOfSome,
      PreparedStatement delete) {}

  private final CqlSession session;
  private final Statements rollups30d;
  private final Statements rollups1y;
  private final Statements rollups10y;

  CassandraRollups(CqlSession session) {
    this.session = session;
    rollups30d = statements("rollups_30d");
    rollups1y = statements("rollups_1y");
    rollups10y = statements("rollups_10y");
  }

  private Statements statements(String table) {
    return new Statements(
        prepare(
            "INSERT INTO "
                + table
                + " (enterprise, device_group, period, device, from_minute, late, body)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ?"),
        prepare(
            "SELECT from_minute, late, body FROM "
                + table
                + " WHERE enterprise = ? AND device_group = ? AND period = ? AND device = ?"
                + " AND from_minute >= ? AND from_minute < ?"),
        prepare(
            "SELECT device, from_minute, late, body FROM "
                + table
                + " WHERE enterprise = ? AND device_group = ? AND period = ? AND device IN ?"
                + " AND from_minute >= ? AND from_minute < ?"),
        prepare(
            "DELETE FROM "
                + table
                + " WHERE enterprise = ? AND device_group = ? AND period = ? AND device = ?"
                + " AND from_minute = ? AND late = ?"));
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  private Statements statements(Retention retention) {
    return switch (retention) {
      case DAYS_30 -> rollups30d;
      case YEAR_1 -> rollups1y;
      case YEARS_10 -> rollups10y;
    };
  }

  Batches<RollupPartition, BoundStatement> rows(List<Rollup> rollups, int timeToLiveSeconds) {
    Batches<RollupPartition, BoundStatement> batches = new Batches<>();
    for (Rollup rollup : rollups) {
      RollupPartition partition = rollup.partition();
      BoundStatement row =
          statements(partition.retention())
              .insert()
              .bind(
                  partition.enterprise().text(),
                  partition.group(),
                  partition.period(),
                  device(rollup.device()),
                  rollup.begin(),
                  rollup.isLate(),
                  ByteBuffer.wrap(rollup.bytes()),
                  timeToLiveSeconds);
      batches.add(partition, row, rollup.bytes().length);
    }
    return batches;
  }

  Batches<RollupPartition, BoundStatement> erased(List<Rollup> rollups) {
    Batches<RollupPartition, BoundStatement> batches = new Batches<>();
    for (Rollup rollup : rollups) {
      RollupPartition partition = rollup.partition();
      BoundStatement row =
          statements(partition.retention())
              .delete()
              .bind(
                  partition.enterprise().text(),
                  partition.group(),
                  partition.period(),
                  device(rollup.device()),
                  rollup.begin(),
                  rollup.isLate());
      batches.add(partition, row, 0);
    }
    return batches;
  }

  CompletionStage<List<Rollup>> read(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin) {
    BoundStatement statement =
        statements(partition.retention())
            .select()
            .bind(
                partition.enterprise().text(),
                partition.group(),
                partition.period(),
                device(device),
                fromBegin,
                toBegin)
            .setPageSize(ROLLUPS_PER_PAGE);
    return Rows.read(session, statement, row -> rollup(partition, device, row));
  }

  /** In one query: the devices lie one behind the other in the partition. */
  CompletionStage<Map<DeviceId, List<Rollup>>> read(
      RollupPartition partition, List<DeviceId> devices, long fromBegin, long toBegin) {
    BoundStatement statement =
        statements(partition.retention())
            .selectOfSome()
            .bind(
                partition.enterprise().text(),
                partition.group(),
                partition.period(),
                devices.stream().map(DeviceId::text).toList(),
                fromBegin,
                toBegin)
            .setPageSize(ROLLUPS_PER_PAGE);
    Map<DeviceId, List<Rollup>> byDevice = new HashMap<>();
    devices.forEach(device -> byDevice.put(device, new ArrayList<>()));
    return Rows.visit(
            session,
            statement,
            row -> {
              DeviceId device = new DeviceId(Rows.text(row, "device"));
              byDevice
                  .computeIfAbsent(device, id -> new ArrayList<>())
                  .add(rollup(partition, device, row));
            })
        .thenApply(nothing -> byDevice);
  }

  private static String device(@Nullable DeviceId device) {
    return device == null ? ALL_DEVICES : device.text();
  }

  private static Rollup rollup(RollupPartition partition, @Nullable DeviceId device, Row row) {
    return new Rollup(
        partition,
        device,
        row.getLong("from_minute"),
        row.getBoolean("late"),
        Rows.blob(row, "body"));
  }
}
