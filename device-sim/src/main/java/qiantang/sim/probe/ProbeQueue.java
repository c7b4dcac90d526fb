package qiantang.sim.probe;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.PublisherPlan;

/**
 * Which chosen message is to be asked for next, and how long each took to be seen. All times are in
 * nanoseconds of the plan's time, and parameters. A message is asked for from its planned time on,
 * whether it was sent or not: what waits in the simulator because the system is slow counts. The
 * pauses between questions grow with its age, so that the resolution is relative.
 *
 * <p>Memory: a few words for each publisher and each of at most {@value #WAITING_MAX} messages that
 * are waited for. Not for threads to share.
 */
public final class ProbeQueue {
  /** At a resolution of a tenth these are 100 s of questions: more would never be asked in time. */
  static final int WAITING_MAX = 1_000;

  /** After this long a message counts as absent; a system may have been restarted meanwhile. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Between two questions for a young message: below a good system's latency to disk. */
  static final Duration PAUSE_MIN = Duration.ofMillis(20);

  /** Between two questions for an older one: this part of its age. */
  static final int PAUSE_PARTS = 10;

  private static final long NANOS_PER_MICRO = 1_000;

  private final List<PublisherPlan> publishers;
  private final Probes probes;
  private final PriorityQueue<Chosen> planned =
      new PriorityQueue<>(Comparator.comparingLong(Chosen::plannedNanos));
  private final PriorityQueue<Probe> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Probe::nextNanos));

  private Histogram latency = ProbeFigures.histogram();
  private Histogram resolution = ProbeFigures.histogram();
  private int underWay;
  private long seen;
  private long absent;
  private long skipped;
  private long questions;
  private long unanswered;

  private record Chosen(int publisher, long n, long plannedNanos) {}

  /**
   * A message that is asked for.
   *
   * @param publisher its place in the list
   * @param nextNanos not before this
   * @param absentNanos it was not visible at this time
   */
  public record Probe(
      int publisher, long n, int device, long plannedNanos, long nextNanos, long absentNanos) {}

  /** How a question ended. */
  public enum Found {
    VISIBLE,
    ABSENT,

    /** Nobody knows: the system did not say. */
    UNANSWERED
  }

  public ProbeQueue(List<PublisherPlan> publishers, Probes probes) {
    this.publishers = List.copyOf(publishers);
    this.probes = probes;
    for (int p = 0; p < publishers.size(); p++) {
      chooseFrom(p, 0);
    }
  }

  private void chooseFrom(int publisher, long from) {
    PublisherPlan plan = publishers.get(publisher);
    for (long n = from; n < plan.messages(); n++) {
      if (probes.chooses(plan, n)) {
        planned.add(new Chosen(publisher, n, plan.plannedNanos(n)));
        return;
      }
    }
  }

  /** Takes note of what has fallen due. */
  public void becomeDue(long nowNanos) {
    for (Chosen next = planned.peek();
        next != null && next.plannedNanos() <= nowNanos;
        next = planned.peek()) {
      planned.remove();
      chooseFrom(next.publisher(), next.n() + 1);
      if (waiting.size() + underWay < WAITING_MAX) {
        int device = probes.device(publishers.get(next.publisher()), next.n());
        long at = next.plannedNanos();
        waiting.add(new Probe(next.publisher(), next.n(), device, at, at, at));
      } else {
        skipped++;
      }
    }
  }

  /** The message to ask for now, or null; each is answered by {@link #answered}. */
  public @Nullable Probe take(long nowNanos) {
    becomeDue(nowNanos);
    Probe next = waiting.peek();
    if (next == null || next.nextNanos() > nowNanos) {
      return null;
    }
    waiting.remove();
    underWay++;
    questions++;
    return next;
  }

  /** When there is something to ask for at the earliest; {@link Long#MAX_VALUE} for never. */
  public long nextNanos() {
    Probe next = waiting.peek();
    Chosen chosen = planned.peek();
    return Math.min(
        next == null ? Long.MAX_VALUE : next.nextNanos(),
        chosen == null ? Long.MAX_VALUE : chosen.plannedNanos());
  }

  /** Whether nothing is waited for and nothing will be. */
  public boolean done() {
    return planned.isEmpty() && waiting.isEmpty() && underWay == 0;
  }

  /** Takes the answer to what was taken. */
  public void answered(Probe probe, Found found, long askedNanos, long answeredNanos) {
    underWay--;
    long age = answeredNanos - probe.plannedNanos();
    boolean given = found != Found.VISIBLE && age >= PATIENCE.toNanos();
    unanswered += found == Found.UNANSWERED ? 1 : 0;
    if (given) {
      absent++;
      record(latency, PATIENCE.toNanos());
    } else if (found == Found.VISIBLE) {
      seen++;
      record(latency, age);
      record(resolution, answeredNanos - probe.absentNanos());
    } else {
      long pause = Math.max(PAUSE_MIN.toNanos(), age / PAUSE_PARTS);
      waiting.add(
          new Probe(
              probe.publisher(),
              probe.n(),
              probe.device(),
              probe.plannedNanos(),
              Math.max(answeredNanos, askedNanos + pause),
              found == Found.ABSENT ? askedNanos : probe.absentNanos()));
    }
  }

  private static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos / NANOS_PER_MICRO, 0, ProbeFigures.MICROS_MAX));
  }

  public ProbeCounts counts() {
    return new ProbeCounts(seen, absent, skipped, waiting.size() + underWay, questions, unanswered);
  }

  /** Counts so far, and the times since the last call, which are the caller's. */
  public ProbeFigures sinceLast() {
    ProbeFigures figures = new ProbeFigures(latency, resolution, counts());
    latency = ProbeFigures.histogram();
    resolution = ProbeFigures.histogram();
    return figures;
  }
}
