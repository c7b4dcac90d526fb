package qiantang.store.memory;

import qiantang.store.fold.FoldTables;
import qiantang.store.fold.MaskTablesContract;

class MemoryMasksTest extends MaskTablesContract {
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);

  @Override
  protected FoldTables tables() {
    return tables;
  }
}
