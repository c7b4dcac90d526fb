package qiantang.ingest.mqtt;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import qiantang.store.registry.Registry;

/** A registry that can be away: then nothing that is asked of it has an answer. */
final class SwitchedRegistry {
  private final Registry registry;
  private boolean isAway;

  SwitchedRegistry(Registry registry) {
    this.registry = registry;
  }

  void away(boolean now) {
    isAway = now;
  }

  /** The registry as the node sees it. */
  Registry seen() {
    return (Registry)
        Proxy.newProxyInstance(
            Registry.class.getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, arguments) -> {
              if (isAway) {
                return CompletableFuture.failedFuture(new IOException("away"));
              }
              try {
                return method.invoke(registry, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
