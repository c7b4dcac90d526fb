package qiantang.sim.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

class ProbeQueueTest {
  private static final Probes ALL = new Probes(1);

  private final List<PublisherPlan> one = plan(1, Duration.ofSeconds(10), 3);

  @Test
  void theChoiceIsThatOfTheSeedAndAsManyAsAskedFor() {
    PublisherPlan plan = plan(1, Duration.ofHours(3), 3).getFirst();
    PublisherPlan again = plan(1, Duration.ofHours(3), 3).getFirst();
    PublisherPlan other = plan(1, Duration.ofHours(3), 4).getFirst();
    Probes tenth = new Probes(0.1);
    long[] chosen = chosen(tenth, plan);
    assertTrue(chosen.length > 900 && chosen.length < 1_200, () -> "" + chosen.length);
    assertEquals(LongStream.of(chosen).sum(), LongStream.of(chosen(tenth, again)).sum());
    assertTrue(LongStream.of(chosen).sum() != LongStream.of(chosen(tenth, other)).sum());
    assertEquals(0, chosen(Probes.NONE, plan).length);
    assertEquals(plan.messages(), chosen(ALL, plan).length);
  }

  private static long[] chosen(Probes probes, PublisherPlan plan) {
    return LongStream.range(0, plan.messages()).filter(n -> probes.chooses(plan, n)).toArray();
  }

  @Test
  void latencyCountsFromThePlannedTimeToTheAnswerThatHoldsIt() {
    ProbeQueue queue = new ProbeQueue(one, ALL);
    long planned = one.getFirst().plannedNanos(0);
    assertNull(queue.take(planned - 1));
    assertEquals(planned, queue.nextNanos());
    ProbeQueue.Probe probe = take(queue, planned);
    queue.answered(probe, ProbeQueue.Found.ABSENT, planned + millis(1), planned + millis(3));
    assertEquals(planned + millis(21), queue.nextNanos());
    assertNull(queue.take(planned + millis(20)));
    probe = take(queue, planned + millis(21));
    queue.answered(probe, ProbeQueue.Found.UNANSWERED, planned + millis(21), planned + millis(22));
    probe = take(queue, planned + millis(41));
    queue.answered(probe, ProbeQueue.Found.VISIBLE, planned + millis(41), planned + millis(45));
    ProbeFigures figures = queue.sinceLast();
    assertEquals(new ProbeCounts(1, 0, 0, 0, 3, 1), figures.counts());
    assertEquals(45_000.0, (double) figures.latency().getMaxValue(), 50.0);
    assertEquals(
        44_000.0, (double) figures.resolution().getMaxValue(), 50.0, "since the first question");
    assertEquals(0, queue.sinceLast().latency().getTotalCount());
  }

  @Test
  void pausesGrowWithAgeSoThatOldMessagesCostLittle() {
    ProbeQueue queue = new ProbeQueue(plan(1, Duration.ofMillis(1_500), 3), ALL);
    long questions = 0;
    while (!queue.done()) {
      long now = queue.nextNanos();
      ProbeQueue.Probe probe = queue.take(now);
      if (probe != null) {
        questions++;
        queue.answered(probe, ProbeQueue.Found.ABSENT, now, now);
      }
    }
    ProbeFigures figures = queue.sinceLast();
    assertEquals(figures.counts().chosen(), figures.counts().absent());
    assertTrue(questions < 80 * figures.counts().chosen(), "not 3,000 for each");
  }

  @Test
  void whatIsNeverSeenCountsWithTheLimitInThePercentiles() {
    ProbeQueue queue = new ProbeQueue(one, ALL);
    long planned = one.getFirst().plannedNanos(0);
    ProbeQueue.Probe probe = take(queue, planned);
    queue.answered(probe, ProbeQueue.Found.ABSENT, planned, planned + millis(60_000));
    ProbeFigures figures = queue.sinceLast();
    assertEquals(1, figures.counts().absent());
    assertEquals(60_000_000.0, (double) figures.latency().getMaxValue(), 60_000.0);
    assertEquals(0, figures.resolution().getTotalCount());
  }

  @Test
  void anApiThatStandsStillThinsNothingOut() {
    ProbeQueue queue = new ProbeQueue(one, ALL);
    long messages = one.getFirst().messages();
    // One question hangs for all of the run; nobody asked for the others meanwhile.
    ProbeQueue.Probe hanging = take(queue, one.getFirst().plannedNanos(0));
    long late = millis(20_000);
    queue.answered(hanging, ProbeQueue.Found.ABSENT, 0, late);
    for (ProbeQueue.Probe p = queue.take(late); p != null; p = queue.take(late)) {
      queue.answered(p, ProbeQueue.Found.VISIBLE, late, late);
    }
    assertEquals(messages, queue.counts().seen());
    ProbeFigures figures = queue.sinceLast();
    assertTrue(figures.latency().getMinValue() > 10_000_000, "all count from their planned time");
  }

  @Test
  void whatIsTooMuchToWaitForIsCounted() {
    List<PublisherPlan> many = plan(150, Duration.ofSeconds(10), 3);
    long messages = many.stream().mapToLong(PublisherPlan::messages).sum();
    ProbeQueue queue = new ProbeQueue(many, ALL);
    assertFalse(queue.done());
    queue.becomeDue(millis(10_000));
    assertEquals(messages, queue.counts().chosen());
    assertEquals(ProbeQueue.WAITING_MAX, queue.counts().waiting());
    assertEquals(messages - ProbeQueue.WAITING_MAX, queue.counts().skipped());
  }

  private static ProbeQueue.Probe take(ProbeQueue queue, long nowNanos) {
    return Objects.requireNonNull(queue.take(nowNanos));
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private static List<PublisherPlan> plan(int publishers, Duration length, long seed) {
    FleetSpec fleet =
        FleetSpec.direct("mills", publishers, SignalModel.PUMP, Duration.ofSeconds(1));
    Scenario scenario =
        new Scenario(seed, length, 100, Duration.ofSeconds(1), List.of(fleet), List.of());
    return Plan.of(scenario, "r1").publishers();
  }
}
