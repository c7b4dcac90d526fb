package qiantang.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qiantang.sim.api.Target;
import qiantang.sim.metrics.RunMetrics;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.report.Environment;
import qiantang.sim.report.Repeat;
import qiantang.sim.report.ResultFiles;
import qiantang.sim.report.ResultJson;
import qiantang.sim.report.RunReport;
import qiantang.sim.wire.Servers;

/** {@code qiantang sim run}: one scenario, then the audit. */
@Command(
    name = "run",
    description = {
      "Runs a scenario file: makes its devices through the API, sends what the plan says when it"
          + " says so, then reads every sample back and compares.",
      "With --no-audit it only sends, to any MQTT broker.",
      "The table goes to standard output, progress to standard error."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeOnInvalidInput = 4,
    exitCodeOnExecutionException = 70, // EX_SOFTWARE of sysexits.h: a bug
    exitCodeList = {
      "0:all is well",
      "1:a threshold is missed",
      "2:the audit failed: samples are lost, changed, double or foreign",
      "3:the generator was the bottleneck: its schedule lag p99 is above 2 ms, or what the scenario"
          + " allows; or this machine is too small for the load; or a worker process ended",
      "4:the scenario or an option is wrong",
      "5:the system cannot be reached, or did not answer the audit, or not for some devices: what"
          + " was sent is in the journal, for 'sim audit'",
      "130:it was ended by Ctrl-C (SIGINT): the last lines say what was sent so far and the 'sim"
          + " audit' that classifies it",
      "143:it was ended by SIGTERM: likewise"
    })
final class RunCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;

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
      description = {
        "Folder for report.html, one file with plots for a person, and result.json, the same for"
            + " programs.",
        "Default: none is written"
      })
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

  @Mixin private BrokerOptions brokers = new BrokerOptions();

  @Mixin private GeneratorOptions generator = new GeneratorOptions();

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = {
        "Serves Prometheus metrics qiantang_sim_* on this port of 127.0.0.1 while it runs; 0 for a"
            + " free one.",
        "Default: none"
      })
  private @Nullable Integer metricsPort;

  private Instant started = Instant.EPOCH;

  @Override
  public Integer call() {
    started = Instant.now();
    if (metricsPort != null && (metricsPort < 0 || metricsPort > PORT_MAX)) {
      throw new ParameterException(
          spec.commandLine(), "--metrics-port takes 0 to " + PORT_MAX + ", not " + metricsPort);
    }
    PrintWriter err = spec.commandLine().getErr();
    Outcome<RunReport> outcome =
        switch (ScenarioReader.read(scenario)) {
          case Outcome.Failed<Scenario> failed -> failed.widen();
          case Outcome.Done<Scenario>(Scenario read) -> run(read, brokers.broker(), err);
        };
    return switch (outcome) {
      case Outcome.Failed<RunReport> failed -> {
        err.println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<RunReport>(RunReport report) -> print(report, err).number();
    };
  }

  private Outcome<RunReport> run(Scenario read, Target.@Nullable Broker broker, PrintWriter err) {
    if (broker != null) {
      brokers.check(read);
    }
    return switch (broker == null ? target.read() : target.broker(broker)) {
      case Outcome.Failed<Target> failed -> failed.widen();
      case Outcome.Done<Target>(Target found) -> run(read, found, err);
    };
  }

  private Outcome<RunReport> run(Scenario read, Target found, PrintWriter err) {
    Path folder = out;
    if (folder != null) {
      // Now, not when an hour's results have nowhere to go.
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        return new Outcome.Failed<>(
            ExitCode.USAGE,
            "cannot make the folder "
                + folder
                + ": "
                + FileCause.of(e)
                + "; name another with --out");
      }
    }
    if (metricsPort == null) {
      return run(read, found, null, err);
    }
    return switch (RunMetrics.start(metricsPort)) {
      case Outcome.Failed<RunMetrics> failed -> failed.widen();
      case Outcome.Done<RunMetrics>(RunMetrics served) -> {
        try (RunMetrics metrics = served) {
          err.println("metrics at http://127.0.0.1:" + metrics.port() + "/metrics");
          yield run(read, found, metrics, err);
        }
      }
    };
  }

  private Outcome<RunReport> run(
      Scenario read, Target found, @Nullable RunMetrics metrics, PrintWriter err) {
    return switch (servers(read, found)) {
      case Outcome.Failed<Servers> failed -> failed.widen();
      case Outcome.Done<Servers>(Servers servers) -> {
        try (Interruption interruption = Interruption.watch(err)) {
          yield new ScenarioRun(
                  scenario.toString(),
                  read,
                  found,
                  generator(servers, err),
                  JournalFolder.of(journal, out, arguments()),
                  err,
                  metrics,
                  interruption)
              .run();
        }
      }
    };
  }

  /** What the fleets of a scenario connect to. */
  static Outcome<Servers> servers(Scenario read, Target found) {
    boolean plain = read.fleets().stream().anyMatch(fleet -> !fleet.tls());
    boolean tls = read.fleets().stream().anyMatch(FleetSpec::tls);
    return Servers.needed(found.mqtt(), found.mqtts(), found.authorities(), plain, tls);
  }

  private Generator generator(Servers servers, PrintWriter err) {
    return new Generator(
        generator.loops(), generator.workers(), servers, generator.sources(servers.all()), err);
  }

  private ExitCode print(RunReport report, PrintWriter err) {
    PrintWriter standardOutput = spec.commandLine().getOut();
    standardOutput.print(report.text());
    standardOutput.flush();
    if (out != null) {
      List<String> versions = List.of(spec.version());
      Environment environment = Environment.here(started, versions, repeat());
      try {
        for (Path written : ResultFiles.write(out, ResultJson.of(report, environment))) {
          err.println("wrote " + written);
        }
      } catch (IOException e) {
        err.println(
            "cannot write results into %s: %s; the table above is all that is left of them"
                .formatted(out, FileCause.of(e)));
        return report.exitCode() == ExitCode.OK ? ExitCode.USAGE : report.exitCode();
      }
    }
    return report.exitCode();
  }

  private String repeat() {
    CommandLine root = spec.root().commandLine();
    String program = root.getCommandName().equals("sim") ? "./qiantang sim" : "./qiantang";
    return Repeat.command(program, arguments());
  }

  private List<String> arguments() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }
}
