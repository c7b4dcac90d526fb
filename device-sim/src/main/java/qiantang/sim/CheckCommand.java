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
import qiantang.sim.api.Target;
import qiantang.sim.course.Network;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Phase;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.preflight.Demand;
import qiantang.sim.preflight.Finding;
import qiantang.sim.preflight.Machine;
import qiantang.sim.preflight.Preflight;
import qiantang.sim.report.Repeat;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;

/** {@code qiantang sim check}: a scenario, this machine and a system, without sending anything. */
@Command(
    name = "check",
    description = {
      "Reads a scenario file and says whether this machine can make its load: open files, ports,"
          + " memory, cores, each with what is needed, what is there and the command that remedies"
          + " it. Sends nothing.",
      "With a system (--demo, --http, --mqtt, --enterprise, or data/demo.json) it is compared too:"
          + " the fleets' enterprises with its own, and their messages and logins a second with the"
          + " quotas that its API tells. Without one the machine alone is looked at."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 4,
    exitCodeOnExecutionException = 70, // EX_SOFTWARE of sysexits.h: a bug
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the scenario is right and the machine large enough; DOUBTFUL is not counted",
      "3:the kernel would refuse some of the connections",
      "4:the scenario or an option is wrong, or the system lacks an enterprise"
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private TargetOptions target = new TargetOptions();

  @Mixin private GeneratorOptions generator = new GeneratorOptions();

  @Option(
      names = "--remote",
      description = {
        "The target is another machine: connections come from one address.",
        "Where --demo or --mqtt say what the target is, this is known."
      })
  private boolean remote;

  @Parameters(
      index = "0",
      paramLabel = "SCENARIO.yaml",
      description = "For example device-sim/scenarios/smoke.yaml")
  private Path scenario = Path.of("");

  @Override
  public Integer call() {
    Outcome<ExitCode> outcome =
        switch (ScenarioReader.read(scenario)) {
          case Outcome.Failed<Scenario> failed -> failed.widen();
          case Outcome.Done<Scenario>(Scenario read) -> check(read);
        };
    return switch (outcome) {
      case Outcome.Failed<ExitCode> failed -> {
        spec.commandLine().getErr().println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<ExitCode>(ExitCode code) -> code.number();
    };
  }

  private Outcome<ExitCode> check(Scenario read) {
    if (!target.given()) {
      InetAddress there = remote ? anyAddress() : InetAddress.getLoopbackAddress();
      Addresses one = Addresses.single(new InetSocketAddress(there, 0));
      ExitCode code = machine(read, Servers.plain(one), one);
      spec.commandLine()
          .getOut()
          .println("no system was looked at; its enterprises and quotas are, with --demo FILE");
      return new Outcome.Done<>(code);
    }
    return switch (target.read()) {
      case Outcome.Failed<Target> failed -> failed.widen();
      case Outcome.Done<Target>(Target found) ->
          switch (RunCommand.servers(read, found)) {
            case Outcome.Failed<Servers> failed -> failed.widen();
            case Outcome.Done<Servers>(Servers servers) ->
                new Outcome.Done<>(both(read, found, servers));
          };
    };
  }

  private ExitCode both(Scenario read, Target found, Servers servers) {
    ExitCode here = machine(read, servers, servers.all());
    int nodes = servers.all().all().size();
    List<Finding> findings =
        new SystemCheck(read, found, nodes, Repeat.address(arguments())).findings();
    findings.forEach(finding -> spec.commandLine().getOut().println(finding.text()));
    return Preflight.possible(findings) ? here : ExitCode.USAGE;
  }

  private List<String> arguments() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  private ExitCode machine(Scenario read, Servers servers, Addresses targets) {
    PrintWriter answer = spec.commandLine().getOut();
    Generator making =
        new Generator(
            generator.loops(), generator.workers(), servers, generator.sources(targets), answer);
    Demand demand = making.demand(read);
    Machine machine = Machine.read();
    List<Finding> findings = Preflight.check(demand, machine);
    String narrow = Network.lacks(read, generator.workers(), machine);
    answer.printf(
        Locale.ROOT,
        "%s: %s, %s, %s/s%s for %d s%n",
        scenario,
        Count.of(demand.connections(), "connection"),
        Count.of(demand.devices(), "device"),
        Count.of(Math.round(demand.messagesPerSecond()), "message"),
        steady(read) ? "" : " at the highest load,",
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

  /** Whether the load is what the fleets' periods say, all the time. */
  private static boolean steady(Scenario read) {
    return read.phases().stream()
        .allMatch(phase -> phase.kind() != Phase.Kind.RAMP && phase.loadPercent() == 100);
  }

  private static InetAddress anyAddress() {
    return new InetSocketAddress(0).getAddress();
  }
}
