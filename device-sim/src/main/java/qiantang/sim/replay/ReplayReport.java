package qiantang.sim.replay;

import java.util.List;
import java.util.Map;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Tally;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.report.Table;

/**
 * The result of a replay.
 *
 * @param shiftDays days by which the file's times were moved
 * @param samples distinct times and metrics of the file
 * @param conflicts values replaced by a later row's other value
 * @param repeats values repeated by a later row
 * @param absentRows rows of which the API shows nothing
 * @param tornRows rows of which the API shows a part
 * @param refusedByReason what the rejections of this device count
 * @param refusedPercentMax of the rows with values, so many may be refused
 */
public record ReplayReport(
    String file,
    String device,
    long shiftDays,
    long rows,
    long emptyRows,
    long acked,
    long samples,
    long conflicts,
    long repeats,
    long absentRows,
    long tornRows,
    Tally tally,
    Map<String, Long> refusedByReason,
    double refusedPercentMax,
    List<String> troubles) {

  /** Data first: a replay that lost some says so, whatever was refused besides. */
  public ExitCode exitCode() {
    boolean accounted = refused() >= absentRows && tornRows == 0;
    boolean allAcked = acked == rowsWithValues();
    if (!accounted || !allAcked || !tally.fine() || !troubles.isEmpty()) {
      return ExitCode.AUDIT_FAILED;
    }
    boolean tooMany = absentRows * 100.0 > refusedPercentMax * rowsWithValues();
    return tooMany || noneVisible() ? ExitCode.LIMITS_MISSED : ExitCode.OK;
  }

  /** Then nothing was compared, and however many may be refused nothing is shown. */
  private boolean noneVisible() {
    return absentRows > 0 && absentRows == rowsWithValues();
  }

  private long rowsWithValues() {
    return rows - emptyRows;
  }

  /** The table for standard output. */
  public String text() {
    Table out = new Table();
    out.line(
        "replay",
        "%s as device %s, times moved by %s".formatted(file, device, Count.of(shiftDays, "day")));
    out.line(
        "rows", "%d  empty %d  published and acknowledged %d".formatted(rows, emptyRows, acked));
    out.line(
        "",
        "visible %d  refused %d  LOST %d  torn %d"
            .formatted(
                rowsWithValues() - absentRows - tornRows,
                Math.min(refused(), absentRows),
                Math.max(0, absentRows - refused()),
                tornRows));
    out.line(
        "samples",
        "%d distinct  conflicts %d (the later row holds)  repeats %d"
            .formatted(samples, conflicts, repeats));
    out.count("", tally.count(Verdict.ACKED_VISIBLE), "visible and equal, bit for bit");
    for (Verdict verdict :
        List.of(Verdict.CORRUPT, Verdict.PHANTOM, Verdict.DUPLICATE, Verdict.FOREIGN)) {
      out.count("", tally.count(verdict), verdict.label());
    }
    refusedByReason.forEach((r, n) -> out.count("rejections", n, "reason " + r));
    for (Finding finding : tally.findings()) {
      out.line("finding", finding.text());
    }
    troubles.forEach(trouble -> out.line("trouble", trouble));
    out.line(
        "verdict",
        switch (exitCode()) {
          case OK -> passed();
          case LIMITS_MISSED -> missed();
          case AUDIT_FAILED, GENERATOR_LIMITED, USAGE, UNREACHABLE -> "FAILED";
        });
    return out.toString();
  }

  private String passed() {
    return absentRows == 0
        ? "PASSED: every row is visible and equal"
        : "PASSED: every row is visible and equal, but for %d of %s refused (%s), as allowed"
            .formatted(absentRows, Count.of(rowsWithValues(), "row"), reasons());
  }

  private String missed() {
    return (noneVisible()
                ? "FAILED: nothing is visible, for %d of %s were refused (%s)"
                : "REFUSED %d of %s (%s); what was taken is visible and equal")
            .formatted(absentRows, Count.of(rowsWithValues(), "row"), reasons())
        + remedy();
  }

  private String reasons() {
    return "reason " + String.join(", ", refusedByReason.keySet());
  }

  private String remedy() {
    if (refusedByReason.containsKey("clock")) {
      return "; the times are too far from now: leave --shift-time out, so that the newest row is"
          + " of yesterday";
    }
    return noneVisible() ? "" : "; --allow-refused PERCENT lets so many be refused";
  }

  private long refused() {
    return refusedByReason.values().stream().mapToLong(Long::longValue).sum();
  }
}
