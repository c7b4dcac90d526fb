package qiantang.sim.report;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import qiantang.sim.audit.AuditResult;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Tally;
import qiantang.sim.audit.Verdict;
import qiantang.sim.course.Disturbances;
import qiantang.sim.course.Network;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.plan.PlanDigest;
import qiantang.sim.plan.Threshold;
import qiantang.sim.probe.ProbeCounts;

/** Reports of invented runs: 100 messages of 7 samples each. */
final class Runs {
  static final long MESSAGES = 100;
  static final long SAMPLES = 700;
  private static final Figures.Disturbed DISTURBED = new Figures.Disturbed(6, 5, 0, 7);

  private Runs() {}

  /** A run in which all was acknowledged and is visible, and the lag was the same at all times. */
  static RunReport good(long lagMicros, Threshold... thresholds) {
    return of("smoke.yaml", lagMicros, tally(Verdict.ACKED_VISIBLE, SAMPLES), thresholds);
  }

  static RunReport of(String name, long lagMicros, Tally tally, Threshold... thresholds) {
    return of(name, lagMicros, tally, Disturbances.NONE, thresholds);
  }

  /** One to which things were done on purpose. */
  static RunReport disturbed() {
    Disturbances.Repeated churn =
        new Disturbances.Repeated("churn", Disturbance.Kind.LEAVE, 0.025, 80, 6, 3, 5_000, 15_000);
    Disturbances done =
        new Disturbances(List.of(churn), DISTURBED, 4, new Network.Counts(15, 2, 1));
    return of("s.yaml", 1_000, tally(Verdict.ACKED_VISIBLE, SAMPLES), done);
  }

  /** One whose system was given up when this had been seen. */
  static RunReport unread(Tally seen) {
    RunReport good = good(1_000);
    AuditResult audit =
        new AuditResult(
            seen,
            SAMPLES,
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "it refused",
            null);
    return like(
        good,
        audit.withRemedy("again: sim audit"),
        List.of(),
        good.timeline(),
        good.disturbances());
  }

  /** A good one that went otherwise over time. */
  static RunReport over(Timeline timeline) {
    RunReport good = good(1_000);
    return like(good, good.audit(), good.thresholds(), timeline, Disturbances.NONE);
  }

  private static RunReport like(
      RunReport other,
      AuditResult audit,
      List<Threshold> thresholds,
      Timeline timeline,
      Disturbances disturbances) {
    return new RunReport(
        other.runId(),
        other.plan(),
        other.scenario(),
        other.seed(),
        other.publishers(),
        other.devices(),
        other.took(),
        other.planned(),
        other.counts(),
        other.books(),
        other.ack(),
        other.ackFromSend(),
        other.lag(),
        other.visible(),
        audit,
        thresholds,
        timeline,
        disturbances);
  }

  private static RunReport of(
      String name,
      long lagMicros,
      Tally tally,
      Disturbances disturbances,
      Threshold... thresholds) {
    Histogram acks = histogram(2_000, 90);
    acks.recordValueWithCount(400_000, 10);
    Timeline timeline = new Timeline();
    timeline.begin("connect", 0);
    timeline.begin("send", 2_000);
    for (int second = 0; second < 20; second++) {
      Spread spread = Spread.of(histogram(second == 9 ? 400_000 : 2_000, 5));
      timeline.add(Intervals.second(second, "send", 5, second < 2 ? Spread.NONE : spread));
    }
    return new RunReport(
        "r1",
        new PlanDigest("ab12", 1),
        name,
        42,
        10,
        13,
        Duration.ofMillis(21_345),
        MESSAGES,
        new Figures.Counts(MESSAGES, MESSAGES, 0, 0, 0, 3, 0, 0, 10, 0, 0, DISTURBED),
        new RunReport.Books(MESSAGES, MESSAGES, 0),
        Latency.of(acks),
        Latency.of(histogram(1_900, 100)),
        Latency.of(histogram(lagMicros, 100)),
        new Visible(
            Latency.of(histogram(30_000, 10)),
            Latency.of(histogram(20_000, 10)),
            new ProbeCounts(9, 1, 0, 0, 40, 2)),
        new AuditResult(tally, SAMPLES, Map.of("clock", 0L), List.of(), List.of(), List.of()),
        Arrays.asList(thresholds),
        timeline,
        disturbances);
  }

  static Tally tally(Verdict verdict, long samples) {
    Tally tally = new Tally();
    tally.add(verdict, samples);
    return tally;
  }

  /** All but one are visible. */
  static Tally oneLost(String detail) {
    Tally tally = tally(Verdict.ACKED_VISIBLE, SAMPLES - 1);
    tally.add(new Finding(Verdict.LOST, "mill-1", "speed", 1_700_000_000_000_000L, detail));
    return tally;
  }

  static Environment environment(String command) {
    return new Environment(
        "2026-01-02T03:04:05Z",
        2,
        "a processor",
        24L << 30,
        6L << 30,
        "Linux 6 amd64",
        "a JVM 25",
        List.of("qiantang 0.1.0"),
        Map.of("openFiles", "20000 20000"),
        command);
  }

  static Threshold threshold(String figure, double limit) {
    return new Threshold(figure + " < " + limit, figure, Threshold.Comparison.LESS, limit);
  }

  private static Histogram histogram(long micros, long count) {
    Histogram histogram = new Histogram(3_600_000_000L, 3);
    histogram.recordValueWithCount(micros, count);
    return histogram;
  }
}
