package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.SummaryReader;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.Disorder;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

/** Devices that tell late, out of order, twice and by wrong clocks, and a system that is right. */
class DisorderAuditTest {
  private static final int SEEDS = 200;
  private static final long START_MILLIS = PlannedAnswers.START_MILLIS;
  private static final Duration DURATION = Duration.ofMinutes(2);
  private static final Disorder DISORDER =
      new Disorder(
          new Disorder.Late(0.05, Duration.ofSeconds(30)),
          0.1,
          0.2,
          new Disorder.ClockSkew(
              Duration.ofSeconds(2),
              new Disorder.Jump(0.5, Duration.ofSeconds(60), Duration.ofMinutes(-10))),
          Duration.ZERO);

  @Test
  void whatIsSaidTwiceIsOneSampleAndNoOrderIsWrongButThatOfTheAnswer() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      DeviceAudit audit = run.audit();
      audit.summary(SummaryReader.aggregates(PlannedAnswers.summary(run.samples)));
      Tally tally = audit.classify(new RecordedRefusals());
      assertTrue(tally.fine(), "seed " + seed + ": " + texts(tally));
      assertEquals(run.sent().samples(), tally.sentSamples());
      assertTrue(audit.isWhole(), "copies are not missed");
    }
  }

  /** Also where only the copy was acknowledged: the copy says the same sample. */
  @Test
  void aLossIsNamedWhicheverOfTheTwoWasAcknowledged() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Sample lost = run.samples.remove(run.random.nextInt(run.samples.size()));
      Tally tally = run.audit().classify(new RecordedRefusals());
      assertEquals(1, tally.count(Verdict.LOST), "seed " + seed + ": " + texts(tally));
      assertEquals(1, tally.findings().size());
      assertEquals(lost.eventTimeMicros(), tally.findings().getFirst().eventTimeMicros());
      assertEquals(run.sent().samples(), tally.sentSamples());
    }
  }

  /** That a message went twice excuses no sample that is there twice. */
  @Test
  void aSampleOfACopiedMessageThatIsVisibleTwiceIsADuplicate() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int at = run.anyOfACopiedMessage();
      Sample twice = run.samples.get(at);
      run.samples.add(at + run.random.nextInt(run.samples.size() - at), twice);
      run.expectOnly(Verdict.DUPLICATE, twice);
    }
  }

  @Test
  void aCopyThatIsStoredUnderATimeOfItsOwnIsAPhantom() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Sample right = run.samples.get(run.anyOfACopiedMessage());
      long micros = right.eventTimeMicros() + 1;
      Sample moved = new Sample(right.metric(), micros, right.value());
      run.samples.add(moved);
      run.samples.sort(Comparator.comparingLong(Sample::eventTimeMicros));
      run.expectOnly(Verdict.PHANTOM, moved);
    }
  }

  @Test
  void aCopyThatChangedTheValueIsCorrupt() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int at = run.anyOfACopiedMessage();
      Sample right = run.samples.get(at);
      JsonNode other = PlannedAnswers.changed(right.value());
      run.samples.set(at, new Sample(right.metric(), right.eventTimeMicros(), other));
      run.expectOnly(Verdict.CORRUPT, right);
    }
  }

  @Test
  void allEventTimesAreRead() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      TimeRange range = TimeRange.of(run.sent());
      for (Sample sample : run.samples) {
        long millis = sample.eventTimeMicros() / 1_000;
        assertTrue(millis >= range.fromMillis() && millis < range.toMillis());
      }
    }
  }

  private static List<String> texts(Tally tally) {
    return tally.findings().stream().map(Finding::text).toList();
  }

  private static final class Run {
    final Random random;
    final PublisherPlan plan;
    final Ledger ledger = new Ledger();
    final List<Sample> samples = new ArrayList<>();

    Run(int seed) {
      random = new Random(seed);
      plan = plan(seed);
      for (long n = 0; n < plan.messages(); n++) {
        ledger.sent(n);
        boolean copied = n + 1 < plan.messages() && plan.original(n + 1) == n;
        boolean copy = plan.original(n) != n;
        if (copied && random.nextBoolean()) {
          continue; // the acknowledgement of the original is lost, that of the copy comes
        }
        if (!copy || !ledger.isAcked(n - 1) || random.nextBoolean()) {
          ledger.acked(n);
        }
      }
      for (long n = 0; n < plan.messages(); n++) {
        if (plan.original(n) == n) {
          long micros = plan.eventTimeMillis(n, START_MILLIS) * 1_000;
          for (int m = 0; m < plan.devices().getFirst().metrics().size(); m++) {
            String metric = plan.devices().getFirst().metrics().get(m);
            samples.add(new Sample(metric, micros, PlannedAnswers.json(plan.values(0, n).get(m))));
          }
        }
      }
      samples.sort(Comparator.comparingLong(Sample::eventTimeMicros));
    }

    int anyOfACopiedMessage() {
      while (true) {
        int at = random.nextInt(samples.size());
        long n = plan.messageAt(samples.get(at).eventTimeMicros(), START_MILLIS);
        if (n + 1 < plan.messages() && plan.original(n + 1) == n) {
          return at;
        }
      }
    }

    void expectOnly(Verdict verdict, Sample wrong) {
      Tally tally = audit().classify(new RecordedRefusals());
      assertEquals(1, tally.count(verdict), () -> texts(tally).toString());
      assertEquals(1, tally.findings().size(), () -> texts(tally).toString());
      assertEquals(wrong.eventTimeMicros(), tally.findings().getFirst().eventTimeMicros());
      assertEquals(wrong.metric(), tally.findings().getFirst().metric());
      assertEquals(sent().samples(), tally.sentSamples());
    }

    SentMessages sent() {
      return new SentMessages(plan, ledger, START_MILLIS, new Target.Access("acme", "t"));
    }

    DeviceAudit audit() {
      DeviceAudit audit = new DeviceAudit(sent(), 0, PlannedAnswers.INTERVAL_MILLIS);
      String device = plan.devices().getFirst().id();
      for (int from = 0; from < samples.size(); from += 50) {
        int to = Math.min(samples.size(), from + 50);
        audit.page(new SeriesReader.Page(device, samples.subList(from, to)));
      }
      return audit;
    }
  }

  private static PublisherPlan plan(long seed) {
    FleetSpec fleet =
        FleetSpec.direct("mills", 1, SignalModel.CNC_SPINDLE, Duration.ofSeconds(1))
            .withJitter(0.1);
    Scenario steady =
        new Scenario(seed, DURATION, 10, Duration.ofSeconds(1), List.of(fleet), List.of());
    Scenario scenario =
        new Scenario(
            seed,
            DURATION,
            10,
            Duration.ofSeconds(1),
            List.of(fleet),
            List.of(),
            steady.phases(),
            DISORDER,
            Faults.NONE,
            Probes.NONE);
    return Plan.of(scenario, "r1").publishers().getFirst();
  }
}
