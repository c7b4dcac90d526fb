package qiantang.standalone;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import qiantang.sim.SimCommand;
import qiantang.standalone.admin.AdminCommand;
import qiantang.standalone.admin.ApiException;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.SchemaException;

/**
 * The commands. The script {@code ./qiantang} adds {@code build}, {@code test} and {@code bench}.
 */
@Command(
    name = "qiantang",
    description = "Telemetry of industrial devices: MQTT in, Cassandra, HTTP out.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoCommand.class,
      IngestCommand.class,
      QueryCommand.class,
      FoldCommand.class,
      AdminCommand.class,
      SimCommand.class,
    },
    footerHeading = "%n",
    footer = {
      "Each option has an environment twin: --mqtt-port is QIANTANG_MQTT_PORT. An option given",
      "twice: the last one holds. Standard output carries only the answer, all else goes to",
      "standard error. The script also has: build, test, bench [NAME].",
      "",
      "Exit codes: 0 done, 1 cannot be done (one sentence says why), 2 wrong usage. Those of sim",
      "are its own; sim run --help tells them."
    })
public final class Main implements Runnable {
  /** As wide as the lines of this code, whose texts it wraps. */
  private static final int HELP_COLUMNS = 100;

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF); // It warns of options given twice.
    CommandLine main = new CommandLine(new Main());
    tellVersion(main);
    return main.setUsageHelpWidth(HELP_COLUMNS)
        .setOverwrittenOptionsAllowed(true)
        .setDefaultValueProvider(new Defaults())
        .setParameterExceptionHandler(shortUsage())
        .setExecutionExceptionHandler(Main::explain);
  }

  /** Every command has the option, so every command has the answer. */
  private static void tellVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(new Version());
    command.getSubcommands().values().forEach(Main::tellVersion);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }

  /** One line that says what is wrong; the usage is a screenful that would hide it. */
  private static IParameterExceptionHandler shortUsage() {
    return (exception, _) -> {
      CommandLine command = exception.getCommandLine();
      PrintWriter err = command.getErr();
      // picocli 4.7.7 says the word twice where an option takes KEY=VALUE.
      String what = String.valueOf(exception.getMessage()).replace("option option", "option");
      err.println("qiantang: " + what);
      err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
      return command.getCommandSpec().exitCodeOnInvalidInput();
    };
  }

  /** The world's faults are one sentence; everything else is a bug and shows where it is. */
  private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
    switch (failure) {
      case CannotStartException sentence -> complain(command, sentence);
      case ApiException sentence -> complain(command, sentence);
      case SchemaException sentence -> complain(command, sentence);
      case InterruptedException _ -> {} // The JVM was told to end, and the hook stops everything.
      default -> failure.printStackTrace(command.getErr());
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  private static void complain(CommandLine command, Exception sentence) {
    command.getErr().println("qiantang: " + sentence.getMessage());
  }
}
