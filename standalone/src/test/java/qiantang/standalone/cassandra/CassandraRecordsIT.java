package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.RecordTables;
import qiantang.store.fold.RecordTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraRecordsIT extends RecordTablesContract {
  private final Cassandra cassandra;

  CassandraRecordsIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("records_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected RecordTables tables() {
    return cassandra.folds();
  }
}
