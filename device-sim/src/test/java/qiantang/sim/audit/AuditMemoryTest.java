package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.PublisherPlan;

class AuditMemoryTest {
  private static final int MESSAGES = 150_000;

  /** A million samples; {@link GapsTest} goes to ten million of one metric. */
  @Test
  void aLongRightAnswerIsRememberedInAsFewWordsAsAShortOne() {
    DeviceAudit audit = audit();
    int shortly = 0;
    for (int n = 0; n < MESSAGES; n += 1_000) {
      audit.page(page(audit, n, n + 1_000));
      shortly = shortly == 0 ? audit.words() : shortly;
    }
    assertEquals(shortly, audit.words());
    assertTrue(audit.isWhole());
    Tally tally = audit.classify(new RecordedRefusals());
    assertTrue(tally.fine());
    assertEquals(tally.sentSamples(), tally.count(Verdict.ACKED_VISIBLE));
  }

  /** One lost sample in a million is named. */
  @Test
  void whatIsMissingTakesAFewWordsMore() {
    DeviceAudit audit = audit();
    SentMessages sent = audit.sent();
    Sample lost = PlannedAnswers.samples(sent.plan(), 77_777).get(3);
    for (int n = 0; n < MESSAGES; n += 1_000) {
      List<Sample> samples = new ArrayList<>(page(audit, n, n + 1_000).samples());
      samples.removeIf(
          sample ->
              sample.eventTimeMicros() == lost.eventTimeMicros()
                  && sample.metric().equals(lost.metric()));
      audit.page(new SeriesReader.Page(audit.device(), samples));
    }
    assertTrue(audit.words() < 1_000, "words " + audit.words());
    Tally tally = audit.classify(new RecordedRefusals());
    assertEquals(1, tally.count(Verdict.LOST));
    Finding finding = tally.findings().getFirst();
    assertEquals(lost.metric(), finding.metric());
    assertEquals(lost.eventTimeMicros(), finding.eventTimeMicros());
    assertTrue(finding.text().endsWith("message 77777 of " + sent.plan().id()), finding.text());
  }

  private static DeviceAudit audit() {
    PublisherPlan plan = PlannedAnswers.plan(0, Duration.ofMillis(10), Duration.ofHours(1));
    Ledger ledger = new Ledger();
    for (int n = 0; n < MESSAGES; n++) {
      ledger.sent(n);
      ledger.acked(n);
    }
    Target.Access access = new Target.Access("acme", "t");
    return new DeviceAudit(
        new SentMessages(plan, ledger, PlannedAnswers.START_MILLIS, access), PlannedAnswers.DEVICE);
  }

  private static SeriesReader.Page page(DeviceAudit audit, int from, int to) {
    List<Sample> samples = new ArrayList<>();
    for (int n = from; n < to; n++) {
      samples.addAll(PlannedAnswers.samples(audit.sent().plan(), n));
    }
    return new SeriesReader.Page(audit.device(), samples);
  }
}
