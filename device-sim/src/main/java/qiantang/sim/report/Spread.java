package qiantang.sim.report;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * A distribution small enough to keep one for each point of a plot, that still merges exactly: an
 * HdrHistogram of two digits (1 %) in its own compact encoding, some hundred bytes where a second's
 * latencies lie within a decade and 10 KB at the very most. Immutable, any thread.
 */
public final class Spread {
  private static final long MICROS_MAX = 3_600_000_000L;
  private static final int DIGITS = 2;
  private static final double MICROS_PER_MILLI = 1_000;

  /** Of nothing. */
  public static final Spread NONE = new Spread(new byte[0], 0, 0, 0, 0);

  private final byte[] encoded;
  private final long count;
  private final long p50Micros;
  private final long p99Micros;
  private final long maxMicros;

  private Spread(byte[] encoded, long count, long p50Micros, long p99Micros, long maxMicros) {
    this.encoded = encoded;
    this.count = count;
    this.p50Micros = p50Micros;
    this.p99Micros = p99Micros;
    this.maxMicros = maxMicros;
  }

  /**
   * Takes what a histogram has counted.
   *
   * @param micros in microseconds; values beyond an hour count as an hour
   */
  public static Spread of(Histogram micros) {
    if (micros.getTotalCount() == 0) {
      return NONE;
    }
    Histogram coarse = new Histogram(MICROS_MAX, DIGITS);
    micros
        .recordedValues()
        .forEach(
            value ->
                coarse.recordValueWithCount(
                    Math.min(MICROS_MAX, value.getValueIteratedTo()),
                    value.getCountAddedInThisIterationStep()));
    return encode(coarse, micros.getMaxValue());
  }

  /** As if both had been recorded in one. */
  public Spread plus(Spread other) {
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    Histogram sum = decode();
    sum.add(other.decode());
    return encode(sum, Math.max(maxMicros, other.maxMicros));
  }

  private static Spread encode(Histogram coarse, long maxMicros) {
    ByteBuffer buffer = ByteBuffer.allocate(coarse.getNeededByteBufferCapacity());
    int bytes = coarse.encodeIntoByteBuffer(buffer);
    return new Spread(
        Arrays.copyOf(buffer.array(), bytes),
        coarse.getTotalCount(),
        Math.min(maxMicros, coarse.getValueAtPercentile(50)),
        Math.min(maxMicros, coarse.getValueAtPercentile(99)),
        maxMicros);
  }

  private Histogram decode() {
    return Histogram.decodeFromByteBuffer(ByteBuffer.wrap(encoded), MICROS_MAX);
  }

  public long count() {
    return count;
  }

  /** In milliseconds; NaN where nothing was recorded, as a plot has no point there. */
  public double p50() {
    return millis(p50Micros);
  }

  /** In milliseconds; NaN where nothing was recorded. */
  public double p99() {
    return millis(p99Micros);
  }

  /** In milliseconds, exact; NaN where nothing was recorded. */
  public double max() {
    return millis(maxMicros);
  }

  private double millis(long micros) {
    return count == 0 ? Double.NaN : micros / MICROS_PER_MILLI;
  }
}
