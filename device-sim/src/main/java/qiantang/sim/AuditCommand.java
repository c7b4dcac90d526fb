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
import qiantang.sim.journal.JournalReader;
import qiantang.sim.journal.RunHistory;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.report.AuditReport;

/** {@code qiantang sim audit}: a run again, from what its journal says. */
@Command(
    name = "audit",
    description = {
      "Audits a run again from its journal, also one that was killed: reads every sample back and"
          + " compares it with what the journal says was sent and acknowledged.",
      "What was acknowledged within the last second of a killed run counts as not acknowledged;"
          + " what it may have sent without an acknowledgement may be visible or absent.",
      "The table goes to standard output, progress to standard error."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 4,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is well",
      "2:the audit failed: samples are lost, changed, double or foreign",
      "4:the journal or an option is wrong, or the journal is damaged and what can still be judged"
          + " is well",
      "5:the system cannot be reached, stopped answering before all was read, or refuses to answer"
          + " for a device"
    })
final class AuditCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private SystemOptions system = new SystemOptions();

  @Parameters(
      index = "0",
      paramLabel = "RUN.journal",
      description = "The file run-ID.journal that the run named at its beginning")
  private Path journal = Path.of("");

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      description = {
        "The enterprise in which the devices were made where the scenario names none.",
        "Default: the demo's first"
      })
  private @Nullable String enterprise;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for audit.json, the result. Default: none is written")
  private @Nullable Path out;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Outcome<AuditReport> outcome =
        switch (JournalReader.read(journal)) {
          case Outcome.Failed<RunHistory> failed -> failed.widen();
          case Outcome.Done<RunHistory>(RunHistory history) ->
              switch (system.target(history.header().mqtt(), null, null, enterprise)) {
                case Outcome.Failed<Target> failed -> failed.widen();
                case Outcome.Done<Target>(Target target) ->
                    new JournalAudit(history, target, err).run();
              };
        };
    return switch (outcome) {
      case Outcome.Failed<AuditReport> failed -> {
        err.println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<AuditReport>(AuditReport report) -> print(report, err).number();
    };
  }

  private ExitCode print(AuditReport report, PrintWriter err) {
    PrintWriter standardOutput = spec.commandLine().getOut();
    standardOutput.print(report.text());
    standardOutput.flush();
    if (out != null) {
      try {
        report.write(out);
      } catch (IOException e) {
        err.println(
            "cannot write %s: %s; name another folder with --out"
                .formatted(out.resolve("audit.json"), FileCause.of(e)));
        return report.exitCode() == ExitCode.OK ? ExitCode.USAGE : report.exitCode();
      }
    }
    return report.exitCode();
  }
}
