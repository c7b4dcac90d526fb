package qiantang.sim.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.RejectionReader;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.outcome.Count;
import qiantang.sim.plan.DueMessages;
import qiantang.sim.plan.Mix;
import qiantang.sim.plan.PublisherPlan;

/**
 * The audit while a run goes on: now and then some devices, of each the newest messages. What was
 * acknowledged a while ago must be visible; what is wrong is said at once and kept, for by the end
 * of the run a sample that came late looks like any other. Reads from one thread, at most so many
 * questions a second, so that it costs the system the same whatever the size of the fleet.
 *
 * <p>Memory: the ledgers of one round and one page of samples.
 */
public final class LiveAudit implements AutoCloseable {
  /** Of one device: the newest 714 messages of a machine with seven metrics, some 500 kB. */
  private static final int SAMPLES_MAX = 5_000;

  /**
   * Messages on their way while we ask: planned up to now, by clocks that are not read together.
   */
  private static final long AHEAD_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * How often, how patient, how much.
   *
   * @param every between the beginnings of two rounds
   * @param visibleWithin what was acknowledged so long ago must be visible
   * @param questionsPerSecond of all rounds together
   */
  public record Pace(Duration every, Duration visibleWithin, int questionsPerSecond) {
    /** As many questions as a handful of people with the console open. */
    public static final Pace DEFAULT = new Pace(Duration.ofSeconds(10), Duration.ofSeconds(5), 20);

    int devicesPerRound() {
      long reading = Math.max(1, every.minus(visibleWithin).toMillis());
      return Math.toIntExact(Math.max(1, reading * questionsPerSecond / 1_000));
    }
  }

  /**
   * What was found.
   *
   * @param findings the first ones, each sample once, with how often it was seen
   * @param unread devices that could not be read, as while the system is being killed
   * @param trouble why the last of these could not; empty where there are none
   */
  public record Result(
      long rounds,
      long devices,
      long samples,
      long unread,
      String trouble,
      List<Finding> findings) {

    /** Of a run that was not read before its end. */
    public static final Result NONE = new Result(0, 0, 0, 0, "", List.of());

    String note() {
      return "while running: %s, %s read, %s acked and visible, %s%s%s"
          .formatted(
              Count.of(rounds, "round"),
              Count.of(devices, "device"),
              Count.of(samples, "sample"),
              Count.of(findings.size(), "finding"),
              findings.size() == LiveFindings.KEPT_MAX ? " (no more are kept)" : "",
              unread == 0
                  ? ""
                  : ", %s not to be read, the last: %s"
                      .formatted(Count.of(unread, "device"), trouble));
    }
  }

  private final List<SentMessages> publishers;
  private final IntFunction<Ledger> ledgers;
  private final Pace pace;
  private final SeriesReader series;
  private final RejectionReader rejections;
  private final Consumer<String> tell;
  private final long startMillis;
  private final long startNanos = System.nanoTime();
  private final Object asking = new Object();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("live-audit").unstarted(this::rounds);

  private final LiveFindings findings = new LiveFindings();
  private long rounds;
  private final LongAdder devices = new LongAdder();
  private long samples;
  private long unread;
  private String lastTrouble = "";

  private LiveAudit(
      List<SentMessages> publishers,
      IntFunction<Ledger> ledgers,
      long startMillis,
      Pace pace,
      ApiClient api,
      Consumer<String> tell) {
    this.publishers = List.copyOf(publishers);
    this.ledgers = ledgers;
    this.startMillis = startMillis;
    this.pace = pace;
    this.series = new SeriesReader(api, this::await);
    this.rejections = new RejectionReader(api);
    this.tell = tell;
  }

  /**
   * Begins; the plan began just now.
   *
   * @param publishers all of the run; their ledgers are not looked at
   * @param ledgers a copy of what a publisher's ledger says now, by its place in the list
   * @param tell hears of each finding at once
   */
  public static LiveAudit start(
      List<SentMessages> publishers,
      IntFunction<Ledger> ledgers,
      long startMillis,
      Pace pace,
      ApiClient api,
      Consumer<String> tell) {
    LiveAudit audit = new LiveAudit(publishers, ledgers, startMillis, pace, api, tell);
    audit.thread.start();
    return audit;
  }

