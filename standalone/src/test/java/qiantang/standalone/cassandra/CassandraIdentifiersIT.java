package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.identifier.IdentifierTablesContract;
import qiantang.store.registry.Registry;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraIdentifiersIT extends IdentifierTablesContract {
  private final Cassandra cassandra;

  CassandraIdentifiersIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("identifiers_it"));
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
