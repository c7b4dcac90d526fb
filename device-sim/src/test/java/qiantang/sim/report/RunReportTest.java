package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import qiantang.sim.audit.Verdict;
import qiantang.sim.outcome.ExitCode;

class RunReportTest {

  @Test
  void aRunInWhichAllHoldsPasses() {
    RunReport report = Runs.good(1_100, Runs.threshold("ack.p50", 50));
    assertEquals(ExitCode.OK, report.exitCode());
    assertEquals("PASSED", report.verdict());
    assertEquals(2, report.lagLimitMillis());
  }

  @Test
  void aGeneratorThatWasTheBottleneckSaysSoWhateverElseIsMissed() {
    RunReport report = Runs.good(2_500, Runs.threshold("ack.p50", 1));
    assertEquals(ExitCode.GENERATOR_LIMITED, report.exitCode());
    assertTrue(report.reason().contains("the generator was the bottleneck"), report::reason);
    assertTrue(report.missedLimits().getFirst().contains("--loops 2"), "what to do");
    assertEquals(2, report.missedLimits().size(), "itself and the threshold, once each");
  }

  @Test
  void theScenarioSaysWhatLagIsGoodEnough() {
    assertEquals(ExitCode.OK, Runs.good(9_000, Runs.threshold("lag.p99", 10)).exitCode());
    RunReport strict = Runs.good(900, Runs.threshold("lag.p99", 0.5));
    assertEquals(ExitCode.GENERATOR_LIMITED, strict.exitCode());
    assertEquals(0.5, strict.lagLimitMillis());
    // A limit of the largest says nothing of the 99th percentile.
    assertEquals(
        ExitCode.GENERATOR_LIMITED, Runs.good(9_000, Runs.threshold("lag.max", 10)).exitCode());
  }

  @Test
  void aMissedThresholdIsAThirdThing() {
    RunReport report = Runs.good(1_000, Runs.threshold("ack.p50", 1));
    assertEquals(ExitCode.LIMITS_MISSED, report.exitCode());
    assertTrue(
        report.reason().contains("\"ack.p50 < 1.0\" does not hold: it is 2"), report::reason);
    assertTrue(report.reason().endsWith(" ms"), report::reason);
  }

  @Test
  void lostDataComesBeforeAllElse() {
    RunReport report =
        Runs.of("s.yaml", 9_000, Runs.oneLost("message 7"), Runs.threshold("ack.p50", 1));
    assertEquals(ExitCode.AUDIT_FAILED, report.exitCode());
    assertEquals("1 sample LOST: acked, not visible", report.reason());
    assertTrue(report.text().contains("verdict    FAILED: 1 sample LOST"), report::text);
  }

  /** What was not read is no loss; what was seen to be wrong stays wrong. */
  @Test
  void aSystemThatStoppedAnsweringIsNoLoss() {
    RunReport report = Runs.unread(Runs.tally(Verdict.ACKED_VISIBLE, 7));
    assertEquals(ExitCode.UNREACHABLE, report.exitCode());
    assertEquals("NOT AUDITED", report.verdict());
    assertTrue(report.reason().endsWith("refused; again: sim audit"), report::reason);
    assertEquals(ExitCode.AUDIT_FAILED, Runs.unread(Runs.tally(Verdict.CORRUPT, 1)).exitCode());
  }

  @Test
  void whatWasDoneOnPurposeIsTold() {
    RunReport report = Runs.disturbed();
    assertEquals(ExitCode.OK, report.exitCode());
    String text = report.text();
    assertTrue(
        text.contains("on purpose churn: 2.5 % of 80 leave, 3 times, from 5 s to 15 s: 6 in all"),
        text);
    assertTrue(text.contains("6 left, 5 cut, 0 left half open, 7 stopped reading"), text);
    assertTrue(text.contains("network: 15 connections through it, 2 reset, 1 blackholed"), text);
    assertTrue(text.contains("messages: 4 sent twice"), text);
    assertFalse(Runs.good(1_000).text().contains("on purpose"));
  }

  @Test
  void samplesWithoutAVerdictFail() {
    RunReport report = Runs.of("s.yaml", 1_000, Runs.tally(Verdict.ACKED_VISIBLE, 699));
    assertEquals(ExitCode.AUDIT_FAILED, report.exitCode());
    assertTrue(report.reason().contains("books do not balance"), report::reason);
  }

  @Test
  void exitCodesAreThoseOfTheContract() {
    assertEquals(0, ExitCode.OK.number());
    assertEquals(1, ExitCode.LIMITS_MISSED.number());
    assertEquals(2, ExitCode.AUDIT_FAILED.number());
    assertEquals(3, ExitCode.GENERATOR_LIMITED.number());
    assertEquals(4, ExitCode.USAGE.number());
    assertEquals(5, ExitCode.UNREACHABLE.number());
  }
}
