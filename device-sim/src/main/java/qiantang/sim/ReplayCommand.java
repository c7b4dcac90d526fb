package qiantang.sim;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.replay.CsvFile;
import qiantang.sim.replay.Pace;
import qiantang.sim.replay.Replay;
import qiantang.sim.replay.ReplayReport;

/** {@code qiantang sim replay}: a recorded data set as one device. */
@Command(
    name = "replay",
    description = {
      "Publishes a recorded data set as one new device and checks that the API answers every value"
          + " bit for bit.",
      "The file: a header; separator comma, semicolon or tab; a time column named datetime, date,"
          + " timestamp, time or ts, or else the first; ISO times (without zone UTC) or epoch"
          + " seconds or milliseconds. The other columns are metrics; an empty cell is no value.",
      "A row is accounted for if it is visible and equal, or if it is absent and the rejections"
          + " count it; all must be, and none may be refused but for --allow-refused."
          + " The table goes to standard output, progress to standard error."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeOnInvalidInput = 4,
    exitCodeOnExecutionException = 70, // EX_SOFTWARE of sysexits.h: a bug
    exitCodeList = {
      "0:every row is visible and equal, but for those that --allow-refused allows",
      "1:nothing is lost, but more rows were refused than --allow-refused allows, or all of them",
      "2:rows are lost or values differ",
      "4:the file or an option is wrong",
      "5:the system cannot be reached"
    })
final class ReplayCommand implements Callable<Integer> {
  /** Beyond this a year takes less than half a minute, which no speed but 0 is meant to be. */
  private static final double SPEED_MAX = 1_000_000;

  /** Device ids hold 64 characters; the rest is for the run's own part. */
  private static final int NAME_CHARS_MAX = 48;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private TargetOptions target = new TargetOptions();

  @Parameters(
      index = "0",
      paramLabel = "FILE.csv",
      description = "For example seeds/nab/machine_temperature_system_failure.csv")
  private Path file = Path.of("");

  @Option(
      names = "--shift-time",
      paramLabel = "DAYS",
      description = {
        "Days to add to every time; 0 keeps them: a system refuses rows that are too far from"
            + " now (reason clock), which ends with code 1.",
        "Default: so many that the newest row is of yesterday (UTC)"
      })
  private @Nullable Integer shiftDays;

  @Option(
      names = "--allow-refused",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description = {
        "Share of the rows that may be refused, 0 to 100, such as 2.5. Where all are, nothing was"
            + " compared, and the replay fails in any case.",
        "Default: ${DEFAULT-VALUE}"
      })
  private double refusedPercentMax;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Rows a second at most; 0 for as fast as they are acknowledged."
              + " Default: ${DEFAULT-VALUE}")
  private int rowsPerSecond;

  @Option(
      names = "--speed",
      paramLabel = "X",
      defaultValue = "0",
      description = {
        "Rows go X times as fast as their own times: 1 as recorded, 60 an hour in a minute;"
            + " 0 for as fast as they are acknowledged.",
        "With --rate the slower of the two holds. Default: ${DEFAULT-VALUE}"
      })
  private double speed;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "Sends the file N times, each time moved on by as many whole days as it spans. Each copy"
            + " goes right after the one before: with --speed too nothing waits for these days.",
        "Default: ${DEFAULT-VALUE}"
      })
  private int repeat;

  @Override
  public Integer call() {
    if (rowsPerSecond < 0) {
      throw new ParameterException(
          spec.commandLine(), "--rate takes 0 or more, not " + rowsPerSecond);
    }
    if (!(speed >= 0 && speed <= SPEED_MAX)) {
      throw new ParameterException(
          spec.commandLine(), "--speed takes 0 to " + SPEED_MAX + ", not " + speed);
    }
    if (!(refusedPercentMax >= 0 && refusedPercentMax <= 100)) {
      throw new ParameterException(
          spec.commandLine(), "--allow-refused takes 0 to 100, not " + refusedPercentMax);
    }
    if (repeat < 1) {
      throw new ParameterException(spec.commandLine(), "--repeat takes 1 or more, not " + repeat);
    }
    PrintWriter err = spec.commandLine().getErr();
    Outcome<ReplayReport> outcome =
        switch (rows()) {
          case Outcome.Failed<CsvFile> failed -> failed.widen();
          case Outcome.Done<CsvFile>(CsvFile read) ->
              switch (target.read()) {
                case Outcome.Failed<Target> failed -> failed.widen();
                case Outcome.Done<Target>(Target found) -> replay(read, found, err);
              };
        };
    return switch (outcome) {
      case Outcome.Failed<ReplayReport> failed -> {
        err.println(failed.message());
        yield failed.exitCode().number();
      }
      case Outcome.Done<ReplayReport>(ReplayReport report) -> {
        PrintWriter standardOutput = spec.commandLine().getOut();
        standardOutput.print(report.text());
        standardOutput.flush();
        yield report.exitCode().number();
      }
    };
  }

  private Outcome<CsvFile> rows() {
    return switch (CsvFile.read(file)) {
      case Outcome.Failed<CsvFile> failed -> failed;
      case Outcome.Done<CsvFile>(CsvFile read) -> read.repeated(repeat);
    };
  }

  private Outcome<ReplayReport> replay(CsvFile csv, Target found, PrintWriter err) {
    Instant now = Instant.now();
    long days = shiftDays != null ? shiftDays : Replay.daysToYesterday(csv, now);
    return new Replay(file.toString(), csv, refusedPercentMax, found, err)
        .run(deviceId(now.toEpochMilli()), days, new Pace(rowsPerSecond, speed));
  }

  /** The file's name and the run's, so that a file can be replayed again into the same system. */
  private String deviceId(long nowMillis) {
    String stem =
        String.valueOf(file.getFileName())
            .replaceFirst("\\.[A-Za-z]+$", "")
            .replaceAll("[^A-Za-z0-9._-]", "-");
    String name = stem.substring(0, Math.min(stem.length(), NAME_CHARS_MAX));
    return name + "-" + ScenarioRun.runId(nowMillis);
  }
}
