package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** The journal's tables as CQL: see {@code 001-journal.cql}. */
final class CassandraJournal implements JournalTables {
  // A frame has at most 256 KiB, so a page at most 16 MiB; a usual one has some hundred KiB.
  private static final int FRAMES_PER_PAGE = 64;

  private final CqlSession session;
  private final PreparedStatement insertFrame;
  private final PreparedStatement selectFrames;
  private final PreparedStatement insertWhereabouts;
  private final PreparedStatement selectWhereabouts;
  private final PreparedStatement insertStart;
  private final PreparedStatement beatStart;
  private final PreparedStatement sealStart;
  private final PreparedStatement selectStart;
  private final PreparedStatement selectStarts;
  private final PreparedStatement selectTime;

  CassandraJournal(CqlSession session) {
    this.session = session;
    insertFrame =
        idempotent(
            "INSERT INTO journal (start, lane, minute, sequence, frame) VALUES (?, ?, ?, ?, ?)");
    selectFrames =
        idempotent(
            "SELECT sequence, frame FROM journal"
                + " WHERE start = ? AND lane = ? AND minute = ? AND sequence > ?");
    insertWhereabouts =
        idempotent(
            "INSERT INTO whereabouts (enterprise, start, lane, first_minute, last_minute)"
                + " VALUES (?, ?, ?, ?, ?)");
    selectWhereabouts =
        idempotent(
            "SELECT start, lane, first_minute, last_minute FROM whereabouts WHERE enterprise = ?");
    // Transactions are not repeated by the driver: a repeat could see its own first attempt.
    insertStart =
        transaction(
            "INSERT INTO starts (start, node, beat, sealed, minutes, sequences)"
                + " VALUES (?, ?, ?, false, ?, ?) IF NOT EXISTS");
    // All columns again, so that none expires before the others.
    beatStart =
        transaction(
            "UPDATE starts SET node = ?, beat = ?, sealed = false, minutes = ?, sequences = ?"
                + " WHERE start = ? IF sealed = false AND beat < ?");
    // The second condition brings the column along when it is not applied.
    sealStart =
        transaction(
            "UPDATE starts SET sealed = true WHERE start = ? IF beat = ? AND sealed = false");
    String columns =
        "SELECT start, node, beat, writetime(beat) AS beat_micros, sealed, minutes, sequences";
    selectStart = idempotent(columns + " FROM starts WHERE start = ?");
    selectStarts = idempotent(columns + " FROM starts");
    selectTime = idempotent("SELECT toTimestamp(now()) AS time FROM system.local");
  }

  @Override
  public CompletionStage<Void> insertFrame(FrameKey key, byte[] bytes) {
    LaneMinute partition = key.partition();
    return session
        .executeAsync(
            insertFrame.bind(
                partition.start().id(),
                partition.lane(),
                partition.minute(),
                key.sequence(),
                ByteBuffer.wrap(bytes)))
        .thenAccept(rows -> {});
  }

  @Override
  public CompletionStage<List<StoredFrame>> readFrames(LaneMinute partition, long afterSequence) {
    BoundStatement statement =
        selectFrames
            .bind(partition.start().id(), partition.lane(), partition.minute(), afterSequence)
            .setPageSize(FRAMES_PER_PAGE);
    return readAll(
        statement,
        row ->
            new StoredFrame(
                new FrameKey(partition, row.getLong("sequence")),
                Rows.bytes(present(row.getByteBuffer("frame"), "frame"))));
  }

  @Override
  public CompletionStage<Void> insertWhereabouts(Whereabouts row) {
    return session
        .executeAsync(
            insertWhereabouts.bind(
                row.enterprise().text(),
                row.start().id(),
                row.lane(),
                row.firstMinute(),
                row.lastMinute()))
        .thenAccept(rows -> {});
  }

  @Override
  public CompletionStage<List<Whereabouts>> readWhereabouts(EnterpriseId enterprise) {
    return readAll(
        selectWhereabouts.bind(enterprise.text()),
        row ->
            new Whereabouts(
                enterprise,
                new StartId(present(row.getUuid("start"), "start")),
                row.getInt("lane"),
                row.getLong("first_minute"),
                row.getLong("last_minute")));
  }

  @Override
  public CompletionStage<Void> insertStart(Start start) {
    return session
        .executeAsync(
            insertStart.bind(
                start.id().id(), start.node(), start.beat(), minutes(start), sequences(start)))
        .thenAccept(
            rows -> {
              if (!rows.wasApplied()) {
                throw new IllegalStateException(
                    "cannot begin start %s: its row exists already".formatted(start.id()));
              }
            });
  }

  @Override
  public CompletionStage<Boolean> beat(Start start) {
    return session
        .executeAsync(
            beatStart.bind(
                start.node(),
                start.beat(),
                minutes(start),
                sequences(start),
                start.id().id(),
                start.beat()))
        .thenApply(AsyncResultSet::wasApplied);
  }

  @Override
  public CompletionStage<Boolean> seal(StartId start, long beat) {
    return session
        .executeAsync(sealStart.bind(start.id(), beat))
        .thenApply(rows -> rows.wasApplied() || isSealed(rows.one()));
  }

  @Override
  public CompletionStage<Optional<Start>> readStart(StartId start) {
    return session
        .executeAsync(selectStart.bind(start.id()))
        .thenApply(rows -> Optional.ofNullable(rows.one()).map(CassandraJournal::start));
  }

  @Override
  public CompletionStage<List<Start>> readStarts() {
    return readAll(selectStarts.bind(), CassandraJournal::start);
  }

  @Override
  public CompletionStage<Instant> databaseTime() {
    return session
        .executeAsync(selectTime.bind())
        .thenApply(rows -> present(present(rows.one(), "row").getInstant("time"), "time"));
  }

  // What a refused transaction shows of the row; nothing where there is none.
  private static boolean isSealed(@Nullable Row row) {
    return row != null && row.getColumnDefinitions().contains("sealed") && row.getBoolean("sealed");
  }

  private static Start start(Row row) {
    List<Long> minutes = row.getList("minutes", Long.class);
    List<Long> sequences = row.getList("sequences", Long.class);
    List<LanePosition> lanes = new ArrayList<>();
    for (int i = 0; minutes != null && sequences != null && i < minutes.size(); i++) {
      lanes.add(new LanePosition(minutes.get(i), sequences.get(i)));
    }
    return new Start(
        new StartId(present(row.getUuid("start"), "start")),
        String.valueOf(row.getString("node")),
        row.getLong("beat"),
        row.getLong("beat_micros"),
        row.getBoolean("sealed"),
        lanes);
  }

  private static List<Long> minutes(Start start) {
    return start.lanes().stream().map(LanePosition::minute).toList();
  }

  private static List<Long> sequences(Start start) {
    return start.lanes().stream().map(LanePosition::storedSequence).toList();
  }

  private <T> CompletionStage<List<T>> readAll(BoundStatement statement, Function<Row, T> toValue) {
    return session
        .executeAsync(statement)
        .thenCompose(page -> Rows.collect(page, toValue, new ArrayList<>()));
  }

  private PreparedStatement idempotent(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  private PreparedStatement transaction(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(false));
  }

  private static <T> T present(@Nullable T value, String column) {
    if (value == null) {
      throw new IllegalStateException("cannot read a row: column " + column + " is missing");
    }
    return value;
  }
}
