package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.access.AccessTablesContract;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.registry.Registry;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraAccessIT extends AccessTablesContract {
  private final Cassandra cassandra;

  CassandraAccessIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("access_it"));
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
