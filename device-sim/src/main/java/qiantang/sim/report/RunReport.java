package qiantang.sim.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Verdict;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.plan.Threshold;

/**
 * The result of a run.
 *
 * @param planned messages of the plan
 * @param ack from the planned time to PUBACK
 * @param ackFromSend from sending to PUBACK: hides waiting, printed to show how much
 * @param lag how late the generator noticed that a message was due
 * @param timeline the run by the second
 */
public record RunReport(
    String runId,
    String scenario,
    long seed,
    int publishers,
    int devices,
    Duration took,
    long planned,
    Figures.Counts counts,
    Books books,
    Latency ack,
    Latency ackFromSend,
    Latency lag,
    AuditResult audit,
    List<Threshold> thresholds,
    Timeline timeline) {
  /**
   * Above this the generator, not the system, decided when messages went. A scenario that names the
   * lag in a threshold sets its own limit.
   */
  private static final double LAG_P99_MILLIS_MAX = 1_000;

  private static final JsonMapper JSON = new JsonMapper();

  /** Messages by the ledgers of all publishers. */
  public record Books(long sent, long acked, long refused) {
    public static Books of(List<Ledger> ledgers) {
      return new Books(
          ledgers.stream().mapToLong(Ledger::sent).sum(),
          ledgers.stream().mapToLong(Ledger::ackedCount).sum(),
          ledgers.stream().mapToLong(Ledger::refusedCount).sum());
    }
  }

  public ExitCode exitCode() {
    if (!audit.passed() || !booksBalance()) {
      return ExitCode.AUDIT_FAILED;
    }
    return missedLimits().isEmpty() ? ExitCode.OK : ExitCode.LIMITS_MISSED;
  }

  /** What happened at the sockets was counted as it happened; the ledgers must say the same. */
  private boolean booksBalance() {
    return counts.sent() == books.sent()
        && counts.acked() == books.acked()
        && counts.refused() == books.refused()
        && counts.inFlight() >= 0
        && audit.balanced();
  }

  /** Limits that do not hold, each with its figure. */
  public List<String> missedLimits() {
    List<String> missed = new ArrayList<>();
    if (thresholds.stream().noneMatch(Threshold::ofLag) && lag.p99() > LAG_P99_MILLIS_MAX) {
      missed.add("the generator could not keep up: schedule lag p99 is " + lag.p99() + " ms");
    }
    if (unsent() > 0) {
      missed.add(unsent() + " messages were never sent; connections or acknowledgements lacked");
    }
    Map<String, Double> figures = figures();
    for (Threshold threshold : thresholds) {
      double figure = figures.getOrDefault(threshold.figure(), Double.NaN);
      if (!threshold.holds(figure)) {
        missed.add("\"" + threshold.text() + "\" does not hold: it is " + figure);
      }
    }
    return missed;
  }

  private long unsent() {
    return planned - counts.sent();
  }

  private Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    put(figures, "ack", ack);
    put(figures, "lag", lag);
    figures.put("late", (double) counts.late());
    figures.put("unsent", (double) unsent());
    figures.put("inFlight", (double) counts.inFlight());
    figures.put("refused", (double) refusedSamples());
    figures.put("resent", (double) counts.resent());
    figures.put("reconnects", (double) counts.connectionsLost());
    return figures;
  }

  private static void put(Map<String, Double> figures, String name, Latency latency) {
    figures.put(name + ".p50", latency.p50());
    figures.put(name + ".p99", latency.p99());
    figures.put(name + ".p999", latency.p999());
    figures.put(name + ".max", latency.max());
  }

  /** The table for standard output. */
  public String text() {
    Table out = new Table();
    out.line("run", "%s of %s, seed %d".formatted(runId, scenario, seed));
    out.line(
        "fleet",
        "%d publishers, %d devices, %d s".formatted(publishers, devices, took.toSeconds()));
    out.line(
        "messages",
        "planned %d  sent %d = acked %d + in flight %d + refused %d"
            .formatted(
                planned, counts.sent(), counts.acked(), counts.inFlight(), counts.refused()));
    out.line(
        "",
        "late %d  resent %d  unsent %d  connections lost %d  logins refused %d  stray acks %d"
            .formatted(
                counts.late(),
                counts.resent(),
                unsent(),
                counts.connectionsLost(),
                counts.loginsRefused(),
                counts.strayAcks()));
    out.line("ack", ack.text() + " from the planned time");
    out.line("", ackFromSend.text() + " from sending");
    out.line("lag", lag.text() + " of the generator");
    out.line(
        "samples",
        "sent %d = acked %d + in flight %d + refused %d"
            .formatted(
                audit.sentSamples(),
                audit.sentSamples() - inFlightSamples() - refusedSamples(),
                inFlightSamples(),
                refusedSamples()));
    for (Verdict verdict : Verdict.values()) {
      if (verdict == Verdict.ACKED_VISIBLE || audit.tally().count(verdict) > 0 || !verdict.fine()) {
        out.count("", audit.tally().count(verdict), verdict.label());
      }
    }
    audit.refusedByReason().forEach((r, n) -> out.count("rejections", n, "reason " + r));
    for (Finding finding : audit.tally().findings()) {
      out.line("finding", finding.text());
    }
    audit.troubles().forEach(trouble -> out.line("trouble", trouble));
    missedLimits().forEach(missed -> out.line("missed", missed));
    out.line("verdict", verdict());
    return out.toString();
  }

  private String verdict() {
    return switch (exitCode()) {
      case OK -> "PASSED: every acknowledged sample is visible and equal";
      case LIMITS_MISSED -> "LIMITS MISSED: nothing is lost, but see 'missed'";
      case AUDIT_FAILED, USAGE, UNREACHABLE ->
          booksBalance()
              ? "FAILED: see 'finding' and 'trouble'"
              : "FAILED: the books do not balance";
    };
  }

  private long refusedSamples() {
    return audit.tally().count(Verdict.REFUSED_RECORDED)
        + audit.tally().count(Verdict.REFUSED_UNRECORDED)
        + audit.tally().count(Verdict.REFUSED_VISIBLE);
  }

  private long inFlightSamples() {
    return audit.tally().count(Verdict.UNACKED_VISIBLE)
        + audit.tally().count(Verdict.UNACKED_ABSENT);
  }

  /** Writes {@code run.json} into the folder. */
  public void write(Path folder) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", runId);
    json.put("scenario", scenario);
    json.put("seed", seed);
    json.put("exitCode", exitCode().number());
    json.put("verdict", verdict());
    json.put("publishers", publishers);
    json.put("devices", devices);
    json.put("tookMillis", took.toMillis());
    json.put("plannedMessages", planned);
    json.put("messages", counts);
    json.put("ack", ack.json());
    json.put("ackFromSend", ackFromSend.json());
    json.put("lag", lag.json());
    json.put("sentSamples", audit.sentSamples());
    Map<String, Object> samples = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      samples.put(verdict.name(), audit.tally().count(verdict));
    }
    json.put("samples", samples);
    json.put("rejections", audit.refusedByReason());
    json.put("findings", audit.tally().findings().stream().map(Finding::text).toList());
    json.put("troubles", audit.troubles());
    json.put("missed", missedLimits());
    Files.createDirectories(folder);
    JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve("run.json").toFile(), json);
  }
}