  /** Devices that were read so far; any thread. */
  public long read() {
    return devices.sum();
  }

  /** Ends it and tells what was found. */
  public Result stop() {
    close();
    return new Result(rounds, devices.sum(), samples, unread, lastTrouble, findings.all());
  }

  @Override
  public void close() {
    closed.countDown();
    synchronized (asking) {
      thread.interrupt(); // a question over HTTP, never one for ledgers
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Choice(SentMessages sent, int number) {}

  private void rounds() {
    for (long round = 0; !waits(pace.every().minus(pace.visibleWithin())); round++) {
      List<Choice> choices = new ArrayList<>();
      for (int i = 0; i < pace.devicesPerRound(); i++) {
        choices.add(choice(round * pace.devicesPerRound() + i));
      }
      if (waits(pace.visibleWithin())) {
        return;
      }
      for (Choice choice : choices) {
        if (closed.getCount() == 0) {
          return;
        }
        read(choice);
      }
      rounds++;
    }
  }

  /** Any device as likely as the next, and what its publisher has sent by now. */
  private Choice choice(long position) {
    int index = (int) (Mix.unit(startMillis, 2 * position) * publishers.size());
    SentMessages any = publishers.get(index);
    PublisherPlan plan = any.plan();
    int number = (int) (Mix.unit(startMillis, 2 * position + 1) * plan.devices().size());
    Ledger ledger;
    synchronized (asking) {
      ledger = closed.getCount() == 0 ? new Ledger() : ledgers.apply(index);
    }
    int metrics = plan.devices().get(number).metrics().size();
    long from = Math.max(0, ledger.sent() - (long) SAMPLES_MAX / metrics * plan.fleet().turns());
    long sentMax = ledger.sent();
    return new Choice(
        new SentMessages(plan, ledger, from, sentMax, startMillis, any.access()), number);
  }

  private void read(Choice choice) {
    SentMessages then = choice.sent();
    if (then.sentMax() == then.from()) {
      return;
    }
    long elapsed = System.nanoTime() - startNanos + AHEAD_NANOS;
    long sentMax = Math.max(then.sentMax(), DueMessages.before(then.plan(), elapsed));
    SentMessages now =
        new SentMessages(
            then.plan(), then.ledger(), then.from(), sentMax, startMillis, then.access());
    DeviceAudit audit = new DeviceAudit(now, choice.number());
    TimeRange times = TimeRange.of(then);
    @Nullable String trouble =
        series.read(
            then.access(), audit.device(), times.fromMillis(), times.toMillis(), audit::page);
    if (trouble != null) {
      unread(trouble);
      return;
    }
    judge(audit);
  }

  /** A question that our own end broke off says nothing of the system. */
  private void unread(String trouble) {
    if (closed.getCount() > 0) {
      unread++;
      lastTrouble = trouble;
    }
  }

  private void judge(DeviceAudit audit) {
    Tally tally = audit.classify(new RecordedRefusals());
    if (!tally.fine()) {
      RecordedRefusals refusals = new RecordedRefusals();
      @Nullable String trouble = rejections.read(audit.sent().access(), startMillis, refusals::add);
      if (trouble != null) {
        unread(trouble);
        return; // absence may be a refusal, so nothing can be said
      }
      tally = audit.classify(refusals);
    }
    devices.increment();
    samples += tally.count(Verdict.ACKED_VISIBLE);
    for (Finding finding : tally.findings()) {
      if (findings.isNew(finding, Instant.now())) {
        tell.accept("audit while running: " + finding.text());
      }
    }
  }

  /** Before each question: the budget. */
  private void await() {
    waits(Duration.ofSeconds(1).dividedBy(pace.questionsPerSecond()));
  }

  /** True if it was closed meanwhile. */
  private boolean waits(Duration time) {
    try {
      return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }
}
