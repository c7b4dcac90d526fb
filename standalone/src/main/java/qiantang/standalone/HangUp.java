package qiantang.standalone;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs something at SIGHUP instead of ending. By reflection, as the compiler warns of the one class
 * that can, {@code sun.misc.Signal} of the module jdk.unsupported, and warnings are errors here.
 */
final class HangUp {
  private static final Logger logger = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /** From now on, on a thread of the JVM's for each signal. */
  static void run(Runnable task) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                task.run();
                yield null;
              }
              case "equals" -> arguments != null && proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "what SIGHUP does";
            };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
      Object own =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(), new Class<?>[] {signalHandler}, handler);
      var _ =
          signal
              .getMethod("handle", signal, signalHandler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), own);
    } catch (ReflectiveOperationException e) {
      logger.warn("cannot listen to SIGHUP, options are read at the start alone", e);
    }
  }
}
