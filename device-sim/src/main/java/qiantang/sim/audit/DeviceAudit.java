package qiantang.sim.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.plan.DevicePlan;
import qiantang.sim.plan.MetricValue;

/**
 * The audit of one device: takes the pages of its answer, then classifies. Keeps a bit for each
 * sample, so that an hour at 1 Hz with seven metrics is 3 KiB.
 */
public final class DeviceAudit {
  private final SentMessages sent;
  private final int number;
  private final DevicePlan device;
  private final List<BitSet> seen = new ArrayList<>();
  private final List<BitSet> corrupt = new ArrayList<>();
  private final Tally surplus = new Tally();
  private final Tally corruptions = new Tally();

  /**
   * An audit that has seen nothing yet.
   *
   * @param number of the device within its publisher
   */
  public DeviceAudit(SentMessages sent, int number) {
    this.sent = sent;
    this.number = number;
    this.device = sent.plan().devices().get(number);
    for (int metric = 0; metric < device.metrics().size(); metric++) {
      seen.add(new BitSet());
      corrupt.add(new BitSet());
    }
  }

  public SentMessages sent() {
    return sent;
  }

  public String device() {
    return device.id();
  }

  /** Takes one page of the answer. */
  public void page(SeriesReader.Page page) {
    for (Sample sample : page.samples()) {
      if (!page.device().equals(device.id())) {
        surplus.add(finding(Verdict.FOREIGN, sample, "the answer is of " + page.device()));
      } else {
        sample(sample);
      }
    }
  }

  private void sample(Sample sample) {
    int metric = device.metrics().indexOf(sample.metric());
    long n = sent.plan().messageAt(sample.eventTimeMicros(), sent.startMillis());
    if (metric < 0 || n < 0 || n >= sent.ledger().sent()) {
      surplus.add(finding(Verdict.PHANTOM, sample, "value " + sample.value()));
      return;
    }
    int bit = Math.toIntExact(n);
    if (seen.get(metric).get(bit)) {
      surplus.add(finding(Verdict.DUPLICATE, sample, ""));
      return;
    }
    seen.get(metric).set(bit);
    MetricValue value = sent.plan().values(number, n).get(metric);
    if (!SampleValues.equal(value, sample.value())) {
      corrupt.get(metric).set(bit);
      corruptions.add(
          finding(Verdict.CORRUPT, sample, "sent " + text(value) + ", read " + text(sample)));
    }
  }

  /** Puts every sample into its class; may be asked again with newer rejections. */
  public Tally classify(RecordedRefusals refusals) {
    Tally tally = new Tally();
    tally.add(surplus);
    tally.add(corruptions);
    RecordedRefusals.Allowance allowance = refusals.of(sent.plan().id(), device.id());
    for (long n = 0; n < sent.ledger().sent(); n++) {
      boolean refusalRecorded = absent(n) && mayBeRefused(n) && allowance.take(eventTimeMicros(n));
      for (int metric = 0; metric < seen.size(); metric++) {
        if (!corrupt.get(metric).get(Math.toIntExact(n))) {
          count(tally, metric, n, refusalRecorded);
        }
      }
    }
    return tally;
  }

  /** MQTT 3.1.1 acknowledges refused messages too, so that absence may be a refusal. */
  private boolean mayBeRefused(long n) {
    return sent.ledger().isAcked(n) || sent.ledger().isRefused(n);
  }

  private void count(Tally tally, int metric, long n, boolean refusalRecorded) {
    boolean visible = seen.get(metric).get(Math.toIntExact(n));
    Verdict verdict;
    if (sent.ledger().isRefused(n)) {
      verdict =
          visible
              ? Verdict.REFUSED_VISIBLE
              : refusalRecorded ? Verdict.REFUSED_RECORDED : Verdict.REFUSED_UNRECORDED;
    } else if (sent.ledger().isAcked(n)) {
      verdict =
          visible
              ? Verdict.ACKED_VISIBLE
              : refusalRecorded ? Verdict.REFUSED_RECORDED : Verdict.LOST;
    } else {
      verdict = visible ? Verdict.UNACKED_VISIBLE : Verdict.UNACKED_ABSENT;
    }
    if (verdict.fine()) {
      tally.add(verdict, 1);
    } else {
      String name = device.metrics().get(metric);
      String detail = "message " + n + " of " + sent.plan().id();
      tally.add(new Finding(verdict, device.id(), name, eventTimeMicros(n), detail));
    }
  }

  private boolean absent(long n) {
    return seen.stream().noneMatch(bits -> bits.get(Math.toIntExact(n)));
  }

  private long eventTimeMicros(long n) {
    return sent.plan().eventTimeMillis(n, sent.startMillis()) * 1_000;
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
