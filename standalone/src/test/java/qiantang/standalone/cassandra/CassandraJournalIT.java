package qiantang.standalone.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTablesContract;

@ExtendWith(SharedCassandra.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CassandraJournalIT extends JournalTablesContract {
  private final Cassandra cassandra;

  CassandraJournalIT(SharedCassandra.Address address) {
    cassandra = Cassandra.connect(address.keyspace("journal_it"));
  }

  @AfterAll
  void close() {
    cassandra.close();
  }

  @Override
  protected JournalTables tables() {
    return cassandra.journal();
  }
}
