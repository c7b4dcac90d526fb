package qiantang.sim.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Verdict;
import qiantang.sim.course.Disturbances;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.plan.PlanDigest;
import qiantang.sim.plan.Threshold;

/**
 * The result of a run.
 *
 * @param plan what two runs of one seed have in common
 * @param planned messages of the plan
 * @param ack from the planned time to PUBACK or PUBCOMP
 * @param ackFromSend from sending to the same: hides waiting, printed to show how much
 * @param lag how late the generator noticed that a message was due
 * @param visible what the query API showed of the messages that it was asked for
 * @param timeline the run by the second
 * @param disturbances what was done to it on purpose
 */
public record RunReport(
    String runId,
    PlanDigest plan,
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
    Visible visible,
    AuditResult audit,
    List<Threshold> thresholds,
    Timeline timeline,
    Disturbances disturbances) {
  /**
   * Above this the generator, not the system, decided when messages went: its tick is 1 ms, so an
   * idle one is at 1. A threshold on lag.p99 replaces it.
   */
  private static final double LAG_P99_MILLIS_MAX = 2;

  private static final String GENERATOR_REMEDY =
      "; latencies and rates of this run are its own. Leave it a core that the system does not use,"
          + " give it --loops 2, or fewer publishers and messages; or write the lag that is good"
          + " enough into the scenario, such as \"lag.p99 < 10ms\"";

  /** Messages by the ledgers of all publishers. */
  public record Books(long sent, long acked, long refused) {
    public static Books of(List<Ledger> ledgers) {
      return new Books(
          ledgers.stream().mapToLong(Ledger::sent).sum(),
          ledgers.stream().mapToLong(Ledger::ackedCount).sum(),
          ledgers.stream().mapToLong(Ledger::refusedCount).sum());
    }
  }

  /** Data first: a run that lost some says so, whatever else it missed. */
  public ExitCode exitCode() {
    if (unreachable()) {
      return ExitCode.UNREACHABLE;
    }
    if ((audit.asked() && !audit.passed()) || !booksBalance()) {
      return ExitCode.AUDIT_FAILED;
    }
    if (generatorLimited()) {
      return ExitCode.GENERATOR_LIMITED;
    }
    return missedLimits().isEmpty() ? ExitCode.OK : ExitCode.LIMITS_MISSED;
  }

  private boolean unreachable() {
    return audit.asked() && audit.unknown() != null && audit.seenIsFine() && booksBalance();
  }

  /** Whether the figures tell more of the generator than of the system. */
  public boolean generatorLimited() {
    Map<String, Double> figures = figures();
    return lag.p99() > lagLimitMillis()
        || thresholds.stream()
            .filter(Threshold::ofLag)
            .anyMatch(t -> !t.holds(figures.getOrDefault(t.figure(), Double.NaN)));
  }

  /** What the schedule lag may be at p99, in milliseconds. */
  public double lagLimitMillis() {
    return thresholds.stream()
        .filter(threshold -> threshold.figure().equals("lag.p99"))
        .mapToDouble(Threshold::limit)
        .min()
        .orElse(LAG_P99_MILLIS_MAX);
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
    if (generatorLimited()) {
      missed.add(generatorWasTheBottleneck() + GENERATOR_REMEDY);
    }
    if (unsent() > 0) {
      missed.add(
          Count.of(unsent(), "message") + " never sent; connections or acknowledgements lacked");
    }
    if (visible.unknown() > 0 && thresholds.stream().anyMatch(Threshold::ofVisible)) {
      missed.add(
          Count.of(visible.unknown(), "message")
              + " not asked for, so that \"visible\" says nothing: the API answers"
              + " too slowly for so many probes; look at the API first, then lower the share");
    }
    Map<String, Double> figures = figures();
    for (Threshold threshold : thresholds) {
      double figure = figures.getOrDefault(threshold.figure(), Double.NaN);
      if (!threshold.holds(figure)) {
        missed.add("\"" + threshold.text() + "\" does not hold: it is " + threshold.told(figure));
      }
    }
    return missed;
  }

  private long unsent() {
    return planned - counts.sent();
  }

  private Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (ack.count() > 0) { // else a limit for it does not hold: nobody knows
      put(figures, "ack", ack);
    }
    put(figures, "lag", lag);
    if (visible.asked()) {
      put(figures, "visible", visible.latency());
      figures.put("visible.absent", (double) visible.counts().absent());
      figures.put("visible.skipped", (double) visible.unknown());
    }
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
    out.line("plan", plan.text());
    out.line(
        "fleet",
        "%s, %s, %d s"
            .formatted(
                Count.of(publishers, "publisher"), Count.of(devices, "device"), took.toSeconds()));
    out.line(
        "logged in",
        "at most %d of %d, at the end %d"
            .formatted(timeline.connectedMax(), publishers, counts.loggedIn()));
    out.line(
        "messages",
        "planned %d  sent %d = acked %d + in flight %d + refused %d%s"
            .formatted(
                planned,
                counts.sent(),
                counts.acked(),
                counts.inFlight(),
                counts.refused(),
                counts.atMostOnce() == 0 ? "" : " + QoS 0 " + counts.atMostOnce()));
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
    if (visible.asked()) {
      out.line("visible", visible.text());
    }
    out.line("lag", lag.text() + " of the generator");
    if (audit.asked()) {
      samples(out);
    }
    disturbances.lines().forEach(line -> out.line("on purpose", line));
    AuditReport.lines(out, audit);
    missedLimits().forEach(missed -> out.line("missed", missed));
    out.line("verdict", verdict() + ": " + reason());
    return out.toString();
  }

  private void samples(Table out) {
    out.line(
        "samples",
        audit.unread() != null
            ? "sent %d, not all of them read back".formatted(audit.sentSamples())
            : "sent %d = acked %d + not acked %d + refused %d%s"
                .formatted(
                    audit.sentSamples(),
                    audit.sentSamples() - unackedSamples() - refusedSamples() - unreadSamples(),
                    unackedSamples(),
                    refusedSamples(),
                    unreadSamples() == 0 ? "" : " + not audited " + unreadSamples()));
  }

  private String generatorWasTheBottleneck() {
    return String.format(
        Locale.ROOT,
        "the generator was the bottleneck: its schedule lag p99 is %.2f ms, and %s ms is the limit",
        lag.p99(),
        Axis.label(lagLimitMillis()));
  }

  /** In a word. */
  public String verdict() {
    return switch (exitCode()) {
      case OK -> audit.asked() ? "PASSED" : "NOT AUDITED";
      case LIMITS_MISSED -> "LIMITS MISSED";
      case GENERATOR_LIMITED -> "GENERATOR LIMITED";
      case UNREACHABLE -> "NOT AUDITED";
      case AUDIT_FAILED, USAGE -> "FAILED";
    };
  }

  /** Why, in a line. */
  public String reason() {
    return switch (exitCode()) {
      case OK ->
          audit.asked()
              ? "every acknowledged sample is visible and equal, and all limits hold"
              : "nobody knows whether data is lost, for " + audit.unread() + "; all limits hold";
      case LIMITS_MISSED -> known() + ", but " + missedLimits().getFirst();
      case GENERATOR_LIMITED -> known() + ", but " + generatorWasTheBottleneck();
      case AUDIT_FAILED, USAGE, UNREACHABLE -> failure();
    };
  }

  private String known() {
    return audit.asked() ? "nothing is lost" : "NOT AUDITED, for " + audit.unread();
  }

  private String failure() {
    if (unreachable()) {
      return "nobody knows whether data is lost, for " + audit.unknown();
    }
    if (!booksBalance()) {
      return "the books do not balance: what the sockets counted is not what the ledgers say";
    }
    return AuditReport.wrong(audit);
  }

  private long refusedSamples() {
    return audit.tally().count(Verdict.REFUSED_RECORDED)
        + audit.tally().count(Verdict.REFUSED_UNRECORDED)
        + audit.tally().count(Verdict.REFUSED_VISIBLE);
  }

  private long unreadSamples() {
    return audit.tally().count(Verdict.UNREAD);
  }

  private long unackedSamples() {
    return audit.tally().count(Verdict.UNACKED_VISIBLE)
        + audit.tally().count(Verdict.UNACKED_ABSENT);
  }
}
