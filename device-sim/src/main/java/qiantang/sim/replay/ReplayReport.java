package qiantang.sim.replay;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Tally;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.ExitCode;

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
    StringBuilder out = new StringBuilder();
    line(out, "replay", "%s as device %s, times moved by %d days", file, device, shiftDays);
    line(out, "rows", "%d  empty %d  published and acknowledged %d", rows, emptyRows, acked);
    line(
        out,
        "",
        "visible %d  refused %d  LOST %d  torn %d",
        rows - emptyRows - absentRows - tornRows,
        Math.min(refused(), absentRows),
        Math.max(0, absentRows - refused()),
        tornRows);
    line(
        out,
        "samples",
        "%d distinct  conflicts %d (the later row holds)  repeats %d",
        samples,
        conflicts,
        repeats);
    line(out, "", "%10d  visible and equal, bit for bit", tally.count(Verdict.ACKED_VISIBLE));
    for (Verdict verdict :
        List.of(Verdict.CORRUPT, Verdict.PHANTOM, Verdict.DUPLICATE, Verdict.FOREIGN)) {
      line(out, "", "%10d  %s", tally.count(verdict), verdict.label());
    }
    refusedByReason.forEach((r, n) -> line(out, "rejections", "%10d  reason %s", n, r));
    for (Finding finding : tally.findings()) {
      line(out, "finding", "%s", finding.text());
    }
    troubles.forEach(trouble -> line(out, "trouble", "%s", trouble));
    line(
        out,
        "verdict",
        "%s",
        exitCode() == ExitCode.OK
            ? "PASSED: every row is visible and equal, or found among the rejections"
            : "FAILED");
    return out.toString();
  }

  private long refused() {
    return refusedByReason.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void line(StringBuilder out, String head, String form, Object... arguments) {
    out.append(String.format(Locale.ROOT, "%-10s ", head));
    out.append(String.format(Locale.ROOT, form, arguments)).append('\n');
  }
}
