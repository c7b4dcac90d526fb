package qiantang.sim.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import qiantang.sim.api.Aggregates;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.plan.DevicePlan;
import qiantang.sim.plan.MetricValue;

/**
 * The audit of one device: takes the pages of its answer in their order, counts what is there as it
 * comes and remembers only what is missing.
 *
 * <p>Where devices take turns in the messages of a publisher, its own are counted through: message
 * n is its turn number n / k. Of broken messages nothing may be there.
 *
 * <p>Memory: per metric one {@link Gaps}, which is the same for a thousand messages and for a
 * hundred million as long as nothing is missing; and one figure per metric and interval of the
 * summary, of which there are at most {@value ExpectedSummary#INTERVALS_MAX}, until it is compared.
 */
public final class DeviceAudit {
  private final SentMessages sent;
  private final int number;
  private final int turns;
  private final DevicePlan device;

  /** By the device's turns. */
  private final Gaps[] missing;

  private final long[] lastMicros;
  private final Tally seen = new Tally();
  private ExpectedSummary expected;

  /**
   * An audit that has seen nothing yet, and compares no summaries.
   *
   * @param number of the device within its publisher
   */
  public DeviceAudit(SentMessages sent, int number) {
    this(sent, number, 0);
  }

  /**
   * An audit that has seen nothing yet.
   *
   * @param intervalMillis of the summary that will be compared; 0 for none
   */
  public DeviceAudit(SentMessages sent, int number, long intervalMillis) {
    this.sent = sent;
    this.number = number;
    this.device = sent.plan().devices().get(number);
    this.missing = new Gaps[device.metrics().size()];
    this.turns = sent.plan().fleet().turns();
    Arrays.setAll(missing, metric -> new Gaps(firstTurnFrom(sent.from())));
    this.lastMicros = new long[missing.length];
    Arrays.fill(lastMicros, Long.MIN_VALUE);
    this.expected = new ExpectedSummary(device.metrics(), intervalMillis);
  }

  /** The device's first turn whose message is not below this one. */
  private long firstTurnFrom(long n) {
    return turns == 1 ? n : Math.max(0, Math.ceilDiv(n - number, turns));
  }

  private long turnOf(long n) {
    return n / turns;
  }

  private long messageOf(long turn) {
    return turns == 1 ? turn : turn * turns + number;
  }

  public SentMessages sent() {
    return sent;
  }

  public String device() {
    return device.id();
  }

  /** Takes one page of the answer. */
  public void page(SeriesReader.Page page) {
    if (!page.device().equals(device.id())) {
      foreign(page, "the answer is of " + page.device());
      return;
    }
    List<List<Sample>> byMetric = new ArrayList<>();
    for (int metric = 0; metric < missing.length; metric++) {
      byMetric.add(new ArrayList<>());
    }
    for (Sample sample : page.samples()) {
      int metric = device.metrics().indexOf(sample.metric());
      if (metric < 0) {
        phantom(sample);
      } else {
        byMetric.get(metric).add(sample);
      }
    }
    merge(byMetric);
  }

  /** Takes what somebody was shown who should not be. */
  void foreign(SeriesReader.Page page, String detail) {
    for (Sample sample : page.samples()) {
      seen.add(Verdict.FOREIGN, () -> finding(Verdict.FOREIGN, sample, detail));
    }
  }

