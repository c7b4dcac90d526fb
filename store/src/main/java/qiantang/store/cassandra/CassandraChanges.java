package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;

/** The word that access has changed: see {@code 008-access.cql}. */
final class CassandraChanges {
  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement select;
  private final PreparedStatement selectTime;

  CassandraChanges(CqlSession session) {
    this.session = session;
    insert =
        prepare(
            "INSERT INTO access_changes (minute, at, id, enterprise, device, credential)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    select = prepare("SELECT * FROM access_changes WHERE minute = ? AND at >= ?");
    selectTime = prepare("SELECT toTimestamp(now()) AS time FROM system.local");
  }

  CompletionStage<Void> note(AccessChange change) {
    BoundStatementBuilder row =
        insert
            .boundStatementBuilder()
            .setLong("minute", minute(change.at()))
            .setInstant("at", change.at())
            .setLong("id", change.id())
            .setString("enterprise", change.enterprise().text());
    if (change.device() != null) {
      row = row.setString("device", change.device().text());
    }
    if (change.credential() != null) {
      row = row.setString("credential", change.credential());
    }
    return session.executeAsync(row.build()).thenAccept(rows -> {});
  }

  /** Of a device, at the database's time. */
  CompletionStage<Void> note(EnterpriseId enterprise, DeviceId device) {
    long id = ThreadLocalRandom.current().nextLong();
    return session
        .executeAsync(selectTime.bind())
        .thenApply(rows -> Rows.instant(Rows.present(rows.one(), "row"), "time"))
        .thenCompose(now -> note(AccessChange.ofDevice(now, id, enterprise, device)));
  }

  /** Minute by minute: one read a second most of the time. */
  CompletionStage<List<AccessChange>> read(Instant from, Instant until) {
    return read(minute(from), minute(until), from, new ArrayList<>());
  }

  private CompletionStage<List<AccessChange>> read(
      long minute, long lastMinute, Instant from, List<AccessChange> found) {
    if (minute > lastMinute) {
      return CompletableFuture.completedFuture(found);
    }
    return Rows.visit(session, select.bind(minute, from), row -> found.add(change(row)))
        .thenCompose(nothing -> read(minute + 1, lastMinute, from, found));
  }

  private static AccessChange change(Row row) {
    String device = row.getString("device");
    return new AccessChange(
        Rows.instant(row, "at"),
        row.getLong("id"),
        new EnterpriseId(Rows.text(row, "enterprise")),
        device == null ? null : new DeviceId(device),
        row.getString("credential"));
  }

  private static long minute(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), 60);
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }
}
