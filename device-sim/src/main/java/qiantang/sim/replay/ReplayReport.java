package qiantang.sim.replay;

import java.util.List;
import java.util.Map;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Tally;
import qiantang.sim.audit.Verdict;
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
    List<String> troubles) {

  public ExitCode exitCode() {
    boolean accounted = refused() >= absentRows && tornRows == 0;
    boolean allAcked = acked == rows - emptyRows;
    return accounted && allAcked && tally.fine() && troubles.isEmpty()
        ? ExitCode.OK
        : ExitCode.AUDIT_FAILED;
  }

  /** The table for standard output. */
  public String text() {
    Table out = new Table();
    out.line(
        "replay", "%s as device %s, times moved by %d days".formatted(file, device, shiftDays));
    out.line(
        "rows", "%d  empty %d  published and acknowledged %d".formatted(rows, emptyRows, acked));
    out.line(
        "",
        "visible %d  refused %d  LOST %d  torn %d"
            .formatted(
                rows - emptyRows - absentRows - tornRows,
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
        exitCode() == ExitCode.OK
            ? "PASSED: every row is visible and equal, or found among the rejections"
            : "FAILED");
    return out.toString();
  }

  private long refused() {
    return refusedByReason.values().stream().mapToLong(Long::longValue).sum();
  }
}
