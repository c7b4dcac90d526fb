package qiantang.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Devices;
import qiantang.sim.api.Patience;
import qiantang.sim.api.Target;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Auditor;
import qiantang.sim.audit.LiveAudit;
import qiantang.sim.audit.SentMessages;
import qiantang.sim.audit.Unanswered;
import qiantang.sim.course.Course;
import qiantang.sim.course.CourseKeeper;
import qiantang.sim.course.Network;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.Seat;
import qiantang.sim.metrics.RunMetrics;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Phase;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.probe.VisibleProbes;
import qiantang.sim.report.Latency;
import qiantang.sim.report.LiveDisplay;
import qiantang.sim.report.RunReport;
import qiantang.sim.report.RunWatch;
import qiantang.sim.report.Screen;

/** One run: make devices, connect, send the plan, wait for acknowledgements, audit. */
final class ScenarioRun {
  /** For an outage: the system may be restarted under a run; a demo is back within a minute. */
  private static final Duration API_PATIENCE = Duration.ofSeconds(60);

  /** Before anything was sent there is nothing to save by waiting. */
  private static final Duration API_PATIENCE_AT_FIRST = Duration.ofSeconds(5);

  /** Beyond what opening the connections takes by plan, while more of them come. */
  private static final Duration CONNECT_MAX = Duration.ofMinutes(10);

  /** The plan begins so much later than it is told to: by then all loops and workers know. */
  private static final long BEGIN_AHEAD_MILLIS = 250;

  private static final long POLL_MILLIS = 20;
  private static final long LOOK_NANOS = 1_000_000_000;

  private final String name;
  private final Scenario scenario;
  private final Target target;
  private final Generator generator;
  private final JournalFolder journals;
  private final PrintWriter err;
  private final @Nullable RunMetrics metrics;
  private final Screen screen = Screen.here(System.getenv());
  private final Interruption interruption;

  /**
   * A run that has not begun.
   *
   * @param journals where what is sent is written down
   * @param metrics is shown the run; null for nobody
   * @param interruption answers a signal that ends the run
   */
  ScenarioRun(
      String name,
      Scenario scenario,
      Target target,
      Generator generator,
      JournalFolder journals,
      PrintWriter err,
      @Nullable RunMetrics metrics,
      Interruption interruption) {
    this.name = name;
    this.scenario = scenario;
    this.target = target;
    this.generator = generator;
    this.journals = journals;
    this.err = err;
    this.metrics = metrics;
    this.interruption = interruption;
  }

  Outcome<RunReport> run() {
    String unfit = generator.unfit(scenario);
    if (unfit != null) {
      return new Outcome.Failed<>(ExitCode.GENERATOR_LIMITED, unfit);
    }
    String runId = runId(System.currentTimeMillis());
    Plan plan = Plan.of(scenario, runId);
    Target.Broker broker = target.broker();
    if (broker != null) {
      if (scenario.probes().visible() > 0) {
        say(BrokerOptions.NO_PROBES);
      }
      return open(plan, Provisioning.none(plan, broker));
    }
    say(
        "making %s for %s"
            .formatted(
                Count.of(plan.devices(), "device"),
                Count.of(plan.publishers().size(), "publisher")));
    try (ApiClient api = api(API_PATIENCE_AT_FIRST)) {
      return switch (Provisioning.make(plan, target, new Devices(api, this::say))) {
        case Outcome.Failed<List<Provisioning.Member>> failed -> failed.widen();
        case Outcome.Done<List<Provisioning.Member>>(List<Provisioning.Member> members) ->
            open(plan, members);
      };
    }
  }

  private Outcome<RunReport> open(Plan plan, List<Provisioning.Member> members) {
    return switch (interruption.make(() -> witness(plan, members))) {
      case Outcome.Failed<RunWitness> failed -> failed.widen();
      case Outcome.Done<RunWitness>(RunWitness witness) -> run(plan, members, witness);
    };
  }

  /** A signal from here on removes the journal that was made. */
  private Outcome<RunWitness> witness(Plan plan, List<Provisioning.Member> members) {
    var opened = RunWitness.open(name, scenario, plan, members, target, journals, this::say);
    if (opened instanceof Outcome.Done<RunWitness>(RunWitness witness)) {
      interruption.say(witness::giveUp);
    }
    return opened;
  }

  /** Short, sorts by time, and differs between runs. */
  static String runId(long nowMillis) {
    return "r" + Long.toString(nowMillis, 36);
  }

