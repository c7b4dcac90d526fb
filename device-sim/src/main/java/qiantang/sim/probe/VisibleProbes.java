package qiantang.sim.probe;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.Answer;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Patience;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;
import qiantang.sim.plan.DevicePlan;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.PublisherPlan;

/**
 * Asks the query API for chosen messages while a run goes on, each until an answer holds it. Asks
 * for the one millisecond of one metric of one device, because the newest value would say nothing
 * of a message that tells of an earlier time. A few threads of its own ask; any thread may look.
 */
public final class VisibleProbes implements AutoCloseable {
  /** Questions under way at once: half of the reads that the API lets one token have. */
  static final int ASKERS = 4;

  /** Of all askers together: a fifth of a core where a question costs the system 2 ms. */
  static final int QUESTIONS_PER_SECOND = 100;

  /** How long after the last message was planned all probes have ended, and their answers too. */
  public static final Duration END_MAX = ProbeQueue.PATIENCE.plusSeconds(10);

  private static final long QUESTION_NANOS =
      Duration.ofSeconds(1).dividedBy(QUESTIONS_PER_SECOND).toNanos();

  /** After an API said that it has too much to do: as long as ours asks for. */
  private static final long BACK_OFF_NANOS = Duration.ofSeconds(2).toNanos();

  /** So often somebody looks whether messages have fallen due. */
  private static final long IDLE_NANOS = Duration.ofMillis(100).toNanos();

  private final List<Subject> subjects;
  private final ApiClient api;
  private final long startMillis;
  private final long startNanos;
  private final ProbeQueue queue;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Thread> askers = new ArrayList<>();
  private long nextQuestionNanos = Long.MIN_VALUE;

  /** A publisher and who may read what it sent. */
  public record Subject(PublisherPlan plan, Target.Access access) {}

  private VisibleProbes(
      URI http, List<Subject> subjects, Probes probes, long startMillis, Patience patience) {
    this.subjects = List.copyOf(subjects);
    this.api = new ApiClient(http, patience);
    this.startMillis = startMillis;
    long aheadNanos = Instant.now().until(Instant.ofEpochMilli(startMillis), ChronoUnit.NANOS);
    this.startNanos = System.nanoTime() + aheadNanos;
    this.queue = new ProbeQueue(subjects.stream().map(Subject::plan).toList(), probes);
  }

  /**
   * Begins to ask.
   *
   * @param subjects all publishers of the run
   * @param startMillis the plan's beginning by the wall clock, a little ahead
   * @param patience none for a question: who asks again, and when, is decided here
   */
  public static VisibleProbes start(
      URI http, List<Subject> subjects, Probes probes, long startMillis, Patience patience) {
    VisibleProbes all = new VisibleProbes(http, subjects, probes, startMillis, patience);
    for (int i = 0; i < ASKERS; i++) {
      Thread asker = Thread.ofPlatform().daemon().name("probe-" + i).unstarted(all::ask);
      all.askers.add(asker);
      asker.start();
    }
    return all;
  }

  /** Counts so far, and the times since the last call. */
  public synchronized ProbeFigures sinceLast() {
    queue.becomeDue(nowNanos());
    return queue.sinceLast();
  }

  /** Whether nothing is waited for and nothing will be. */
  public synchronized boolean done() {
    return queue.done();
  }

  private void ask() {
    long wait = 0;
    while (!waits(wait)) {
      ProbeQueue.Probe probe = take(nowNanos());
      if (probe == null) {
        wait = untilNextNanos(nowNanos());
      } else {
        wait = 0;
        long asked = nowNanos();
        Answer answer = api.get(path(probe), subjects.get(probe.publisher()).access().token());
        answered(probe, answer, asked, nowNanos());
      }
    }
  }

  private synchronized ProbeQueue.@Nullable Probe take(long nowNanos) {
    if (nowNanos < nextQuestionNanos) {
      return null;
    }
    ProbeQueue.Probe probe = queue.take(nowNanos);
    if (probe != null) {
      nextQuestionNanos = Math.max(nextQuestionNanos, nowNanos) + QUESTION_NANOS;
    }
    return probe;
  }

  private synchronized long untilNextNanos(long nowNanos) {
    long next = Math.max(nextQuestionNanos, queue.nextNanos());
    return Math.max(0, Math.min(next, nowNanos + IDLE_NANOS) - nowNanos);
  }

  private synchronized void answered(
      ProbeQueue.Probe probe, Answer answer, long askedNanos, long answeredNanos) {
    ProbeQueue.Found found =
        switch (answer) {
          case Answer.Ok ok ->
              SeriesReader.page(ok.body()).samples().stream()
                      .anyMatch(s -> s.eventTimeMicros() == eventTimeMillis(probe) * 1_000)
                  ? ProbeQueue.Found.VISIBLE
                  : ProbeQueue.Found.ABSENT;
          case Answer.Refused refused -> {
            if (refused.status() == 429 || refused.status() == 503) {
              nextQuestionNanos = Math.max(nextQuestionNanos, answeredNanos + BACK_OFF_NANOS);
            }
            yield ProbeQueue.Found.UNANSWERED;
          }
          case Answer.Unreachable _ -> ProbeQueue.Found.UNANSWERED;
        };
    queue.answered(probe, found, askedNanos, answeredNanos);
  }

  private String path(ProbeQueue.Probe probe) {
    Subject subject = subjects.get(probe.publisher());
    DevicePlan device = subject.plan().devices().get(probe.device());
    long millis = eventTimeMillis(probe);
    return "/v1/enterprises/%s/devices/%s/series?metrics=%s&from=%d&to=%d"
        .formatted(
            subject.access().enterprise(),
            device.id(),
            device.metrics().getFirst(),
            millis,
            millis + 1);
  }

  private long eventTimeMillis(ProbeQueue.Probe probe) {
    return subjects.get(probe.publisher()).plan().eventTimeMillis(probe.n(), startMillis);
  }

  private long nowNanos() {
    return System.nanoTime() - startNanos;
  }

  /** True if it was closed meanwhile. */
  private boolean waits(long nanos) {
    try {
      return closed.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    askers.forEach(Thread::interrupt);
    for (Thread asker : askers) {
      try {
        asker.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    api.close();
  }
}
