package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.Rejection;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.SummaryReader;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.Dialect;
import qiantang.sim.plan.Disorder;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.Faults.MalformedKind;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Probes;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.MqttVersion;

/**
 * Messages that are broken on purpose, in both dialects, with devices that take turns: a right
 * system raises no alarm, and each way to be wrong with one of them is found and named.
 */
class MalformedAuditTest {
  private static final int SEEDS = 200;
  private static final int DEVICES = 3;
  private static final long START_MILLIS = PlannedAnswers.START_MILLIS;

  @Test
  void aSystemThatRefusesAndRecordsThemRaisesNoAlarm() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Tally tally = run.classify();
      assertTrue(tally.fine(), "seed " + seed + ": " + texts(tally));
      assertEquals(run.sent().samples(), tally.sentSamples(), "seed " + seed);
      assertTrue(run.judge().byKind().size() > 1);
      for (MalformedMessages.Count count : run.judge().byKind()) {
        assertEquals(count.sent(), count.refused() + count.unanswered());
      }
    }
  }

  @Test
  void oneThatIsVisibleIsFound() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Sample visible = run.samplesOf(run.broken.get(run.random.nextInt(run.broken.size()))).get(0);
      run.samples.add(visible);
      Tally tally = run.classify();
      assertEquals(1, tally.count(Verdict.MALFORMED_VISIBLE), "seed " + seed + texts(tally));
      assertEquals(1, tally.findings().size(), "seed " + seed + texts(tally));
      assertEquals(
          visible.eventTimeMicros(), tally.findings().getFirst().eventTimeMicros(), "seed " + seed);
    }
  }

  @Test
  void oneThatIsAckedAndNotRecordedIsFound() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      if (run.rejections.removeIf(run.ofAcked::contains)) {
        Tally tally = run.classify();
        assertEquals(run.ofAcked.size(), tally.count(Verdict.MALFORMED_UNRECORDED));
        assertTrue(tally.findings().getFirst().detail().contains(run.plan.id()));
        assertEquals(0, tally.count(Verdict.LOST));
      }
    }
  }

  /** Its rejections are those of broken messages, and a good one that is lost is another matter. */
  @Test
  void aGoodMessageThatIsLostIsNotExcusedByThem() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      long n;
      do {
        n = run.random.nextInt((int) run.plan.messages());
      } while (run.plan.broken(n) != null || !run.ledger.isAcked(n) || !run.isOurs(n));
      run.samples.removeAll(run.samplesOf(n));
      Tally tally = run.classify();
      int metrics = run.plan.devices().getFirst().metrics().size();
      assertEquals(metrics, tally.count(Verdict.LOST), "seed " + seed + texts(tally));
      assertEquals(metrics, tally.findings().size());
    }
  }

  /** In Sparkplug a sample belongs to the device whose turn it was. */
  @Test
  void aSampleOfAnotherDevicesTurnIsAPhantom() {
    Run run = new Run(1);
    assertEquals(Dialect.SPARKPLUG, run.plan.fleet().dialect());
    long n = 0;
    while (run.plan.broken(n) != null || run.isOurs(n)) {
      n++;
    }
    run.samples.addAll(run.samplesOf(n));
    Tally tally = run.classify();
    assertEquals(run.samplesOf(n).size(), tally.count(Verdict.PHANTOM), texts(tally).toString());
  }

  private static List<String> texts(Tally tally) {
    return tally.findings().stream().map(Finding::text).toList();
  }

  /** A run of a gateway of which the second device is looked at; odd seeds speak Sparkplug. */
  private static final class Run {
    final Random random;
    final PublisherPlan plan;
    final Ledger ledger = new Ledger();
    final List<Long> broken = new ArrayList<>();
    final List<Rejection> rejections = new ArrayList<>();

    /** Rejections of broken messages whose acknowledgement does not say so. */
    final List<Rejection> ofAcked = new ArrayList<>();

    final List<Sample> samples = new ArrayList<>();

    Run(int seed) {
      random = new Random(seed);
      plan = plan(seed);
      for (long n = 0; n < plan.messages(); n++) {
        ledger.sent(n);
        if (plan.broken(n) == null) {
          ledger.acked(n);
          if (isOurs(n)) {
            samples.addAll(samplesOf(n));
          }
          continue;
        }
        if (isOurs(n)) {
          broken.add(n);
        }
        // Distinct by their counts of nothing else than order, so that a test can take one away.
        boolean huge = plan.broken(n) == MalformedKind.HUGE_TOPIC;
        Rejection rejection = new Rejection(plan.id(), "", huge ? "topic" : "malformed", 1, -1 - n);
        switch (random.nextInt(3)) {
          case 0 -> {
            ledger.refused(n);
            rejections.add(rejection);
          }
          case 1 -> {
            ledger.acked(n);
            rejections.add(rejection);
            ofAcked.add(rejection);
          }
          default -> {
            // the run ended before its acknowledgement came
          }
        }
      }
    }

    boolean isOurs(long n) {
      return plan.reports(PlannedAnswers.DEVICE, n);
    }

    List<Sample> samplesOf(long n) {
      return PlannedAnswers.samples(plan, n).stream()
          .map(
              s -> new Sample(s.metric(), plan.eventTimeMillis(n, START_MILLIS) * 1_000, s.value()))
          .toList();
    }

    SentMessages sent() {
      return new SentMessages(plan, ledger, START_MILLIS, new Target.Access("acme", "t"));
    }

    RecordedRefusals refusals() {
      RecordedRefusals refusals = new RecordedRefusals();
      rejections.forEach(refusals::add);
      return refusals;
    }

    MalformedMessages judge() {
      return new MalformedMessages.Books(List.of(sent())).judge(refusals());
    }

    /** The looked at device's samples, and the others' as if all were visible. */
    Tally classify() {
      Tally tally = new Tally();
      for (int number = 0; number < DEVICES; number++) {
        DeviceAudit audit = new DeviceAudit(sent(), number, PlannedAnswers.INTERVAL_MILLIS);
        List<Sample> all = number == PlannedAnswers.DEVICE ? samples : samplesOfDevice(number);
        all.sort(Comparator.comparingLong(Sample::eventTimeMicros));
        audit.page(new SeriesReader.Page(plan.devices().get(number).id(), all));
        if (number != PlannedAnswers.DEVICE) {
          audit.summary(SummaryReader.aggregates(PlannedAnswers.summary(all)));
        }
        tally.add(audit.classify(refusals()));
      }
      tally.add(judge().tally());
      return tally;
    }

    private List<Sample> samplesOfDevice(int number) {
      List<Sample> all = new ArrayList<>();
      List<String> metrics = plan.devices().get(number).metrics();
      for (long n = 0; n < plan.messages(); n++) {
        if (plan.broken(n) == null && plan.reports(number, n)) {
          long micros = plan.eventTimeMillis(n, START_MILLIS) * 1_000;
          for (int m = 0; m < metrics.size(); m++) {
            all.add(
                new Sample(
                    metrics.get(m), micros, PlannedAnswers.json(plan.values(number, n).get(m))));
          }
        }
      }
      return all;
    }
  }

  private static PublisherPlan plan(int seed) {
    FleetSpec fleet =
        FleetSpec.direct("halls", 1, SignalModel.PUMP, Duration.ofSeconds(1))
            .withSubDevices(DEVICES)
            .withJitter(0.1)
            .withMqtt(MqttVersion.V5)
            .withDialect(seed % 2 == 1 ? Dialect.SPARKPLUG : Dialect.THINGSBOARD);
    Scenario steady =
        new Scenario(
            seed, Duration.ofMinutes(1), 10, Duration.ofSeconds(1), List.of(fleet), List.of());
    Faults faults =
        new Faults(
            new Faults.Malformed(0.3, List.of(MalformedKind.values())), 0, 0, Faults.Net.NONE);
    Scenario scenario =
        new Scenario(
            seed,
            steady.duration(),
            10,
            Duration.ofSeconds(1),
            List.of(fleet),
            List.of(),
            steady.phases(),
            Disorder.NONE,
            faults,
            Probes.NONE);
    return Plan.of(scenario, "r1").publishers().getFirst();
  }
}
