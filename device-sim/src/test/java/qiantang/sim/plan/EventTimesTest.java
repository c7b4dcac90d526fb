package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.sim.outcome.Outcome;

/** Disorder and load, seen from outside: what a plan says for any seed. */
class EventTimesTest {
  private static final long START_MILLIS = 1_790_000_000_123L;

  private static final String DISORDER =
      """
      disorder:
        late: {share: 5%, delay: 3m}
        outOfOrder: 10%
        duplicates: 7%
        clockSkew: {normal: 2s, jump: {share: 50%, at: 20s, by: -15s}}
      """;

  private static final String PHASES =
      """
      phases:
        - {name: up, kind: ramp, duration: 10s, load: 150%}
        - {name: rest, duration: 5s, load: 0%}
        - {name: bursts, kind: burst, duration: 20s, load: 500%, share: 30%, every: 7s}
        - {name: down, kind: ramp, duration: 15s, load: 20%}
        - {name: full, duration: 10s}
      """;

  @Test
  void everyEventTimeLeadsBackToItsMessage() {
    for (int seed = 0; seed < 60; seed++) {
      for (String rest : List.of(PHASES, PHASES + DISORDER, "duration: 1m\n" + DISORDER)) {
        for (PublisherPlan publisher : plan(seed, rest).publishers()) {
          Set<Long> times = new HashSet<>();
          for (long n = 0; n < publisher.messages(); n++) {
            long micros = publisher.eventTimeMillis(n, START_MILLIS) * 1_000;
            assertEquals(publisher.original(n), publisher.messageAt(micros, START_MILLIS));
            assertEquals(publisher.original(n) == n, times.add(micros), "one time, one original");
            assertEquals(-1, publisher.messageAt(micros + 1, START_MILLIS));
          }
          assertEquals(
              -1, publisher.messageAt(START_MILLIS * 1_000 - 3_600_000_000L, START_MILLIS));
        }
      }
    }
  }

  @Test
  void plannedTimesGoUpAndWithoutDisorderEventTimesToo() {
    for (int seed = 0; seed < 60; seed++) {
      for (PublisherPlan publisher : plan(seed, PHASES).publishers()) {
        for (long n = 1; n < publisher.messages(); n++) {
          assertTrue(publisher.plannedNanos(n) > publisher.plannedNanos(n - 1));
          assertTrue(
              publisher.eventTimeMillis(n, START_MILLIS)
                  > publisher.eventTimeMillis(n - 1, START_MILLIS));
        }
      }
    }
  }

  @Test
  void eachPhaseHasTheMessagesOfItsLoad() {
    // Work in seconds at 100 %: three bursts of 2.1 s have four times as much on top.
    long[] ends = {10, 15, 35, 50, 60};
    double[] work = {7.5, 0, 20 + 4 * 6.3, 9, 10};
    Plan plan = plan(3, PHASES);
    for (int phase = 0; phase < ends.length; phase++) {
      long from = phase == 0 ? 0 : ends[phase - 1] * 1_000_000_000;
      long to = ends[phase] * 1_000_000_000;
      double expected = 0;
      long counted = 0;
      for (PublisherPlan publisher : plan.publishers()) {
        expected += work[phase] / publisher.fleet().period().toMillis() * 1_000;
        for (long n = 0; n < publisher.messages(); n++) {
          long planned = publisher.plannedNanos(n);
          counted += planned >= from && planned < to ? 1 : 0;
        }
      }
      assertEquals(expected, (double) counted, plan.publishers().size() + 1.0, "phase " + phase);
    }
  }

  @Test
  void sharesComeOutAsAsked() {
    long messages = 0;
    long late = 0;
    long outOfOrder = 0;
    long copies = 0;
    for (int seed = 0; seed < 40; seed++) {
      for (PublisherPlan publisher : plan(seed, "duration: 1m\n" + DISORDER).publishers()) {
        for (long n = 0; n < publisher.messages(); n++) {
          messages++;
          copies += publisher.original(n) == n ? 0 : 1;
          outOfOrder += publisher.times().outOfOrder(n) ? 1 : 0;
          late += publisher.times().late(n) ? 1 : 0;
        }
      }
    }
    assertShare(0.05, late, messages);
    assertShare(0.10, outOfOrder, messages);
    assertShare(0.07, copies, messages);
  }

  /** Within six standard deviations of a binomial distribution: wrong once in a billion. */
  private static void assertShare(double share, long counted, long of) {
    double deviation = Math.sqrt(of * share * (1 - share));
    assertEquals(of * share, (double) counted, 6 * deviation, counted + " of " + of);
  }

  private static void assertNear(long expected, long actual, long within) {
    assertTrue(Math.abs(expected - actual) <= within, actual + " is not near " + expected);
  }

