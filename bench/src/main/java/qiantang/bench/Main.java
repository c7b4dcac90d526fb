package qiantang.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ./qiantang bench}: lists or runs the benchmarks. */
@Command(
    name = "qiantang bench",
    description = "Benchmarks that print their figures. Without a name: this list.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME",
    subcommands = {
      AckBench.class,
      CodecBench.class,
      ConnectionsBench.class,
      DensityBench.class,
      DevicesBench.class,
      DiskBench.class,
      DurableBench.class,
      FoldsBench.class,
      FuzzBench.class,
      GeneratorBench.class,
      NeighbourBench.class,
      PlatformBench.class,
      ProofBench.class,
      QueriesBench.class,
      ReadBench.class,
      SimulateBench.class,
      SoakBench.class,
      StormBench.class,
      StreamBench.class,
      ThreadsBench.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
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