  /** Instant by instant, so that the values of a message are computed once for all metrics. */
  private void merge(List<List<Sample>> byMetric) {
    int[] at = new int[missing.length];
    while (true) {
      long micros = Long.MAX_VALUE;
      for (int metric = 0; metric < at.length; metric++) {
        if (at[metric] < byMetric.get(metric).size()) {
          micros = Math.min(micros, byMetric.get(metric).get(at[metric]).eventTimeMicros());
        }
      }
      if (micros == Long.MAX_VALUE) {
        return;
      }
      long n = sent.plan().messageAt(micros, sent.startMillis());
      boolean planned = n >= 0 && sent.plan().reports(number, n);
      boolean known = planned && n < sent.sentMax();
      boolean ours = known && n >= sent.from();
      boolean untold = planned && !known && sent.openEnded();
      List<MetricValue> values = ours || untold ? sent.plan().values(number, n) : List.of();
      for (int metric = 0; metric < at.length; metric++) {
        List<Sample> samples = byMetric.get(metric);
        if (at[metric] < samples.size() && samples.get(at[metric]).eventTimeMicros() == micros) {
          Sample sample = samples.get(at[metric]++);
          if (ours && sent.plan().broken(n) != null) {
            visibleThoughBroken(metric, n, sample);
          } else if (ours) {
            sample(metric, n, sample, values.get(metric));
          } else if (untold && SampleValues.equal(values.get(metric), sample.value())) {
            expected.maybe(metric, micros);
            seen.add(Verdict.UNTOLD_VISIBLE, 1);
          } else if (!known) {
            phantom(sample);
          }
        }
      }
    }
  }

  private void visibleThoughBroken(int metric, long n, Sample sample) {
    expected.maybe(metric, sample.eventTimeMicros()); // one finding is enough
    String broken = Objects.requireNonNull(sent.plan().broken(n)).label();
    seen.add(
        Verdict.MALFORMED_VISIBLE,
        () -> finding(Verdict.MALFORMED_VISIBLE, sample, message(n) + ", " + broken));
  }

  private void sample(int metric, long n, Sample sample, MetricValue value) {
    boolean back = sample.eventTimeMicros() < lastMicros[metric];
    lastMicros[metric] = Math.max(lastMicros[metric], sample.eventTimeMicros());
    if (!missing[metric].see(turnOf(n))) {
      seen.add(Verdict.DUPLICATE, () -> finding(Verdict.DUPLICATE, sample, message(n)));
      return;
    }
    if (turns == 1 && sent.hasCopy(n)) {
      missing[metric].see(n + 1);
    }
    expected.visible(metric, sample.eventTimeMicros(), value);
    if (!SampleValues.equal(value, sample.value())) {
      String values = ": sent " + text(value) + ", read " + text(sample);
      seen.add(Verdict.CORRUPT, () -> finding(Verdict.CORRUPT, sample, message(n) + values));
    } else if (back) {
      seen.add(Verdict.REORDERED, () -> finding(Verdict.REORDERED, sample, message(n)));
    } else if (sent.isRefused(n)) {
      seen.add(Verdict.REFUSED_VISIBLE, 1);
    } else {
      seen.add(sent.isAcked(n) ? Verdict.ACKED_VISIBLE : Verdict.UNACKED_VISIBLE, 1);
    }
  }

  private void phantom(Sample sample) {
    String value = "value " + text(sample);
    seen.add(Verdict.PHANTOM, () -> finding(Verdict.PHANTOM, sample, value));
  }

  /** Compares an answer's aggregates with those of the samples; after the last page. */
  public void summary(List<Aggregates> answer) {
    for (int metric = 0; metric < missing.length; metric++) {
      int of = metric;
      forEachMissing(metric, n -> expected.maybe(of, eventTimeMicros(n)));
    }
    expected.compare(
        answer,
        (metric, micros, detail) ->
            seen.add(new Finding(Verdict.SUMMARY, device.id(), metric, micros, detail)));
    forgetSummary();
  }

  /** Of the summary that is to be compared. */
  long intervalMillis() {
    return expected.intervalMillis();
  }

  /** Whether there were more intervals than are kept, so that nothing can be compared. */
  boolean summaryOverflowed() {
    return expected.overflowed();
  }

  /** Lets go of what was kept for the summary. */
  void forgetSummary() {
    expected = new ExpectedSummary(List.of(), 0);
  }

