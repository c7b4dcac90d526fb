package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.fold.HealthTables;
import qiantang.store.fold.HealthTablesContract;
import qiantang.store.kept.KeptTables;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraHealthIT extends HealthTablesContract {
  private final Cassandra cassandra;

  CassandraHealthIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("health_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected HealthTables tables() {
    return cassandra.folds();
  }

  @Override
  protected KeptTables kept() {
    return cassandra.registry().kept();
  }
}
