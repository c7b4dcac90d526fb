package qiantang.store.memory;

import qiantang.store.fold.HealthTables;
import qiantang.store.fold.HealthTablesContract;
import qiantang.store.kept.KeptTables;

class MemoryHealthTest extends HealthTablesContract {
  private final HealthTables tables = new MemoryFolds(Runnable::run);
  private final KeptTables kept = new MemoryKept();

  @Override
  protected HealthTables tables() {
    return tables;
  }

  @Override
  protected KeptTables kept() {
    return kept;
  }
}
