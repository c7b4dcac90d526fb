package qiantang.standalone;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
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

  /** Returns only when the demo ends by itself; a signal ends the JVM from outside. */
  @Override
  public Integer call() throws CannotStartException, InterruptedException, IOException {
    PrintWriter err = spec.commandLine().getErr();
    Consumer<String> progress = line -> err.println("qiantang: " + line);
    Running running = Running.withShutdownHook(progress);
    try {
      Demo demo = Demo.start(options, running, progress);
      PrintWriter out = spec.commandLine().getOut();
      out.print(Welcome.of(demo.file(), options.data.resolve("demo.json")));
      out.flush();
      int code = demo.cassandra().exited().get();
      throw new CannotStartException(
          "cannot go on: Cassandra ended by itself with code %d; see %s/logs/cassandra.log"
              .formatted(code, options.data));
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: waiting for a process fails", e);
    } finally {
      running.starterIsGone();
    }
  }
}
