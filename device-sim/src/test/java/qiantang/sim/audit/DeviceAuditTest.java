package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.Rejection;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.MetricValue;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

/** Corrupts right answers in every way the auditor must notice. */
class DeviceAuditTest {
  private static final long START_MILLIS = 1_790_000_000_000L;
  private static final int MESSAGES = 30;
  private static final JsonMapper JSON = new JsonMapper();

  private final PublisherPlan plan = plan();
  private final Ledger ledger = new Ledger();
  private final String device = plan.devices().get(1).id();
  private final int metrics = plan.devices().get(1).metrics().size();

  private SentMessages sent() {
    return new SentMessages(plan, ledger, START_MILLIS, new Target.Access("acme", "t"));
  }

  private void allAcked() {
    for (int n = 0; n < MESSAGES; n++) {
      ledger.sent(n);
      ledger.acked(n);
    }
  }

  @Test
  void aRightAnswerIsAllAckedAndVisible() {
    allAcked();
    Tally tally = classify(rightAnswer());
    assertTrue(tally.fine());
    assertEquals((long) MESSAGES * metrics, tally.count(Verdict.ACKED_VISIBLE));
  }

  @Test
  void pagesAddUp() {
    allAcked();
    List<Sample> samples = rightAnswer();
    DeviceAudit audit = new DeviceAudit(sent(), 1);
    audit.page(new SeriesReader.Page(device, samples.subList(0, 17)));
    audit.page(new SeriesReader.Page(device, samples.subList(17, samples.size())));
    Tally tally = audit.classify(new RecordedRefusals());
    assertEquals((long) MESSAGES * metrics, tally.count(Verdict.ACKED_VISIBLE));
  }

  @RepeatedTest(50)
  void aHiddenSampleIsLost(RepetitionInfo repetition) {
    allAcked();
    List<Sample> samples = rightAnswer();
    Sample hidden = samples.remove(random(repetition).nextInt(samples.size()));
    expect(Verdict.LOST, hidden, classify(samples));
  }

  @RepeatedTest(50)
  void aChangedValueIsCorrupt(RepetitionInfo repetition) {
    allAcked();
    List<Sample> samples = rightAnswer();
    int i = random(repetition).nextInt(samples.size());
    Sample right = samples.get(i);
    samples.set(
        i,
        new Sample(right.metric(), right.eventTimeMicros(), PlannedAnswers.changed(right.value())));
    expect(Verdict.CORRUPT, right, classify(samples));
  }

  @RepeatedTest(50)
  void aRepeatedSampleIsADuplicate(RepetitionInfo repetition) {
    allAcked();
    List<Sample> samples = rightAnswer();
    Sample twice = samples.get(random(repetition).nextInt(samples.size()));
    samples.add(twice);
    expect(Verdict.DUPLICATE, twice, classify(samples));
  }

  @RepeatedTest(50)
  void anAnswerThatGoesBackIsReordered(RepetitionInfo repetition) {
    allAcked();
    List<Sample> samples = rightAnswer();
    int i = random(repetition).nextInt(samples.size() - metrics);
    Sample late = samples.remove(i);
    samples.add(i + metrics, late); // behind the next one of its metric
    expect(Verdict.REORDERED, late, classify(samples));
  }

  @Test
  void aPageThatComesTwiceIsDuplicateAndOneThatComesLateReordered() {
    allAcked();
    List<Sample> samples = rightAnswer();
    List<Sample> early = samples.subList(0, metrics);
    List<Sample> late = samples.subList(metrics, samples.size());
    DeviceAudit audit = new DeviceAudit(sent(), 1);
    audit.page(new SeriesReader.Page(device, late));
    audit.page(new SeriesReader.Page(device, early));
    audit.page(new SeriesReader.Page(device, late));
    Tally tally = audit.classify(new RecordedRefusals());
    assertEquals(metrics, tally.count(Verdict.REORDERED));
    assertEquals(late.size(), tally.count(Verdict.DUPLICATE));
    assertEquals((long) MESSAGES * metrics, tally.sentSamples());
  }

  /** A ledger that is older than the question, as while a run goes or after a crash. */
  @Test
  void whatMayHaveBeenSentSinceIsNoPhantomAndNotLost() {
    allAcked();
    SentMessages since =
        new SentMessages(
            plan, ledger, 10, MESSAGES + 2, START_MILLIS, new Target.Access("acme", "t"));
    DeviceAudit audit = new DeviceAudit(since, 1);
    List<Sample> samples = rightAnswer();
    samples.add(new Sample(name(0), eventTimeMicros(MESSAGES), plannedValue(MESSAGES, 0)));
    audit.page(new SeriesReader.Page(device, samples));
    Tally tally = audit.classify(new RecordedRefusals());
    assertTrue(tally.fine());
    assertEquals((long) (MESSAGES - 10) * metrics, tally.count(Verdict.ACKED_VISIBLE));
    assertEquals(1, tally.count(Verdict.UNACKED_VISIBLE));
    assertEquals(2L * metrics - 1, tally.count(Verdict.UNACKED_ABSENT));
  }

