package qiantang.store.memory;

import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTablesContract;

class MemoryFoldsTest extends FoldTablesContract {
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);

  @Override
  protected FoldTables tables() {
    return tables;
  }
}
