package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.MaskTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraMasksIT extends MaskTablesContract {
  private final Cassandra cassandra;

  CassandraMasksIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("masks_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected FoldTables tables() {
    return cassandra.folds();
  }
}