  @Test
  void samplesThatWereNeverSentArePhantoms() {
    allAcked();
    Sample right = rightAnswer().getFirst();
    Sample betweenTwo = new Sample(right.metric(), right.eventTimeMicros() + 1_000, right.value());
    Sample micros = new Sample(right.metric(), right.eventTimeMicros() + 1, right.value());
    Sample otherMetric = new Sample("torque", right.eventTimeMicros(), right.value());
    Sample notYet =
        new Sample(right.metric(), eventTimeMicros(MESSAGES), plannedValue(MESSAGES, 0));
    for (Sample phantom : List.of(betweenTwo, micros, otherMetric, notYet)) {
      List<Sample> samples = rightAnswer();
      samples.add(phantom);
      expect(Verdict.PHANTOM, phantom, classify(samples));
    }
  }

  @Test
  void twoSwappedValuesAreBothCorrupt() {
    allAcked();
    List<Sample> samples = rightAnswer();
    int temperature = 3;
    Sample one = samples.get(temperature);
    Sample two = samples.get(metrics + temperature);
    samples.set(temperature, new Sample(one.metric(), one.eventTimeMicros(), two.value()));
    samples.set(
        metrics + temperature, new Sample(two.metric(), two.eventTimeMicros(), one.value()));
    assertEquals(2, classify(samples).count(Verdict.CORRUPT));
  }

  @Test
  void anotherDevicesAnswerIsForeign() {
    allAcked();
    DeviceAudit audit = new DeviceAudit(sent(), 1);
    audit.page(new SeriesReader.Page("someone-else", rightAnswer()));
    Tally tally = audit.classify(new RecordedRefusals());
    assertEquals((long) MESSAGES * metrics, tally.count(Verdict.FOREIGN));
    assertEquals((long) MESSAGES * metrics, tally.count(Verdict.LOST));
    assertFalse(tally.fine());
  }

  @Test
  void unacknowledgedSamplesMayBeThereOrNot() {
    allAcked();
    ledger.sent(MESSAGES + 1);
    List<Sample> samples = rightAnswer();
    for (int m = 0; m < metrics; m++) {
      samples.add(new Sample(name(m), eventTimeMicros(MESSAGES), plannedValue(MESSAGES, m)));
    }
    Tally tally = classify(samples);
    assertTrue(tally.fine());
    assertEquals(metrics, tally.count(Verdict.UNACKED_VISIBLE));
    assertEquals(metrics, tally.count(Verdict.UNACKED_ABSENT));
  }

  @Test
  void anAbsentReadingIsRefusedIfItsOwnRejectionIsRecorded() {
    allAcked();
    List<Sample> samples = without(3, without(5, rightAnswer()));
    RecordedRefusals refusals = new RecordedRefusals();
    refusals.add(new Rejection(plan.id(), device, "clock", 1, eventTimeMicros(3)));
    refusals.add(new Rejection(plan.id(), "another", "clock", 1, eventTimeMicros(5)));
    Tally tally = classify(samples, refusals);
    assertEquals(metrics, tally.count(Verdict.REFUSED_RECORDED));
    assertEquals(metrics, tally.count(Verdict.LOST));
    assertEquals(eventTimeMicros(5), tally.findings().getFirst().eventTimeMicros());
  }

  @Test
  void aRejectionAccountsForAsManyReadingsAsItCounts() {
    allAcked();
    List<Sample> samples = without(3, without(4, without(5, rightAnswer())));
    RecordedRefusals refusals = new RecordedRefusals();
    refusals.add(new Rejection(plan.id(), "", "quota", 2, eventTimeMicros(3)));
    Tally tally = classify(samples, refusals);
    assertEquals(2L * metrics, tally.count(Verdict.REFUSED_RECORDED));
    assertEquals(metrics, tally.count(Verdict.LOST));
  }

  @Test
  void aRejectionDoesNotExcuseAReadingThatIsThereInPart() {
    allAcked();
    List<Sample> samples = rightAnswer();
    Sample hidden = samples.removeFirst();
    RecordedRefusals refusals = new RecordedRefusals();
    refusals.add(new Rejection(plan.id(), device, "clock", 1, hidden.eventTimeMicros()));
    assertEquals(1, classify(samples, refusals).count(Verdict.LOST));
  }

