package qiantang.store.memory;

import qiantang.store.trace.TraceTables;
import qiantang.store.trace.TraceTablesContract;

class MemoryTracesTest extends TraceTablesContract {
  private final MemoryTraces tables = new MemoryTraces();

  @Override
  protected TraceTables tables() {
    return tables;
  }
}
