package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.RollupTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraRollupsIT extends RollupTablesContract {
  private final Cassandra cassandra;

  CassandraRollupsIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("rollups_it"));
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