  private Outcome<RunReport> run(Plan plan, List<Provisioning.Member> members, RunWitness opened) {
    try (Network network = new Network(scenario.faults().net(), scenario.seed())) {
      return run(plan, members, network, opened);
    } catch (IOException e) {
      opened.close();
      return new Outcome.Failed<>(
          ExitCode.GENERATOR_LIMITED, "cannot impair the network: " + FileCause.of(e));
    }
  }

  private Outcome<RunReport> run(
      Plan plan, List<Provisioning.Member> members, Network network, RunWitness opened)
      throws IOException {
    List<Seat> seats = members.stream().map(Provisioning.Member::seat).toList();
    FleetOptions options =
        new FleetOptions(
            network.before(generator.servers()),
            scenario.connectPerSecond(),
            generator.loops(),
            FleetOptions.KEEP_ALL,
            System::nanoTime,
            generator.sources(),
            target.broker() == null ? null : target.broker().password());
    return switch (generator.connect(name, plan, seats, options)) {
      case Outcome.Failed<Load> failed -> {
        opened.close();
        yield failed.widen();
      }
      case Outcome.Done<Load>(Load load) -> run(plan, members, load, network, opened);
    };
  }

  private Outcome<RunReport> run(
      Plan plan, List<Provisioning.Member> members, Load load, Network network, RunWitness opened) {
    long beganNanos = System.nanoTime();
    try (Load fleet = load;
        RunWitness witness = opened) {
      Figures figures = fleet.figures();
      Figures.Latencies totals = Figures.Latencies.empty();
      RunWatch watch = new RunWatch(fleet, totals, witness::probed, beganNanos);
      CourseKeeper course = new CourseKeeper(Course.of(scenario), fleet, network, beganNanos);
      LiveDisplay display =
          new LiveDisplay(err, screen, name, members.size(), plan.devices(), course::text);
      watch.show(view -> show(display, view));
      if (metrics != null) {
        metrics.show(scenario.fleets());
        watch.show(metrics::show);
      }
      Outcome.Failed<RunReport> alone = connect(members.size(), watch, fleet, witness);
      if (alone != null) {
        return alone;
      }
      watch.tellOf(witness::waiting);
      long startMillis = System.currentTimeMillis() + BEGIN_AHEAD_MILLIS;
      if (!witness.begin(fleet, startMillis)) {
        return failed(fleet, witness); // aside: a signal has ended it
      }
      interruption.say(
          () -> soFar(figures.counts(), beganNanos) + witness.remedy("a signal ended it"));
      long planned = plan.messages();
      BooleanSupplier over = () -> settled(figures, planned) || fleet.failure() != null;
      send(watch, course, over);
      settle(watch, over, () -> witness.probesDone() || fleet.failure() != null);
      LiveAudit.Result live = witness.stopReading();
      List<Ledger> ledgers = fleet.stop();
      if (fleet.failure() != null) {
        return failed(
            fleet, witness); // the journal stays without its end: what was sent is not known
      }
      witness.end(ledgers);
      watch.finish(System.nanoTime());
      Figures.Counts counts = figures.counts();
      AuditResult audit =
          target.broker() == null ? audit(members, ledgers, startMillis).with(live) : unaudited();
      String unanswered = Unanswered.of(plan.publishers(), ledgers);
      audit = witness.judged(unanswered == null ? audit : audit.with(unanswered));
      Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
      return new Outcome.Done<>(
          new RunReport(
              plan.runId(),
              plan.digest(),
              name,
              scenario.seed(),
              members.size(),
              plan.devices(),
              took,
              planned,
              counts,
              RunReport.Books.of(ledgers),
              Latency.of(totals.ack()),
              Latency.of(totals.ackFromSend()),
              Latency.of(totals.lag()),
              watch.visible(),
              audit,
              scenario.thresholds(),
              watch.timeline(),
              course.done().withCopies(copies(plan, ledgers))));
    }
  }

  /** Waits until all are connected who will be; answers why the run cannot begin, or null. */
  private Outcome.@Nullable Failed<RunReport> connect(
      int publishers, RunWatch watch, Load fleet, RunWitness witness) {
    Figures figures = fleet.figures();
    Duration ramp = Duration.ofSeconds(publishers / scenario.connectPerSecond());
    Arrivals arrivals = new Arrivals(publishers, System::nanoTime);
    watch.tellOf(arrivals::text);
    await(
        watch,
        "connect",
        CONNECT_MAX.plus(ramp),
        () ->
            arrivals.over(figures.counts().loggedIn())
                || figures.hopeless() != null
                || fleet.failure() != null);
    if (fleet.failure() != null) {
      return failed(fleet, witness);
    }
    String hopeless = figures.hopeless();
    if (hopeless != null) {
      return new Outcome.Failed<>(
          ExitCode.UNREACHABLE, hopeless + "\ntrying again cannot help; nothing was sent");
    }
    if (figures.counts().loggedIn() == 0) {
      return new Outcome.Failed<>(
          ExitCode.UNREACHABLE,
          "cannot log in at %s within %d s: %s; look whether the system runs and listens there"
              .formatted(
                  generator.servers().all().text(),
                  Arrivals.NOBODY_MAX.toSeconds(),
                  figures.lastTrouble()));
    }
    return null;
  }