  @Test
  void whatIsOutOfOrderIsOlderThanWhatWasToldLast() {
    String text = "duration: 1m\ndisorder: {outOfOrder: 25%, duplicates: 50%}\n";
    for (int seed = 0; seed < 20; seed++) {
      for (PublisherPlan publisher : plan(seed, text).publishers()) {
        for (long n = 3; n < publisher.messages(); n += 4) {
          assertTrue(publisher.times().outOfOrder(n), "a quarter is every fourth");
          assertTrue(
              publisher.eventTimeMillis(n, 0) < publisher.eventTimeMillis(n - 1, 0), "older");
        }
      }
    }
  }

  @Test
  void aCopyIsTheSameBytesAgain() {
    PublisherPlan publisher =
        plan(1, "duration: 1m\ndisorder: {duplicates: 50%}\n").publishers().getFirst();
    for (long n = 2; n < publisher.messages(); n += 2) {
      assertEquals(n - 1, publisher.original(n));
      assertArrayEquals(publisher.payload(n - 1, START_MILLIS), publisher.payload(n, START_MILLIS));
      assertTrue(publisher.plannedNanos(n) > publisher.plannedNanos(n - 1));
    }
  }

  @Test
  void aLateReadingTellsOfItsOwnInstant() {
    String late = "duration: 1m\ndisorder: {late: {share: 100%, delay: 10m}}\n";
    PublisherPlan publisher = plan(1, late).publishers().getFirst();
    for (long n = 0; n < publisher.messages(); n++) {
      assertEquals(publisher.plannedNanos(n) - 600_000_000_000L, publisher.instantNanos(n));
      long earlier = (publisher.plannedNanos(n) / 1_000_000 - 600_000);
      assertNear(earlier, publisher.eventTimeMillis(n, 0), 8);
    }
    assertTrue(publisher.pastMillis() >= 600_000);
  }

  @Test
  void aBacklogFillsTheTimeBeforeTheRun() {
    PublisherPlan publisher =
        plan(1, "duration: 1m\ndisorder: {backlog: 7d}\n").publishers().getFirst();
    long first = publisher.eventTimeMillis(0, 0);
    long last = publisher.eventTimeMillis(publisher.messages() - 1, 0);
    long week = 7 * 86_400_000L;
    long step = week / 600;
    assertNear(-week, first, 2 * step);
    assertNear(0, last, 2 * step);
    assertTrue(last < 0);
    assertTrue(publisher.pastMillis() >= -first);
    for (long n = 0; n < publisher.messages(); n++) {
      assertEquals(n, publisher.messageAt(publisher.eventTimeMillis(n, 0) * 1_000, 0));
    }
  }

  @Test
  void clocksAreWrongByTheirDeviation() {
    Random seeds = new Random(2);
    Disorder disorder =
        plan(1, "duration: 1m\n" + DISORDER).publishers().getFirst().times().disorder();
    double square = 0;
    int jumped = 0;
    int clocks = 2_000;
    for (int i = 0; i < clocks; i++) {
      EventTimes times = new EventTimes(disorder, seeds.nextLong(), 60_000_000_000L, 1);
      square += (double) times.offsetMillis() * times.offsetMillis();
      jumped += times.clockMillis(1, 40_000_000_000L) % 8 >= 4 ? 1 : 0;
      assertEquals(0, Math.floorMod(times.clockMillis(1, 19_999_999_999L), 8L) & 4, "not yet");
    }
    assertEquals(2_000, Math.sqrt(square / clocks), 200);
    assertShare(0.5, jumped, clocks);
  }

  @Test
  void oneSeedGivesOneDigestAndAnotherAnother() {
    String text = PHASES + DISORDER;
    PlanDigest digest = Plan.of(scenario(7, text), "r1").digest();
    assertEquals(digest, Plan.of(scenario(7, text), "another-run").digest());
    assertEquals(1, digest.everyNth());
    assertEquals(64, digest.sha256().length());
    assertNotEquals(digest, plan(8, text).digest());
    assertNotEquals(digest, plan(7, PHASES).digest());
    assertNotEquals(digest, plan(7, text.replace("150%", "151%")).digest());
  }

  @Test
  void aLargePlansDigestTakesEveryNthMessage() {
    PlanDigest digest = plan(7, "duration: 20h\n").digest();
    assertTrue(digest.everyNth() > 1, digest::text);
    assertEquals(digest, plan(7, "duration: 20h\n").digest());
  }

  private static Plan plan(int seed, String rest) {
    return Plan.of(scenario(seed, rest), "r1");
  }

  private static Scenario scenario(int seed, String rest) {
    String text =
        """
        version: 1
        seed: %d
        fleets:
          - {name: mills, count: 2, model: cnc-spindle, period: 100ms, jitter: 50%%}
          - {name: halls, kind: gateway, count: 1, subDevices: 2, model: pump, period: 300ms}
        """
            .formatted(seed);
    return switch (ScenarioReader.read("t", text + rest)) {
      case Outcome.Done<Scenario>(Scenario scenario) -> scenario;
      case Outcome.Failed<Scenario> failed -> fail(failed.message());
    };
  }
}
