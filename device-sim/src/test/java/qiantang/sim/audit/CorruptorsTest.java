package qiantang.sim.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.sim.api.Rejection;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.SummaryReader;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.plan.PublisherPlan;

/**
 * The test of the auditor itself: each way to be wrong, planted once in a run of many seeds with
 * refusals and lost acknowledgements all around, is found, named exactly and nothing else is; and
 * runs without one raise no alarm.
 */
class CorruptorsTest {
  private static final int SEEDS = 1_000;
  private static final int MESSAGES = 40;

  @Test
  void cleanRunsRaiseNoAlarm() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      DeviceAudit audit = run.audit();
      audit.summary(SummaryReader.aggregates(PlannedAnswers.summary(run.samples)));
      Tally tally = audit.classify(run.refusals);
      assertTrue(tally.fine(), "seed " + seed + ": " + texts(tally));
      assertEquals(run.sent().samples() / 3, tally.sentSamples(), "seed " + seed);
    }
  }

  @Test
  void aHiddenSampleIsLost() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Sample hidden = run.samples.remove(run.anyAcked());
      run.expect(Verdict.LOST, List.of(hidden));
    }
  }

  @Test
  void anAddedSampleIsAPhantom() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int i = run.random.nextInt(run.samples.size());
      Sample near = run.samples.get(i);
      long micros = near.eventTimeMicros() + 1 + run.random.nextInt(900_000);
      if (run.plan.messageAt(micros, PlannedAnswers.START_MILLIS) >= 0) {
        micros++;
      }
      Sample added = new Sample(near.metric(), micros, near.value());
      run.samples.add(i + 1, added);
      run.expect(Verdict.PHANTOM, List.of(added));
    }
  }

  @Test
  void aChangedValueIsCorrupt() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int i = run.random.nextInt(run.samples.size());
      Sample right = run.samples.get(i);
      Sample wrong =
          new Sample(
              right.metric(), right.eventTimeMicros(), PlannedAnswers.changed(right.value()));
      run.samples.set(i, wrong);
      run.expect(Verdict.CORRUPT, List.of(wrong));
    }
  }

  @Test
  void aRepeatedSampleIsADuplicate() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int i = run.random.nextInt(run.samples.size());
      Sample twice = run.samples.get(i);
      run.samples.add(i + run.random.nextInt(run.samples.size() - i), twice);
      run.expect(Verdict.DUPLICATE, List.of(twice));
    }
  }

  @Test
  void swappedNeighboursAreReordered() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      String metric = run.samples.get(run.random.nextInt(run.samples.size())).metric();
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < run.samples.size(); i++) {
        if (run.samples.get(i).metric().equals(metric)) {
          places.add(i);
        }
      }
      int i = run.random.nextInt(places.size() - 1);
      Sample earlier = run.samples.get(places.get(i));
      run.samples.set(places.get(i), run.samples.get(places.get(i + 1)));
      run.samples.set(places.get(i + 1), earlier);
      run.expect(Verdict.REORDERED, List.of(earlier));
    }
  }

  @Test
  void aTruncatedAnswerIsLostFromThereOn() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      List<Sample> cut = new ArrayList<>();
      int left = run.samples.size() - 1 - run.random.nextInt(9);
      while (run.samples.size() > left) {
        Sample last = run.samples.removeLast();
        if (run.isAcked(last)) {
          cut.add(last);
        }
      }
      if (!cut.isEmpty()) {
        run.expect(Verdict.LOST, cut);
      }
    }
  }

  @Test
  void aSampleThatBecameAnotherEnterprisesIsLostAndForeign() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      Sample moved = run.samples.remove(run.anyAcked());
      DeviceAudit audit = run.audit();
      SeriesReader.Page page =
          new SeriesReader.Page(PlannedAnswers.device(run.plan), List.of(moved));
      audit.foreign(page, "weft is shown it");
      Tally tally = audit.classify(run.refusals);
      run.expect(Verdict.LOST, List.of(moved), tally, 2);
      run.expect(Verdict.FOREIGN, List.of(moved), tally, 2);
    }
  }

  /** As the audit while running sees it: absent when it must be there, there when it ends. */
  @Test
  void aSampleThatComesLateIsLostUntilItComes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      int i = run.anyAcked();
      Sample late = run.samples.remove(i);
      run.expect(Verdict.LOST, List.of(late));
      run.samples.add(i, late);
      assertTrue(run.classify().fine());
    }
  }

  @Test
  void aWrongAggregateIsFound() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      ObjectNode answer = PlannedAnswers.summary(run.samples);
      JsonNode series = answer.path("series");
      JsonNode one = series.path(run.random.nextInt(series.size()));
      int i = run.random.nextInt(one.path("values").size());
      JsonNode right = one.path("values").path(i);
      boolean count = one.path("aggregate").asText().equals("count");
      // One more may be right where a sample is missing that may be stored.
      JsonNode wrong =
          count
              ? JsonNodeFactory.instance.numberNode(right.asLong() + 1_000)
              : PlannedAnswers.changed(right);
      ((ArrayNode) one.path("values")).set(i, wrong);
      DeviceAudit audit = run.audit();
      audit.summary(SummaryReader.aggregates(answer));
      Tally tally = audit.classify(run.refusals);
      String what = "seed " + seed + ": " + texts(tally);
      assertEquals(1, tally.findings().size(), what);
      Finding found = tally.findings().getFirst();
      assertEquals(Verdict.SUMMARY, found.verdict(), what);
      assertEquals(one.path("metric").asText(), found.metric(), what);
      assertEquals(one.path("times").path(i).asLong() * 1_000, found.eventTimeMicros(), what);
      String sentence = one.path("aggregate").asText() + " is " + wrong + " instead of ";
      assertTrue(found.detail().startsWith(sentence), what);
    }
  }

  @Test
  void anAggregateThatLacksOrIsTooMuchIsFound() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed);
      ObjectNode answer = PlannedAnswers.summary(run.samples);
      ArrayNode series = (ArrayNode) answer.path("series");
      if (seed % 2 == 0) {
        series.remove(run.random.nextInt(series.size()));
      } else {
        JsonNode one = series.path(run.random.nextInt(series.size()));
        ((ArrayNode) one.path("times")).add(PlannedAnswers.START_MILLIS + 990_000_000);
        ((ArrayNode) one.path("values")).add(1);
      }
      DeviceAudit audit = run.audit();
      audit.summary(SummaryReader.aggregates(answer));
      Tally tally = audit.classify(run.refusals);
      assertTrue(tally.count(Verdict.SUMMARY) > 0, "seed " + seed);
    }
  }

  private static List<String> texts(Tally tally) {
    return tally.findings().stream().map(Finding::text).toList();
  }

  /** A device's run in which everything legal happens. */
  private static final class Run {
    final int seed;
    final Random random;
    final PublisherPlan plan;
    final Ledger ledger = new Ledger();
    final RecordedRefusals refusals = new RecordedRefusals();
    final List<Sample> samples = new ArrayList<>();
    private final TreeSet<Long> ackedTimes = new TreeSet<>();

    Run(int seed) {
      this.seed = seed;
      random = new Random(seed);
      plan = PlannedAnswers.plan(seed, Duration.ofSeconds(1), Duration.ofMinutes(2));
      for (int n = 0; n < MESSAGES; n++) {
        ledger.sent(n);
        long micros = PlannedAnswers.eventTimeMicros(plan, n);
        switch (random.nextInt(12)) {
          case 0 -> {
            ledger.refused(n);
            reject(micros);
          }
          case 1 -> {
            ledger.acked(n); // as MQTT 3.1.1 answers what it refuses
            reject(micros);
          }
          case 2 -> {
            if (random.nextBoolean()) {
              samples.addAll(PlannedAnswers.samples(plan, n)); // its acknowledgement was lost
            }
          }
          default -> {
            ledger.acked(n);
            ackedTimes.add(micros);
            samples.addAll(PlannedAnswers.samples(plan, n));
          }
        }
      }
    }

    private void reject(long micros) {
      String device = PlannedAnswers.device(plan);
      refusals.add(new Rejection(plan.id(), device, "clock", 1, micros));
    }

    SentMessages sent() {
      return new SentMessages(
          plan, ledger, PlannedAnswers.START_MILLIS, new Target.Access("acme", "t"));
    }

    boolean isAcked(Sample sample) {
      return ackedTimes.contains(sample.eventTimeMicros());
    }

    int anyAcked() {
      while (true) {
        int i = random.nextInt(samples.size());
        if (isAcked(samples.get(i))) {
          return i;
        }
      }
    }

    /** Pages cut anywhere between two instants, or within one. */
    DeviceAudit audit() {
      DeviceAudit audit =
          new DeviceAudit(sent(), PlannedAnswers.DEVICE, PlannedAnswers.INTERVAL_MILLIS);
      int from = 0;
      while (from < samples.size()) {
        int to = Math.min(samples.size(), from + 1 + random.nextInt(90));
        String device = PlannedAnswers.device(plan);
        audit.page(new SeriesReader.Page(device, samples.subList(from, to)));
        from = to;
      }
      return audit;
    }

    Tally classify() {
      return audit().classify(refusals);
    }

    void expect(Verdict verdict, List<Sample> wrong) {
      expect(verdict, wrong, classify(), wrong.size());
    }

    void expect(Verdict verdict, List<Sample> wrong, Tally tally, int findings) {
      String what = "seed " + seed + ": " + texts(tally);
      assertFalse(tally.fine(), what);
      assertEquals(wrong.size(), tally.count(verdict), what);
      assertEquals(sent().samples() / 3, tally.sentSamples(), what);
      assertEquals(findings, tally.findings().size(), what);
      for (Sample sample : wrong) {
        Finding named =
            tally.findings().stream()
                .filter(finding -> finding.verdict() == verdict)
                .filter(finding -> finding.metric().equals(sample.metric()))
                .filter(finding -> finding.eventTimeMicros() == sample.eventTimeMicros())
                .findFirst()
                .orElseThrow(() -> new AssertionError(what));
        assertEquals(PlannedAnswers.device(plan), named.device());
        long n = plan.messageAt(sample.eventTimeMicros(), PlannedAnswers.START_MILLIS);
        if (verdict != Verdict.PHANTOM && verdict != Verdict.FOREIGN) {
          assertTrue(named.detail().startsWith("message " + n + " of " + plan.id()), what);
        }
      }
    }
  }
}
