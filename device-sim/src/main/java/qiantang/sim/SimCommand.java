package qiantang.sim;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.capacity.PlanCommand;

/** {@code qiantang sim}: only a parent of its subcommands. */
@Command(
    name = "sim",
    description = "Simulates devices and gateways, and audits what the system made of them.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 4,
    subcommands = {
      RunCommand.class,
      ReplayCommand.class,
      AuditCommand.class,
      CheckCommand.class,
      PlanCommand.class
    })
public final class SimCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a subcommand: run, replay, audit, check or plan");
  }
}
