package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.registry.Registry;
import qiantang.store.registry.UnitTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraUnitsIT extends UnitTablesContract {
  private final Cassandra cassandra;

  CassandraUnitsIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("units_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected Registry registry() {
    return cassandra.registry();
  }
}
