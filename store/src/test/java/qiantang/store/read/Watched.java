package qiantang.store.read;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Tables that are watched by a test. */
final class Watched {
  private Watched() {}

  /** Told of each call before it is made. */
  @FunctionalInterface
  interface Watcher {
    /** The answer to give instead of the tables', or null. */
    @Nullable CompletionStage<?> before(String method);
  }

  /** The same tables. */
  static <T> T tables(Class<T> port, T tables, Watcher watcher) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              CompletionStage<?> instead = watcher.before(method.getName());
              if (instead != null) {
                return instead;
              }
              try {
                return method.invoke(tables, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
