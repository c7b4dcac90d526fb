package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.FoldTablesContract;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.registry.Retention;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraFoldsIT extends FoldTablesContract {
  private static final EnterpriseId ENTERPRISE = new EnterpriseId("ttl");
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final long MINUTE = 29_474_400;
  private static final byte[] BYTES = {1, 2, 3};

  private final Cassandra cassandra;
  private final CqlSession session;

  CassandraFoldsIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("folds_it"));
    session =
        CqlSession.builder()
            .addContactPoint(address.contactPoint())
            .withLocalDatacenter("datacenter1")
            .withKeyspace("folds_it")
            .build();
  }

  @AfterAll
  void close() {
    session.close();
    cassandra.close();
  }

  @Override
  protected FoldTables tables() {
    return cassandra.folds();
  }

  @Test
  void chunksAndStatesLiveForAsLongAsTheyAreTold() {
    // The longest there is: a chunk of ten years.
    for (Retention retention : Retention.values()) {
      ChunkPartition in = new ChunkPartition(retention, ENTERPRISE, 0, MINUTE);
      Chunk chunk = new Chunk(new ChunkKey(in, DEVICE, MINUTE, MINUTE, 0, 1), BYTES, BYTES);
      Stages.await(tables().insertChunks(List.of(chunk, chunk), retention.duration()));
      assertLives("chunks_" + retention.word(), "body", retention.duration());
      assertLives("chunks_" + retention.word(), "summary", retention.duration());
    }
    State state = new State(new StatePartition(ENTERPRISE, 0, 0), DEVICE, 0, MINUTE, BYTES);
    Stages.await(tables().writeStates(List.of(state), Duration.ofDays(365)));
    assertLives("states", "body", Duration.ofDays(365));
    assertLives("states", "arrival", Duration.ofDays(365));
  }

  @Test
  void blocksAndCursorsExpireByThemselvesButWhatIsPackedStays() {
    StartId start = new StartId(UUID.randomUUID());
    BlockPartition in = new BlockPartition(ENTERPRISE, 0, MINUTE / 60);
    Stages.await(
        tables().insertBlocks(List.of(new Block(new BlockKey(in, MINUTE, start, 0, 1, 1), BYTES))));
    Stages.await(tables().writeLaneCursor(new LaneCursor(start, 0, MINUTE, 1, 0)));
    Stages.await(tables().writePackedMinute(ENTERPRISE, MINUTE));
    assertLives("blocks", "body", Duration.ofDays(3));
    assertEquals(1, Stages.await(tables().keepBlocks(in, MINUTE, MINUTE + 1)));
    assertLives("blocks", "body", Duration.ofDays(10));
    assertEquals(0, Stages.await(tables().keepBlocks(in, MINUTE, MINUTE + 1)));
    assertTimeToLive(
        Duration.ofDays(14),
        session.execute("SELECT ttl(minute) FROM lane_cursors WHERE start = ?", start.id()).one());
    Row packed =
        session.execute("SELECT ttl(minute) FROM packed_minutes WHERE enterprise = ?", "ttl").one();
    assertTrue(packed != null && packed.isNull(0));
  }

  @Test
  void anEmptySummaryIsNoTombstone() {
    ChunkPartition in = new ChunkPartition(Retention.DAYS_30, new EnterpriseId("unset"), 0, MINUTE);
    Chunk chunk = new Chunk(new ChunkKey(in, DEVICE, MINUTE, MINUTE, 0, 1), BYTES, new byte[0]);
    Stages.await(tables().insertChunks(List.of(chunk), Duration.ofDays(1)));
    // A summary of an earlier time would be hidden by one.
    session.execute(
        "UPDATE chunks_30d USING TIMESTAMP 1 SET summary = 0x07 WHERE enterprise = 'unset'"
            + " AND device_group = 0 AND period = 29474400 AND device = 'd' AND span = 29474400"
            + " AND arrival = 29474400 AND part = 0 AND digest = 1");
    List<Chunk> read = Stages.await(tables().readChunks(in, DEVICE, MINUTE, MINUTE + 1));
    assertEquals(7, read.getFirst().summary()[0]);
  }

  private void assertLives(String table, String column, Duration expected) {
    String condition =
        switch (table) {
          case "states" -> "layout_day = 0";
          case "blocks" -> "hour = 491240";
          default -> "period = 29474400";
        };
    assertTimeToLive(
        expected,
        session
            .execute(
                "SELECT ttl(%s) FROM %s WHERE enterprise = 'ttl' AND device_group = 0 AND %s"
                    .formatted(column, table, condition))
            .one());
  }

  // A minute for a slow machine.
  private static void assertTimeToLive(Duration expected, @Nullable Row row) {
    int seconds = row == null ? 0 : row.getInt(0);
    assertTrue(
        seconds <= expected.toSeconds() && seconds > expected.toSeconds() - 60,
        seconds + " s instead of " + expected.toSeconds());
  }
}
