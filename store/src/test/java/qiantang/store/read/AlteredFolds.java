package qiantang.store.read;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import qiantang.store.fold.FoldTables;

/** Tables of folds whose answers a test sees, or changes. */
final class AlteredFolds {
  private AlteredFolds() {}

  /**
   * The same tables.
   *
   * @param watcher is told the method and what it answered, and answers instead of it
   */
  static FoldTables folds(FoldTables tables, BiFunction<String, Object, Object> watcher) {
    return (FoldTables)
        Proxy.newProxyInstance(
            FoldTables.class.getClassLoader(),
            new Class<?>[] {FoldTables.class},
            (proxy, method, arguments) -> {
              try {
                CompletionStage<?> answer = (CompletionStage<?>) method.invoke(tables, arguments);
                return answer.thenApply(result -> watcher.apply(method.getName(), result));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
