package qiantang.sim;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qiantang.sim.course.Network;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.preflight.Demand;
import qiantang.sim.preflight.Finding;
import qiantang.sim.preflight.Machine;
import qiantang.sim.preflight.Preflight;
import qiantang.sim.wire.Addresses;

/** {@code qiantang sim check}: a scenario and this machine, without sending anything. */
@Command(
    name = "check",
    description = {
      "Reads a scenario file and says whether this machine can make its load: open files, ports,"
          + " memory, cores, each with what is needed, what is there and the command that remedies"
          + " it. Sends nothing and needs no system.",
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 4,
    exitCodeOnExecutionException = 70, // EX_SOFTWARE of sysexits.h: a bug
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the scenario is right and the machine large enough",
      "3:the kernel would refuse some of the connections",
      "4:the scenario or an option is wrong"
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private GeneratorOptions generator = new GeneratorOptions();

  @Option(
      names = "--remote",
      description = "The target is another machine: connections come from one address.")
  private boolean remote;

  @Parameters(
      index = "0",
      paramLabel = "SCENARIO.yaml",
      description = "For example device-sim/scenarios/smoke.yaml")
  private Path scenario = Path.of("");

  @Override
  public Integer call() {
    return switch (ScenarioReader.read(scenario)) {
      case Outcome.Failed<Scenario> failed -> {
        spec.commandLine().getErr().println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<Scenario>(Scenario read) -> check(read).number();
    };
  }

  private ExitCode check(Scenario read) {
    InetAddress target = remote ? anyAddress() : InetAddress.getLoopbackAddress();
    int sources = generator.sources(Addresses.single(new InetSocketAddress(target, 0))).size();
    Demand demand = Demand.of(read.fleets(), generator.workers(), sources);
    Machine machine = Machine.read();
    List<Finding> findings = Preflight.check(demand, machine);
    String narrow = Network.lacks(read, generator.workers(), machine);
    PrintWriter answer = spec.commandLine().getOut();
    answer.printf(
        Locale.ROOT,
        "%s: %d connections, %d devices, %.0f messages/s for %d s%n",
        scenario,
        demand.connections(),
        demand.devices(),
        demand.messagesPerSecond(),
        read.duration().toSeconds());
    findings.forEach(finding -> answer.println(finding.text()));
    if (narrow != null) {
      answer.println(narrow);
    }
    answer.flush();
    return Preflight.possible(findings) && narrow == null
        ? ExitCode.OK
        : ExitCode.GENERATOR_LIMITED;
  }

  private static InetAddress anyAddress() {
    return new InetSocketAddress(0).getAddress();
  }
}
