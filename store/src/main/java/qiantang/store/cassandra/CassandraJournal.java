package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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
  // A start that does not say when it began is of a version that kept frames for 7 days.
  private static final long JOURNAL_MINUTES = Duration.ofDays(7).toMinutes();

  // Writes of a fold that lags must not take the threads from those that are waited for.
  private static final int KEEPING_UNDER_WAY_MAX = 4;

  private final CqlSession session;
  private final Window keeping = new Window(KEEPING_UNDER_WAY_MAX);
  private final PreparedStatement insertFrame;
  private final PreparedStatement selectFrames;
  private final PreparedStatement selectFramesWithTtl;
  private final PreparedStatement insertFrameWithTtl;
  private final PreparedStatement insertWhereabouts;
  private final PreparedStatement selectWhereabouts;
  private final PreparedStatement insertStart;
  private final PreparedStatement beatStart;
  private final PreparedStatement sealStart;
  private final PreparedStatement selectStart;
  private final PreparedStatement selectStarts;
  private final PreparedStatement selectTime;
  private final PreparedStatement selectEnterprises;

  CassandraJournal(CqlSession session) {
    this.session = session;
    insertFrame =
        idempotent(
            "INSERT INTO journal (start, lane, minute, sequence, frame) VALUES (?, ?, ?, ?, ?)");
    selectFrames =
        idempotent(
            "SELECT sequence, frame FROM journal"
                + " WHERE start = ? AND lane = ? AND minute = ? AND sequence > ?");
    selectFramesWithTtl =
        idempotent(
            "SELECT sequence, frame, ttl(frame) AS seconds FROM journal"
                + " WHERE start = ? AND lane = ? AND minute = ?");
    insertFrameWithTtl =
        idempotent(
            "INSERT INTO journal (start, lane, minute, sequence, frame) VALUES (?, ?, ?, ?, ?)"
                + " USING TTL ?");
    insertWhereabouts =
        idempotent(
            "INSERT INTO whereabouts (enterprise, start, lane, first_minute, last_minute)"
                + " VALUES (?, ?, ?, ?, ?)");
    selectWhereabouts =
        idempotent(
            "SELECT start, lane, first_minute, last_minute FROM whereabouts WHERE enterprise = ?");
    selectEnterprises = idempotent("SELECT DISTINCT enterprise FROM whereabouts");
    // Transactions are not repeated by the driver: a repeat could see its own first attempt.
    insertStart =
        transaction(
            "INSERT INTO starts"
                + " (start, node, begin_minute, beat, sealed, folds, minutes, sequences,"
                + " closed_sequences) VALUES (?, ?, ?, ?, false, ?, ?, ?, ?) IF NOT EXISTS");
    // All columns again, so that none expires before the others.
    beatStart =
        transaction(
            "UPDATE starts SET node = ?, begin_minute = ?, beat = ?, sealed = false, folds = ?,"
                + " minutes = ?, sequences = ?, closed_sequences = ?"
                + " WHERE start = ? IF sealed = false AND beat < ?");
    // The second condition brings the column along when it is not applied.
    sealStart =
        transaction(
            "UPDATE starts SET sealed = true WHERE start = ? IF beat = ? AND sealed = false");
    String columns =
        "SELECT start, node, begin_minute, beat, writetime(beat) AS beat_micros, sealed, folds,"
            + " minutes, sequences, closed_sequences";
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
  public CompletionStage<List<StoredFrame>> readFrames(
      LaneMinute partition, long afterSequence, long bytes) {
    BoundStatement statement =
        selectFrames
            .bind(partition.start().id(), partition.lane(), partition.minute(), afterSequence)
            .setPageSize(FRAMES_PER_PAGE);
    return Rows.read(
        session,
        statement,
        row ->
            new StoredFrame(
                new FrameKey(partition, row.getLong("sequence")), Rows.blob(row, "frame")),
        frame -> frame.bytes().length,
        bytes);
  }

  @Override
  public CompletionStage<Integer> keepFrames(LaneMinute partition) {
    BoundStatement statement =
        selectFramesWithTtl
            .bind(partition.start().id(), partition.lane(), partition.minute())
            .setPageSize(FRAMES_PER_PAGE);
    return Rows.read(session, statement, row -> again(partition, row))
        .thenCompose(
            rows -> {
              List<BoundStatement> due = rows.stream().flatMap(Optional::stream).toList();
              List<Supplier<CompletionStage<?>>> writes = new ArrayList<>();
              due.forEach(row -> writes.add(() -> session.executeAsync(row)));
              return keeping.sendAll(writes).thenApply(nothing -> due.size());
            });
  }

  /** The frame to be written again, unless it was. */
  private Optional<BoundStatement> again(LaneMinute partition, Row row) {
    return row.getInt("seconds") > FRAMES_KEPT.toSeconds()
        ? Optional.empty()
        : Optional.of(
            insertFrameWithTtl.bind(
                partition.start().id(),
                partition.lane(),
                partition.minute(),
                row.getLong("sequence"),
                Rows.present(row.getByteBuffer("frame"), "frame"),
                Math.toIntExact(FRAMES_KEPT_AGAIN.toSeconds())));
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
    return Rows.read(
        session,
        selectWhereabouts.bind(enterprise.text()),
        row ->
            new Whereabouts(
                enterprise,
                new StartId(Rows.present(row.getUuid("start"), "start")),
                row.getInt("lane"),
                row.getLong("first_minute"),
                row.getLong("last_minute")));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readEnterprises() {
    return Rows.read(
        session,
        selectEnterprises.bind(),
        row -> new EnterpriseId(Rows.present(row.getString("enterprise"), "enterprise")));
  }

  @Override
  public CompletionStage<Void> insertStart(Start start) {
    return session
        .executeAsync(
            insertStart.bind(
                start.id().id(),
                start.node(),
                start.beginMinute(),
                start.beat(),
                start.folds(),
                longs(start, LanePosition::minute),
                longs(start, LanePosition::storedSequence),
                longs(start, LanePosition::closedSequence)))
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
                start.beginMinute(),
                start.beat(),
                start.folds(),
                longs(start, LanePosition::minute),
                longs(start, LanePosition::storedSequence),
                longs(start, LanePosition::closedSequence),
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
        .thenApply(rows -> Optional.ofNullable(rows.one()).flatMap(CassandraJournal::start));
  }

  @Override
  public CompletionStage<List<Start>> readStarts() {
    return Rows.read(session, selectStarts.bind(), CassandraJournal::start)
        .thenApply(rows -> rows.stream().flatMap(Optional::stream).toList());
  }

  @Override
  public CompletionStage<Instant> databaseTime() {
    return session
        .executeAsync(selectTime.bind())
        .thenApply(
            rows -> Rows.present(Rows.present(rows.one(), "row").getInstant("time"), "time"));
  }

  // What a refused transaction shows of the row; nothing where there is none.
  private static boolean isSealed(@Nullable Row row) {
    return row != null && row.getColumnDefinitions().contains("sealed") && row.getBoolean("sealed");
  }

  private static Optional<Start> start(Row row) {
    if (row.isNull("beat")) {
      // Sealed long after its last heartbeat: that has expired, and all columns but the seal.
      return Optional.empty();
    }
    List<Long> minutes = Rows.present(row.getList("minutes", Long.class), "minutes");
    List<Long> sequences = Rows.present(row.getList("sequences", Long.class), "sequences");
    // A row written before 003-folds.cql does not say; the driver makes an empty list of nothing.
    List<Long> closed =
        Rows.present(row.getList("closed_sequences", Long.class), "closed_sequences");
    List<LanePosition> lanes = new ArrayList<>();
    for (int i = 0; i < minutes.size(); i++) {
      long closedSequence = closed.isEmpty() ? LanePosition.UNKNOWN : closed.get(i);
      lanes.add(new LanePosition(minutes.get(i), sequences.get(i), closedSequence));
    }
    long beginMinute =
        row.isNull("begin_minute")
            ? lanes.getFirst().minute() - JOURNAL_MINUTES
            : row.getLong("begin_minute");
    return Optional.of(
        new Start(
            new StartId(Rows.present(row.getUuid("start"), "start")),
            String.valueOf(row.getString("node")),
            beginMinute,
            row.getLong("beat"),
            row.getLong("beat_micros"),
            row.getBoolean("sealed"),
            // All nodes took a share before 007-starts.cql.
            row.isNull("folds") || row.getBoolean("folds"),
            lanes));
  }

  private static List<Long> longs(Start start, ToLongFunction<LanePosition> value) {
    return start.lanes().stream().mapToLong(value).boxed().toList();
  }

  private PreparedStatement idempotent(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(true));
  }

  private PreparedStatement transaction(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setIdempotent(false));
  }
}