  /** Phase after phase, until the last message of the plan has fallen due. */
  private void send(RunWatch watch, CourseKeeper course, BooleanSupplier over) {
    long beginNanos = System.nanoTime() + Duration.ofMillis(BEGIN_AHEAD_MILLIS).toNanos();
    course.begin(beginNanos);
    BooleanSupplier overOrNext =
        () -> {
          course.look(System.nanoTime());
          return over.getAsBoolean();
        };
    long endNanos = beginNanos;
    for (Phase phase : scenario.phases()) {
      endNanos += phase.duration().toNanos();
      if (!over.getAsBoolean()) {
        long left = Math.max(0, endNanos - System.nanoTime());
        await(watch, phase.name(), Duration.ofNanos(left), overOrNext);
      }
    }
    course.end();
  }

  /** Until the last acknowledgement and the last probe. */
  private void settle(RunWatch watch, BooleanSupplier over, BooleanSupplier seen) {
    await(watch, "settle", scenario.ackGrace(), over);
    if (!seen.getAsBoolean()) {
      await(watch, "probes", VisibleProbes.END_MAX, seen);
    }
  }

  /** Messages sent that say again what the one before said. */
  private long copies(Plan plan, List<Ledger> ledgers) {
    long copies = 0;
    if (scenario.disorder().duplicates() > 0) {
      for (int i = 0; i < ledgers.size(); i++) {
        copies += plan.publishers().get(i).copies(ledgers.get(i).sent());
      }
    }
    return copies;
  }

  /** A panel drawn over the last words would hide them. */
  private void show(LiveDisplay display, RunWatch.View view) {
    if (!interruption.underWay()) {
      display.show(view);
    }
  }

  private static String soFar(Figures.Counts counts, long beganNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
    return "after %d s: sent %s, acked %d, in flight %d, refused %d"
        .formatted(
            took.toSeconds(),
            Count.of(counts.sent(), "message"),
            counts.acked(),
            counts.inFlight(),
            counts.refused());
  }

  private Outcome.Failed<RunReport> failed(Load load, RunWitness witness) {
    interruption.standAside();
    String why = String.valueOf(load.failure());
    return new Outcome.Failed<>(
        ExitCode.GENERATOR_LIMITED, "cannot finish the run: " + why + witness.remedy(why));
  }

  private static boolean settled(Figures figures, long planned) {
    Figures.Counts counts = figures.counts();
    return counts.settled() == planned;
  }

  private AuditResult audit(
      List<Provisioning.Member> members, List<Ledger> ledgers, long startMillis) {
    List<SentMessages> sent = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Provisioning.Member member = members.get(i);
      sent.add(
          new SentMessages(member.seat().plan(), ledgers.get(i), startMillis, member.access()));
    }
    say("reading everything back");
    try (ApiClient api = api(API_PATIENCE)) {
      return new Auditor(api, target.enterprises(), this::say)
          .audit(sent, startMillis, System.currentTimeMillis());
    }
  }

  private AuditResult unaudited() {
    AuditResult nothing = AuditResult.notAsked();
    return scenario.probes().visible() > 0 ? nothing.with(BrokerOptions.NO_PROBES) : nothing;
  }

  private ApiClient api(Duration patience) {
    return new ApiClient(target.http(), Patience.ofAnOutage(patience, this::say));
  }

  /** Waits for the condition, at most so long, and looks at the fleet once a second. */
  private static void await(
      RunWatch watch, String phase, Duration atMost, BooleanSupplier condition) {
    long begin = System.nanoTime();
    watch.begin(phase, atMost.toMillis(), begin);
    long nextLook = begin + LOOK_NANOS;
    while (!condition.getAsBoolean() && System.nanoTime() - begin < atMost.toNanos()) {
      if (System.nanoTime() - nextLook >= 0) {
        watch.look(System.nanoTime());
        nextLook += LOOK_NANOS;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