  @Test
  void aRefusedMessageMustBeAmongTheRejections() {
    for (int n = 0; n < MESSAGES; n++) {
      ledger.sent(n);
      if (n == 2) {
        ledger.refused(n);
      } else {
        ledger.acked(n);
      }
    }
    assertEquals(metrics, classify(without(2, rightAnswer())).count(Verdict.REFUSED_UNRECORDED));
    assertEquals(metrics, classify(rightAnswer()).count(Verdict.REFUSED_VISIBLE));
    RecordedRefusals refusals = new RecordedRefusals();
    refusals.add(new Rejection(plan.id(), device, "quota", 1, eventTimeMicros(2)));
    Tally tally = classify(without(2, rightAnswer()), refusals);
    assertEquals(metrics, tally.count(Verdict.REFUSED_RECORDED));
    assertTrue(tally.fine());
  }

  @Test
  void valuesAreEqualOnlyToTheLastBit() throws IOException {
    assertTrue(SampleValues.equal(new MetricValue.Decimal(0.1), JSON.readTree("0.1")));
    assertTrue(SampleValues.equal(new MetricValue.Decimal(42), JSON.readTree("42")));
    assertTrue(SampleValues.equal(new MetricValue.Decimal(-0.0), JSON.readTree("-0.0")));
    assertFalse(SampleValues.equal(new MetricValue.Decimal(-0.0), JSON.readTree("0.0")));
    assertFalse(
        SampleValues.equal(new MetricValue.Decimal(0.1), JSON.readTree("0.10000000000000002")));
    assertFalse(SampleValues.equal(new MetricValue.Decimal(1), JSON.readTree("\"1\"")));
    assertFalse(SampleValues.equal(new MetricValue.Whole(1), JSON.readTree("1.0")));
    assertFalse(SampleValues.equal(new MetricValue.Flag(true), JSON.readTree("1")));
    MetricValue large = new MetricValue.Whole(9_007_199_254_740_993L);
    assertTrue(SampleValues.equal(large, JSON.readTree("\"9007199254740993\"")));
    assertFalse(SampleValues.equal(large, JSON.readTree("\"9007199254740992\"")));
  }

  private void expect(Verdict verdict, Sample sample, Tally tally) {
    assertEquals(1, tally.count(verdict), verdict.name());
    assertFalse(tally.fine());
    assertEquals((long) MESSAGES * metrics, tally.sentSamples(), "one verdict for each sample");
    assertEquals(1, tally.findings().size(), "no false alarm beside it");
    Finding finding = tally.findings().getFirst();
    assertEquals(verdict, finding.verdict());
    assertEquals(device, finding.device());
    assertEquals(sample.metric(), finding.metric());
    assertEquals(sample.eventTimeMicros(), finding.eventTimeMicros());
  }

  private Tally classify(List<Sample> samples) {
    return classify(samples, new RecordedRefusals());
  }

  private Tally classify(List<Sample> samples, RecordedRefusals refusals) {
    DeviceAudit audit = new DeviceAudit(sent(), 1);
    audit.page(new SeriesReader.Page(device, samples));
    return audit.classify(refusals);
  }

  private List<Sample> rightAnswer() {
    List<Sample> samples = new ArrayList<>();
    for (int n = 0; n < MESSAGES; n++) {
      for (int m = 0; m < metrics; m++) {
        samples.add(new Sample(name(m), eventTimeMicros(n), plannedValue(n, m)));
      }
    }
    return samples;
  }

  private List<Sample> without(int n, List<Sample> samples) {
    samples.removeIf(sample -> sample.eventTimeMicros() == eventTimeMicros(n));
    return samples;
  }

  private JsonNode plannedValue(int n, int metric) {
    return PlannedAnswers.json(plan.values(1, n).get(metric));
  }

  private String name(int metric) {
    return plan.devices().get(1).metrics().get(metric);
  }

  private long eventTimeMicros(int n) {
    return plan.eventTimeMillis(n, START_MILLIS) * 1_000;
  }

  private static Random random(RepetitionInfo repetition) {
    return new Random(repetition.getCurrentRepetition());
  }

  private static PublisherPlan plan() {
    FleetSpec fleet =
        FleetSpec.direct("halls", 1, SignalModel.CNC_SPINDLE, Duration.ofSeconds(1))
            .withSubDevices(3)
            .withJitter(0.1);
    Scenario scenario =
        new Scenario(
            5, Duration.ofSeconds(60), 10, Duration.ofSeconds(1), List.of(fleet), List.of());
    return Plan.of(scenario, "r1").publishers().getFirst();
  }
}
