package qiantang.sim;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Auditor;
import qiantang.sim.audit.SentMessages;
import qiantang.sim.audit.Verdict;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.journal.RunHeader;
import qiantang.sim.journal.RunHistory;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.report.AuditReport;

/** The audit of a run of which only the journal is left. */
final class JournalAudit {
  /** For an outage, as at the end of a run. */
  private static final Duration API_PATIENCE = Duration.ofSeconds(60);

  private final RunHistory history;
  private final RunHeader header;
  private final Target target;
  private final PrintWriter err;

  JournalAudit(RunHistory history, Target target, PrintWriter err) {
    this.history = history;
    this.header = history.header();
    this.target = target;
    this.err = err;
  }

  Outcome<AuditReport> run() {
    return switch (ScenarioReader.read(header.scenario(), header.text())) {
      case Outcome.Failed<Scenario> failed -> failed.widen();
      case Outcome.Done<Scenario>(Scenario scenario) -> run(Plan.of(scenario, header.runId()));
    };
  }

  private Outcome<AuditReport> run(Plan plan) {
    String digest = RunHeader.digest(plan);
    if (!digest.equals(header.digest())) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot audit the run "
              + header.runId()
              + ": this simulator plans other messages for its scenario ("
              + digest
              + " instead of "
              + header.digest()
              + "); use the version that ran it");
    }
    Long startMillis = history.startMillis();
    if (startMillis == null && history.damagedAt() != null) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "the journal of the run %s is damaged at byte %d: when its plan began is not known"
              .formatted(header.runId(), history.damagedAt()));
    }
    if (startMillis == null) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "the run " + header.runId() + " ended before its plan began; nothing was sent");
    }
    List<SentMessages> sent = new ArrayList<>();
    long untilMillis = startMillis;
    for (PublisherPlan publisher : plan.publishers()) {
      String enterprise = publisher.fleet().enterprise();
      Target.@Nullable Access access = target.access(enterprise);
      if (access == null) {
        return new Outcome.Failed<>(
            ExitCode.USAGE,
            "cannot find the enterprise "
                + enterprise
                + "; the target has "
                + target.enterprises());
      }
      Ledger ledger = history.books().of(publisher.index());
      long sentMax = history.sentMax(publisher);
      sent.add(
          new SentMessages(publisher, ledger, 0, sentMax, startMillis, access, !history.ended()));
      long last = startMillis + publisher.plannedNanos(Math.max(0, sentMax - 1)) / 1_000_000;
      untilMillis = Math.max(untilMillis, last);
    }
    err.println("reading back the run " + header.runId() + " of " + header.scenario());
    Patience patience = Patience.ofAnOutage(API_PATIENCE, this::say);
    try (ApiClient api = new ApiClient(target.http(), patience)) {
      AuditResult audit =
          new Auditor(api, target.enterprises(), this::say)
              .audit(sent, startMillis, untilMillis)
              .withRemedy("run this again when it answers");
      String run = "%s of %s, seed %d".formatted(header.runId(), header.scenario(), header.seed());
      return new Outcome.Done<>(
          new AuditReport(run, lines(startMillis, sent), audit, damage(audit)));
    }
  }

  /** Why the journal does not tell all that was sent, or null. */
  private @Nullable String damage(AuditResult audit) {
    long untold = audit.tally().count(Verdict.UNTOLD_VISIBLE);
    if (history.damagedAt() != null) {
      return "the journal is damaged at byte %d: what was sent after it is not known"
          .formatted(history.damagedAt());
    }
    return untold == 0
        ? null
        : "the journal was cut off: %s of the plan with its value %s visible that it does not tell"
                .formatted(Count.of(untold, "sample"), untold == 1 ? "is" : "are")
            + " of, and what was sent after its end is not known";
  }

  private String end() {
    if (history.ended()) {
      return "ended by itself";
    }
    if (history.stopped() != null) {
      return "ends in its midst: the run could not go on, for " + history.stopped();
    }
    return history.damagedAt() == null
        ? "ends in its midst: the run was killed"
        : "is damaged at byte " + history.damagedAt() + ": how the run ended is not known";
  }

  private List<String> lines(long startMillis, List<SentMessages> publishers) {
    long sent = publishers.stream().mapToLong(one -> one.ledger().sent()).sum();
    long acked = publishers.stream().mapToLong(one -> one.ledger().ackedCount()).sum();
    long refused = publishers.stream().mapToLong(one -> one.ledger().refusedCount()).sum();
    long most = publishers.stream().mapToLong(SentMessages::sentMax).sum();
    List<String> lines = new ArrayList<>();
    lines.add("began %s; %s".formatted(Instant.ofEpochMilli(startMillis), end()));
    lines.add(
        "messages: at least %d and at most %d sent, %d acked, %d refused"
            .formatted(sent, most, acked, refused));
    if (!history.ended() && history.reservedUntilNanos() == RunHistory.UNBOUNDED) {
      lines.add("its disk failed while it was written: all of the plan may have been sent");
    }
    if (history.damagedAt() != null) {
      lines.add(Count.of(history.cutBytes(), "byte") + " from there on are left out");
    } else if (history.cutBytes() > 0) {
      lines.add(
          Count.of(history.cutBytes(), "byte") + " at its end were no whole record, left out");
    }
    return lines;
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
