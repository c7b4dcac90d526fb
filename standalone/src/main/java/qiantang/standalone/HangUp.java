package qiantang.standalone;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.publicLookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(task);
      Object handler =
          MethodHandleProxies.asInterfaceInstance(
              signalHandler, MethodHandles.dropArguments(run, 0, signal));
      Object before =
          signal
              .getMethod("handle", signal, signalHandler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handler);
      // Who starts us may have it ignored, and the JVM leaves that so: signal(7), nohup(1).
      if (signalHandler.getField("SIG_IGN").get(null).equals(before)) {
        logger.warn(
            "SIGHUP is ignored, as whoever started this had it ignored: options are read at the"
                + " start alone; start it without nohup, with setsid or as a service, to have"
                + " --config read again");
      }
    } catch (ReflectiveOperationException e) {
      logger.warn("cannot listen to SIGHUP, options are read at the start alone", e);
    }
  }
}
