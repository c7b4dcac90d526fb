package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTablesContract;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraJournalIT extends JournalTablesContract {
  private static final long MINUTE = 29_474_400;

  private final Cassandra cassandra;
  private final CqlSession session;

  CassandraJournalIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("journal_it"));
    session =
        CqlSession.builder()
            .addContactPoint(address.contactPoint())
            .withLocalDatacenter("datacenter1")
            .withKeyspace("journal_it")
            .build();
  }

  @AfterAll
  void close() {
    session.close();
    cassandra.close();
  }

  @Override
  protected JournalTables tables() {
    return cassandra.journal();
  }

  @Test
  @Order(4)
  void framesLiveForTwoDaysOrTenMoreWhenTheyAreWrittenAgain() {
    LaneMinute partition = new LaneMinute(new StartId(UUID.randomUUID()), 0, MINUTE);
    Stages.await(tables().insertFrame(new FrameKey(partition, 1), new byte[] {1}));
    assertLives(partition, Duration.ofDays(2));
    assertEquals(1, Stages.await(tables().keepFrames(partition)));
    assertLives(partition, Duration.ofDays(10));
    assertEquals(0, Stages.await(tables().keepFrames(partition)));
  }

  // A minute for a slow machine.
  private void assertLives(LaneMinute partition, Duration expected) {
    int seconds =
        session
            .execute(
                "SELECT ttl(frame) AS seconds FROM journal WHERE start = ? AND lane = 0"
                    + " AND minute = ?",
                partition.start().id(),
                MINUTE)
            .all()
            .getFirst()
            .getInt(0);
    assertTrue(
        seconds <= expected.toSeconds() && seconds > expected.toSeconds() - 60,
        seconds + " s instead of " + expected.toSeconds());
  }

  @Test
  @Order(4)
  void aStartOfAnOlderVersionDoesNotSayWhatItsClosedMinutesHold() {
    StartId start = new StartId(UUID.randomUUID());
    session.execute(
        "INSERT INTO starts (start, node, beat, sealed, minutes, sequences)"
            + " VALUES (?, 'n', 3, false, ?, ?)",
        start.id(),
        List.of(MINUTE, MINUTE + 1),
        List.of(7L, 8L));
    Start read = Stages.await(tables().readStart(start)).orElseThrow();
    assertEquals(
        List.of(
            new LanePosition(MINUTE, 7, LanePosition.UNKNOWN),
            new LanePosition(MINUTE + 1, 8, LanePosition.UNKNOWN)),
        read.lanes());
    assertEquals(MINUTE - Duration.ofDays(7).toMinutes(), read.beginMinute());
  }

  @Test
  @Order(4)
  void aStartOfWhichOnlyTheSealIsLeftIsNone() {
    StartId start = new StartId(UUID.randomUUID());
    session.execute(
        "INSERT INTO starts (start, node, begin_minute, beat, sealed, minutes, sequences,"
            + " closed_sequences) VALUES (?, 'n', 1, 3, false, [1], [1], [1]) USING TTL 1",
        start.id());
    // Sealed long after its last heartbeat: by a node that came up later.
    session.execute("UPDATE starts SET sealed = true WHERE start = ?", start.id());
    Row row = row(start);
    while (row != null && !row.isNull("beat")) {
      LockSupport.parkNanos(50_000_000);
      row = row(start);
    }
    assertTrue(row != null && row.getBoolean("sealed"), "the row is still there");
    assertEquals(Optional.empty(), Stages.await(tables().readStart(start)));
    assertTrue(
        Stages.await(tables().readStarts()).stream().noneMatch(one -> one.id().equals(start)));
  }

  private @Nullable Row row(StartId start) {
    return session.execute("SELECT beat, sealed FROM starts WHERE start = ?", start.id()).one();
  }
}