  /** What was there so far, without a word on what was not. */
  Tally seen() {
    return seen;
  }

  /** Whether everything is visible, so that rejections cannot change its verdicts. */
  boolean isWhole() {
    long end = firstTurnFrom(sent.sentMax());
    for (int metric = 0; metric < missing.length; metric++) {
      if (!missing[metric].noneBelow(end)) {
        boolean[] any = new boolean[1];
        forEachMissing(metric, n -> any[0] = true);
        if (any[0]) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Puts what was seen into its class, and all else, of which nobody knows, into one of its own.
   */
  Tally classifyUnread() {
    Tally tally = new Tally();
    tally.add(seen);
    for (int metric = 0; metric < missing.length; metric++) {
      forEachMissing(metric, _ -> tally.add(Verdict.UNREAD, 1));
    }
    return tally;
  }

  /** Puts every sample into its class; may be asked again with newer rejections. */
  public Tally classify(RecordedRefusals refusals) {
    Tally tally = new Tally();
    tally.add(seen);
    if (isWhole()) {
      return tally;
    }
    RecordedRefusals.Allowance allowance =
        refusals.of(sent.plan().id(), device.id(), sent.plan().isSound());
    forEachMissing(
        0,
        n -> {
          if (isAbsent(n)) {
            boolean recorded = mayBeRefused(n) && allowance.take(eventTimeMicros(n));
            for (int metric = 0; metric < missing.length; metric++) {
              count(tally, metric, n, recorded);
            }
          }
        });
    for (int metric = 0; metric < missing.length; metric++) {
      int of = metric;
      forEachMissing(
          metric,
          n -> {
            if (!isAbsent(n)) {
              count(tally, of, n, false);
            }
          });
    }
    return tally;
  }

  private void forEachMissing(int metric, LongConsumer action) {
    missing[metric].forEachBelow(
        firstTurnFrom(sent.sentMax()),
        turn -> {
          long n = messageOf(turn);
          if (sent.isSound(n)) {
            action.accept(n);
          }
        });
  }

  private boolean isAbsent(long n) {
    for (Gaps gaps : missing) {
      if (!gaps.isMissing(turnOf(n))) {
        return false;
      }
    }
    return true;
  }

  /** MQTT 3.1.1 acknowledges refused messages too, so that absence may be a refusal. */
  private boolean mayBeRefused(long n) {
    return sent.isAcked(n) || sent.isRefused(n);
  }

  /** A sample that is not there. */
  private void count(Tally tally, int metric, long n, boolean recorded) {
    Verdict verdict =
        !mayBeRefused(n)
            ? Verdict.UNACKED_ABSENT
            : recorded
                ? Verdict.REFUSED_RECORDED
                : sent.isRefused(n) ? Verdict.REFUSED_UNRECORDED : Verdict.LOST;
    if (verdict.fine()) {
      tally.add(verdict, 1);
    } else {
      String name = device.metrics().get(metric);
      tally.add(
          verdict, () -> new Finding(verdict, device.id(), name, eventTimeMicros(n), message(n)));
    }
  }

  /** What its answer is remembered by, in words of 8 bytes. */
  int words() {
    return Arrays.stream(missing).mapToInt(Gaps::words).sum() + expected.words();
  }

  private long eventTimeMicros(long n) {
    return sent.plan().eventTimeMillis(n, sent.startMillis()) * 1_000;
  }

  private String message(long n) {
    return "message " + n + " of " + sent.plan().id();
  }

  private Finding finding(Verdict verdict, Sample sample, String detail) {
    return new Finding(verdict, device.id(), sample.metric(), sample.eventTimeMicros(), detail);
  }

  private static String text(MetricValue value) {
    StringBuilder json = new StringBuilder();
    value.appendTo(json);
    return json.toString();
  }

  private static String text(Sample sample) {
    JsonNode value = sample.value();
    return value.isMissingNode() ? "nothing" : value.toString();
  }
}
