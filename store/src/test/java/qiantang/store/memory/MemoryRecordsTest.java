package qiantang.store.memory;

import qiantang.store.fold.RecordTables;
import qiantang.store.fold.RecordTablesContract;

class MemoryRecordsTest extends RecordTablesContract {
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);

  @Override
  protected RecordTables tables() {
    return tables;
  }
}
