package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.standalone.cassandra.SharedCassandra.Address;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/**
 * Tombstones alone free nothing; the node's garbage collection does, of files that lie for ever.
 */
@ExtendWith(SharedCassandra.class)
class ErasedSpaceIT {
  private static final String KEYSPACE = "space_it";
  private static final ChunkPartition PARTITION =
      new ChunkPartition(Retention.YEARS_10, new EnterpriseId("e"), 0, 29_474_400);

  private final Address address;

  ErasedSpaceIT(Address address) {
    this.address = address;
  }

  @Test
  void whatWasErasedLeavesTheDiskAndNothingElseDoes() throws Exception {
    try (Cassandra cassandra = Cassandra.connect(address.keyspace(KEYSPACE));
        CassandraJmx jmx = CassandraJmx.connect(address.jmxPort())) {
      FoldTables tables = cassandra.folds();
      List<Chunk> deleted = chunks("deleted", 300);
      List<Chunk> others = chunks("other", 30);
      Stages.await(tables.insertChunks(deleted, Duration.ofDays(1000)));
      Stages.await(tables.insertChunks(others, Duration.ofDays(1000)));
      jmx.flush(KEYSPACE, ErasedSpace.TABLES);
      long before = jmx.liveBytes(KEYSPACE, "chunks_10y");
      Stages.await(tables.eraseChunks(PARTITION, deleted.stream().map(Chunk::key).toList()));
      jmx.flush(KEYSPACE, ErasedSpace.TABLES);
      long erased = jmx.liveBytes(KEYSPACE, "chunks_10y");
      assertTrue(erased >= before, "tombstones take space");
      jmx.collectGarbage(KEYSPACE, ErasedSpace.TABLES);
      long after = jmx.liveBytes(KEYSPACE, "chunks_10y");
      assertTrue(after < before / 5, after + " of " + before + " bytes are left");
      assertEquals(
          others.stream().map(Chunk::key).toList(),
          Stages.await(tables.readRows(PARTITION, null, null, 1000)).stream()
              .map(FoldTables.Summarized::key)
              .toList());
    }
  }

  /** Bytes that do not compress. */
  private static List<Chunk> chunks(String device, int count) {
    Random random = new Random(1);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              byte[] bytes = new byte[8 << 10];
              random.nextBytes(bytes);
              ChunkKey key =
                  new ChunkKey(
                      PARTITION,
                      new DeviceId(device),
                      PARTITION.period() + i,
                      PARTITION.period() + i,
                      0,
                      i);
              return new Chunk(key, bytes, new byte[0]);
            })
        .toList();
  }
}
