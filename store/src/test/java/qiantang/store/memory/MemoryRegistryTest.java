package qiantang.store.memory;

import qiantang.store.registry.Registry;
import qiantang.store.registry.RegistryContract;

class MemoryRegistryTest extends RegistryContract {
  private final MemoryRegistry registry = new MemoryRegistry();

  @Override
  protected Registry registry() {
    return registry;
  }
}
