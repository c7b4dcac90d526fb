package qiantang.sim.fleet;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What a fleet counts and times, all in one time base: the planned time. Any thread may read. */
public final class Figures {
  private static final long MICROS_MAX = 3_600_000_000L;
  private static final int DIGITS = 3;
  private static final long NANOS_PER_MICRO = 1_000;

  /** A message that goes out more than this after its planned time counts as late. */
  static final long LATE_NANOS = 10_000_000;

  final LongAdder sent = new LongAdder();
  final LongAdder acked = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder resent = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder strayAcks = new LongAdder();
  final LongAdder loggedIn = new LongAdder();
  final LongAdder loginsRefused = new LongAdder();
  final LongAdder connectionsLost = new LongAdder();

  private final Recorder ack = new Recorder(MICROS_MAX, DIGITS);
  private final Recorder ackFromSend = new Recorder(MICROS_MAX, DIGITS);
  private final Recorder lag = new Recorder(MICROS_MAX, DIGITS);
  private volatile String lastTrouble = "";

  void recordAck(long fromPlannedNanos, long fromSentNanos) {
    ack.recordValue(micros(fromPlannedNanos));
    ackFromSend.recordValue(micros(fromSentNanos));
  }

  /** How late the loop itself noticed that a message was due: the generator's own fault. */
  void recordLag(long nanos) {
    lag.recordValue(micros(nanos));
  }

  void trouble(String text) {
    lastTrouble = text;
  }

  /** The newest thing that went wrong, or nothing. */
  public String lastTrouble() {
    return lastTrouble;
  }

  public Counts counts() {
    // Outcomes before what they are outcomes of: in flight is never negative.
    long ackedNow = acked.sum();
    long refusedNow = refused.sum();
    return new Counts(
        sent.sum(),
        ackedNow,
        refusedNow,
        resent.sum(),
        late.sum(),
        skipped.sum(),
        strayAcks.sum(),
        loggedIn.sum(),
        loginsRefused.sum(),
        connectionsLost.sum());
  }

  /**
   * What was counted up to one instant.
   *
   * @param loggedIn connections that are logged in now
   * @param strayAcks acknowledgements of a packet id that was not in flight
   */
  public record Counts(
      long sent,
      long acked,
      long refused,
      long resent,
      long late,
      long skipped,
      long strayAcks,
      long loggedIn,
      long loginsRefused,
      long connectionsLost) {
    public long inFlight() {
      return sent - acked - refused;
    }
  }

  /**
   * Adds up what was recorded since the last call; for one reading thread.
   *
   * @param ack from the planned time to PUBACK, in microseconds
   * @param ackFromSend from the first byte sent: what a closed-loop tool would report
   * @param lag from the planned time to the loop noticing it
   */
  public record Latencies(Histogram ack, Histogram ackFromSend, Histogram lag) {
    public static Latencies empty() {
      return new Latencies(
          new Histogram(MICROS_MAX, DIGITS),
          new Histogram(MICROS_MAX, DIGITS),
          new Histogram(MICROS_MAX, DIGITS));
    }
  }

  /** Moves what was recorded since the last call into the totals; answers that part alone. */
  public Latencies drainInto(Latencies totals) {
    Latencies recent =
        new Latencies(
            ack.getIntervalHistogram(),
            ackFromSend.getIntervalHistogram(),
            lag.getIntervalHistogram());
    totals.ack().add(recent.ack());
    totals.ackFromSend().add(recent.ackFromSend());
    totals.lag().add(recent.lag());
    return recent;
  }

  private static long micros(long nanos) {
    return Math.clamp(nanos / NANOS_PER_MICRO, 0, MICROS_MAX);
  }
}
