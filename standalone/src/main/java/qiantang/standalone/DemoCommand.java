package qiantang.standalone;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import qiantang.standalone.cassandra.CannotStartException;

/** {@code qiantang demo}. */
@Command(
    name = "demo",
    description = {
      "Runs the whole system on this machine: an embedded Cassandra (needs Java 17), ingest,"
          + " query, the console and a simulated fleet. When it serves it writes DIR/demo.json"
          + " (addresses and tokens, readable by you alone) and prints a line that begins with"
          + " 'ready'. Ctrl-C ends it."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DemoOptions options = new DemoOptions();

  /** Ends only with the reason why it cannot go on; a signal ends the JVM from outside. */
  @Override
  public Integer call() throws CannotStartException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Consumer<String> progress = line -> err.println("qiantang: " + line);
    Running running = Running.withShutdownHook(progress);
    try {
      Demo demo = Demo.start(options, running, progress);
      PrintWriter out = spec.commandLine().getOut();
      Path demoJson = options.data.resolve("demo.json");
      out.print(
          Welcome.of(
              demo.file(), demo.login(), demo.isCertifiedByOwn(), demoJson, Checkout.ofScript()));
      out.flush();
      new Reload(spec, of -> ((DemoCommand) of).options.ingest, demo.ingest()::apply).onHangUp();
      String why = demo.watch().awaitEnd();
      hushConsole();
      throw new CannotStartException("cannot go on: " + why);
    } catch (IOException e) {
      throw new CannotStartException("cannot start a demo on " + options.data, e);
    } finally {
      running.starterIsGone();
    }
  }

  /** What fails from here on fails because of that, and would bury the sentence that says so. */
  private static void hushConsole() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      loggers.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender("console");
    }
  }
}
