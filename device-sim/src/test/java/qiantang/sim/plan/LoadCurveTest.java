package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.Phase.Kind;

class LoadCurveTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void aRampIsASquare() {
    LoadCurve curve = LoadCurve.of(List.of(phase(Kind.RAMP, 10, 100)));
    // After x of 10 s at x / 10 of the load, x^2 / 20 s of work are done.
    assertEquals(10 * SECOND, curve.timeOf(5 * SECOND));
    assertEquals(5 * SECOND, curve.timeOf(1_250_000_000));
    assertEquals(1_250_000_000, curve.workAt(5 * SECOND));
    assertEquals(0, curve.timeOf(0));
  }

  @Test
  void aRampGoesOnFromTheLoadBefore() {
    LoadCurve curve = LoadCurve.of(List.of(phase(Kind.HOLD, 10, 200), phase(Kind.RAMP, 10, 0)));
    assertEquals(30 * SECOND, curve.workAt(20 * SECOND));
    assertEquals(27_500_000_000L, curve.workAt(15 * SECOND));
    assertEquals(15 * SECOND, curve.timeOf(27_500_000_000L));
  }

  @Test
  void aBurstComesBackAndTheRestHasTheFullLoad() {
    Phase burst =
        new Phase("b", Kind.BURST, Duration.ofSeconds(25), 400, 0.2, Duration.ofSeconds(10));
    LoadCurve curve = LoadCurve.of(List.of(burst));
    assertEquals(8 * SECOND, curve.workAt(2 * SECOND));
    assertEquals(16 * SECOND, curve.workAt(10 * SECOND));
    assertEquals(24 * SECOND, curve.workAt(12 * SECOND));
    assertEquals(32 * SECOND + 8 * SECOND + 3 * SECOND, curve.workAt(25 * SECOND));
  }

  @Test
  void nothingIsDueWhileTheLoadIsNothing() {
    LoadCurve curve =
        LoadCurve.of(
            List.of(phase(Kind.HOLD, 1, 0), phase(Kind.HOLD, 1, 100), phase(Kind.HOLD, 5, 0)));
    assertEquals(SECOND + 1, curve.timeOf(1));
    assertEquals(2 * SECOND, curve.timeOf(SECOND));
    assertTrue(curve.timeOf(SECOND + 1) >= 7 * SECOND, "more work than there is");
  }

  /** Against the integral in whole numbers of any size: the nanosecond is the first, and exact. */
  @Test
  void timeIsTheFirstNanosecondAtWhichTheWorkIsDone() {
    Random random = new Random(1);
    for (int round = 0; round < 400; round++) {
      List<Phase> phases = phases(random);
      LoadCurve curve = LoadCurve.of(phases);
      long end = phases.stream().mapToLong(phase -> phase.duration().toNanos()).sum();
      long total = curve.workAt(end);
      assertEquals(doubleWork(phases, end), BigInteger.valueOf(total).multiply(scale(1)));
      for (int i = 0; i < 20 && total > 0; i++) {
        long work = 1 + (long) (random.nextDouble() * (total - 1));
        long time = curve.timeOf(work);
        BigInteger asked = BigInteger.valueOf(work).multiply(scale(1));
        assertTrue(doubleWork(phases, time).compareTo(asked) >= 0, phases + " at " + work);
        assertTrue(doubleWork(phases, time - 1).compareTo(asked) < 0, phases + " at " + work);
        assertTrue(Math.abs(curve.workAt(time) - work) <= 12, phases + " at " + work);
      }
    }
  }

  private static List<Phase> phases(Random random) {
    List<Phase> phases = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      Kind kind = random.nextBoolean() ? Kind.RAMP : Kind.HOLD;
      long seconds = 1L + random.nextInt(random.nextBoolean() ? 5 : 172_800);
      phases.add(phase(kind, seconds, random.nextInt(4) == 0 ? 0 : random.nextInt(1_001)));
    }
    return phases;
  }

  private static Phase phase(Kind kind, long seconds, int load) {
    Duration duration = Duration.ofSeconds(seconds);
    return new Phase("p", kind, duration, load, 1, duration);
  }

  /**
   * A common denominator of all phases of the tests: 200 times the product of no more than this.
   */
  private static BigInteger scale(long by) {
    return BigInteger.valueOf(200).multiply(BigInteger.valueOf(by)).multiply(LENGTHS);
  }

  private static final BigInteger LENGTHS = BigInteger.ONE.shiftLeft(120);

  /** The work done before an instant, times {@link #scale} of 1, rounded down a little. */
  private static BigInteger doubleWork(List<Phase> phases, long nanos) {
    BigInteger sum = BigInteger.ZERO;
    long begin = 0;
    int before = 0;
    for (Phase phase : phases) {
      long length = phase.duration().toNanos();
      BigInteger x = BigInteger.valueOf(Math.clamp(nanos - begin, 0, length));
      int from = phase.kind() == Kind.RAMP ? before : phase.loadPercent();
      BigInteger linear = x.multiply(BigInteger.valueOf(2L * from)).multiply(LENGTHS);
      BigInteger square =
          x.multiply(x)
              .multiply(BigInteger.valueOf(phase.loadPercent() - from))
              .multiply(LENGTHS)
              .divide(BigInteger.valueOf(length));
      sum = sum.add(linear).add(square);
      begin += length;
      before = phase.loadPercent();
    }
    return sum;
  }
}
