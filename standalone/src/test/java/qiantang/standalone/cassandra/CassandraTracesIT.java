package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.trace.TraceTables;
import qiantang.store.trace.TraceTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraTracesIT extends TraceTablesContract {
  private final Cassandra cassandra;

  CassandraTracesIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("traces_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected TraceTables tables() {
    return cassandra.registry().traces();
  }
}
