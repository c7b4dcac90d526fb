package qiantang.store.memory;

import qiantang.store.access.AccessTablesContract;
import qiantang.store.registry.Registry;

class MemoryAccessTest extends AccessTablesContract {
  private final MemoryRegistry registry = new MemoryRegistry();

  @Override
  protected Registry registry() {
    return registry;
  }
}
