package qiantang.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.report.RunReport;

/** {@code qiantang sim run}: one scenario, then the audit. */
@Command(
    name = "run",
    description = {
      "Runs a scenario file: makes its devices through the API, sends what the plan says when it"
          + " says so, then reads every sample back and compares.",
      "The table goes to standard output, progress to standard error."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:the audit failed: samples are lost, changed, double or foreign",
      "2:the scenario or an option is wrong",
      "3:the system cannot be reached",
      "4:a threshold is missed or the generator could not keep up"
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private TargetOptions target = new TargetOptions();

  @Parameters(
      index = "0",
      paramLabel = "SCENARIO.yaml",
      description = "For example device-sim/scenarios/smoke.yaml")
  private Path scenario = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for run.json, the result. Default: none is written")
  private @Nullable Path out;

  @Option(
      names = "--journal",
      paramLabel = "DIR",
      description = {
        "Folder for run-ID.journal: what was sent, once a second, for 'sim audit' if this run is"
            + " killed.",
        "Default: that of --out; without it a temporary one, from which the journal of a run"
            + " that passes is removed"
      })
  private @Nullable Path journal;

  @Mixin private GeneratorOptions generator = new GeneratorOptions();

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Outcome<RunReport> outcome =
        switch (ScenarioReader.read(scenario)) {
          case Outcome.Failed<Scenario> failed -> failed.widen();
          case Outcome.Done<Scenario>(Scenario read) ->
              switch (target.read()) {
                case Outcome.Failed<Target> failed -> failed.widen();
                case Outcome.Done<Target>(Target found) ->
                    new ScenarioRun(
                            scenario.toString(),
                            read,
                            found,
                            generator(found, err),
                            JournalFolder.of(journal, out),
                            err)
                        .run();
              };
        };
    return switch (outcome) {
      case Outcome.Failed<RunReport> failed -> {
        err.println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<RunReport>(RunReport report) -> print(report, err).number();
    };
  }

  private Generator generator(Target found, PrintWriter err) {
    return new Generator(
        generator.loops(), generator.workers(), generator.sources(found.mqtt()), err);
  }

  private ExitCode print(RunReport report, PrintWriter err) {
    PrintWriter standardOutput = spec.commandLine().getOut();
    standardOutput.print(report.text());
    standardOutput.flush();
    if (out != null) {
      try {
        report.write(out);
      } catch (IOException e) {
        err.println("cannot write " + out.resolve("run.json") + ": " + e);
        return report.exitCode() == ExitCode.OK ? ExitCode.USAGE : report.exitCode();
      }
    }
    return report.exitCode();
  }
}
