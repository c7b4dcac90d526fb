package qiantang.store.memory;

import qiantang.store.identifier.IdentifierTablesContract;
import qiantang.store.registry.Registry;

class MemoryIdentifiersTest extends IdentifierTablesContract {
  private final MemoryRegistry registry = new MemoryRegistry();

  @Override
  protected Registry registry() {
    return registry;
  }
}
