package qiantang.store.memory;

import qiantang.store.registry.Registry;
import qiantang.store.registry.UnitTablesContract;

class MemoryUnitsTest extends UnitTablesContract {
  private final MemoryRegistry registry = new MemoryRegistry();

  @Override
  protected Registry registry() {
    return registry;
  }
}
