package qiantang.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.LiveAudit;
import qiantang.sim.audit.SentMessages;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.Load;
import qiantang.sim.journal.RunHeader;
import qiantang.sim.journal.RunJournal;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.Scenario;
import qiantang.sim.probe.ProbeFigures;
import qiantang.sim.probe.VisibleProbes;

/** What goes beside a run to prove it: journal, audit while it goes on, probes. One thread. */
final class RunWitness implements AutoCloseable {
  /** While the system is away nothing can be read; the next round asks again. */
  private static final Duration API_PATIENCE = Duration.ofSeconds(1);

  private enum Stage {
    WAITS,
    BEGUN,
    /** A signal came first. */
    GIVEN_UP
  }

  private final Patience readingPatience = Patience.ofEachQuestion(API_PATIENCE);
  private final Patience probesPatience = Patience.ofEachQuestion(Duration.ZERO);

  private final RunJournal journal;
  private final JournalFolder folder;
  private final List<SentMessages> publishers;
  private final Consumer<String> say;
  private final Target target;
  private final Probes asked;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITS);
  private @Nullable ApiClient api;
  private @Nullable LiveAudit live;
  private @Nullable VisibleProbes probes;

  private RunWitness(
      RunJournal journal,
      JournalFolder folder,
      List<SentMessages> publishers,
      Target target,
      Probes asked,
      Consumer<String> say) {
    this.journal = journal;
    this.folder = folder;
    this.publishers = publishers;
    this.target = target;
    this.asked = asked;
    this.say = say;
  }

  /** Makes the journal of a run whose devices are there and whose plan has not begun. */
  static Outcome<RunWitness> open(
      String scenarioFile,
      Scenario scenario,
      Plan plan,
      List<Provisioning.Member> members,
      Target target,
      JournalFolder folder,
      Consumer<String> say) {
    String text;
    try {
      text = Files.readString(Path.of(scenarioFile));
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE, "cannot read " + scenarioFile + " again: " + FileCause.of(e));
    }
    RunHeader header =
        RunHeader.here(
            plan, scenarioFile, text, scenario.seed(), target.http().toString(), target.mqttText());
    return switch (RunJournal.create(folder.folder(), header, plan.publishers().size())) {
      case Outcome.Failed<RunJournal> failed -> failed.widen();
      case Outcome.Done<RunJournal>(RunJournal journal) -> {
        say.accept("journal " + journal.file());
        List<SentMessages> publishers =
            members.stream()
                .map(m -> new SentMessages(m.seat().plan(), new Ledger(), 0, m.access()))
                .toList();
        yield new Outcome.Done<>(
            new RunWitness(journal, folder, publishers, target, scenario.probes(), say));
      }
    };
  }

  /**
   * Writes down that the plan begins, begins it, and begins to read.
   *
   * @return false, and nothing is sent, where the run was given up before
   */
  boolean begin(Load load, long startMillis) {
    if (!stage.compareAndSet(Stage.WAITS, Stage.BEGUN)) {
      return false;
    }
    RunJournal.Ledgers ledgers = (from, to) -> copy(load, from, to);
    journal.begin(startMillis, load.parts(), ledgers);
    load.begin(startMillis, journal::reservedUntilNanos);
    if (target.broker() != null) {
      return true; // there is nobody to read from
    }
    if (asked.visible() > 0) {
      List<VisibleProbes.Subject> subjects =
          publishers.stream().map(p -> new VisibleProbes.Subject(p.plan(), p.access())).toList();
      probes = VisibleProbes.start(target.http(), subjects, asked, startMillis, probesPatience);
    }
    ApiClient reading = new ApiClient(target.http(), readingPatience);
    api = reading;
    live =
        LiveAudit.start(
            publishers,
            index -> ledgers.copy(index, index + 1).getFirst(),
            startMillis,
            LiveAudit.Pace.DEFAULT,
            reading,
            say);
    return true;
  }

  /**
   * For a signal before the plan begins: it does not begin any more, and no journal is left of a
   * run that sent nothing. Any thread.
   *
   * @return what to say of it
   */
  String giveUp() {
    stage.compareAndSet(Stage.WAITS, Stage.GIVEN_UP);
    if (begun()) { // a moment ago; nobody knows yet what was sent
      return "as the plan began" + remedy("a signal ended it");
    }
    journal.remove();
    String trouble = journal.trouble();
    return Interruption.TOO_EARLY
        + (trouble == null ? ", and its empty journal is removed" : "; " + trouble);
  }

  private boolean begun() {
    return stage.get() == Stage.BEGUN;
  }

  /** The journal's thread and the reader's ask, and a load takes one question at a time. */
  private synchronized List<Ledger> copy(Load load, int from, int to) {
    return load.ledgers(from, to);
  }

  /**
   * What whoever looks must know by now: that the journal ended, or that the API does not answer.
   */
  String waiting() {
    String trouble = journal.trouble();
    if (trouble != null) {
      return trouble;
    }
    String outage = readingPatience.outage();
    return outage.isEmpty() ? probesPatience.outage() : outage;
  }

  /** What probes found since it was asked last. */
  ProbeFigures probed() {
    VisibleProbes running = probes;
    return running == null ? ProbeFigures.none() : running.sinceLast();
  }

  /** Whether nothing is asked for any more. */
  boolean probesDone() {
    VisibleProbes running = probes;
    return running == null || running.done();
  }

  /** Ends the audit while running, before the fleet is stopped. */
  LiveAudit.Result stopReading() {
    LiveAudit running = live;
    return running == null ? LiveAudit.Result.NONE : running.stop();
  }

  /** The run ended by itself, with these ledgers. */
  void end(List<Ledger> ledgers) {
    if (begun()) {
      journal.end(ledgers);
    }
  }

  /** The audit with what is to be said of the journal, which goes if nobody needs it any more. */
  AuditResult judged(AuditResult audit) {
    if (!begun()) {
      return audit;
    }
    String trouble = journal.trouble();
    if (trouble != null) {
      return audit.with(trouble);
    }
    if (!folder.kept() && (audit.passed() || !audit.asked())) {
      journal.remove();
      return audit;
    }
    if (!audit.asked()) {
      return audit.with("what was sent is in " + journal.file());
    }
    String again = folder.audit(journal.file());
    return audit.unread() == null
        ? audit.with("again: " + again)
        : audit.withRemedy("when it answers again: " + again);
  }

  /**
   * What to do with a run that cannot go on: what was sent can be audited, if anything was.
   *
   * @param why for whoever does
   */
  String remedy(String why) {
    if (!begun()) {
      return "";
    }
    journal.stopped(why);
    String trouble = journal.trouble();
    if (trouble == null && target.broker() != null) {
      return "\nwhat was sent is in " + journal.file() + "; a broker alone cannot be audited";
    }
    return trouble != null
        ? "; " + trouble
        : "\nto audit what was sent so far: " + folder.audit(journal.file());
  }

  @Override
  public void close() {
    if (probes != null) {
      probes.close();
    }
    if (live != null) {
      live.close();
    }
    if (api != null) {
      api.close();
    }
    if (!begun()) {
      journal.remove(); // nothing was sent
    } else {
      journal.close();
    }
  }
}
