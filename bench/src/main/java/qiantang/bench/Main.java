package qiantang.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./qiantang bench}: lists or runs the benchmarks. */
@Command(
    name = "qiantang bench",
    description = "Benchmarks that print their figures. Without a name: this list.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME",
    subcommands = DurableBench.class)
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  private Main() {}

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
  }

  /** Runs the benchmark that is named. */
  public static void main(String[] arguments) {
    int exitCode =
        new CommandLine(new Main())
            .setOverwrittenOptionsAllowed(true)
            .setExecutionExceptionHandler(
                (exception, commandLine, parsed) -> {
                  exception.printStackTrace(commandLine.getErr());
                  return 1;
                })
            .execute(arguments);
    System.exit(exitCode);
  }
}
