package qiantang.sim.fleet;

import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What one loop counts and times. Its thread writes without locks; any thread may read the counts,
 * one at a time the times.
 */
final class LoopFigures implements FigureSource {
  private static final long NANOS_PER_MICRO = 1_000;

  final FleetCounter messages;
  final LoopCounter atMostOnce = new LoopCounter();
  final LoopCounter resent = new LoopCounter();
  final LoopCounter skipped = new LoopCounter();
  final LoopCounter strayAcks = new LoopCounter();
  final LoopCounter loggedIn = new LoopCounter();
  final LoopCounter loginsRefused = new LoopCounter();
  final LoopCounter connectionsLost = new LoopCounter();
  final LoopCounter left = new LoopCounter();
  final LoopCounter cut = new LoopCounter();
  final LoopCounter halfOpened = new LoopCounter();
  final LoopCounter stoppedReading = new LoopCounter();

  private final Times ack = new Times();
  private final Times ackFromSend = new Times();
  private final Times lag = new Times();
  private final Consumer<String> troubles;
  private volatile @Nullable String hopeless;

  /**
   * Figures of nothing yet.
   *
   * @param seats the loop's, in its order
   */
  LoopFigures(List<Seat> seats, Consumer<String> troubles) {
    this.messages = new FleetCounter(seats);
    this.troubles = troubles;
  }

  /** A recorder and the histogram that it fills and empties in turn with its own. */
  private static final class Times {
    private final SingleWriterRecorder recorder =
        new SingleWriterRecorder(Figures.MICROS_MAX, Figures.DIGITS);
    private @Nullable Histogram interval;

    void record(long nanos) {
      recorder.recordValue(Math.clamp(nanos / NANOS_PER_MICRO, 0, Figures.MICROS_MAX));
    }

    Histogram sinceLast() {
      Histogram taken = recorder.getIntervalHistogram(interval);
      interval = taken;
      return taken;
    }
  }

  void recordAck(long fromPlannedNanos, long fromSentNanos) {
    ack.record(fromPlannedNanos);
    ackFromSend.record(fromSentNanos);
  }

  /** How late the loop itself noticed that a message was due: the generator's own fault. */
  void recordLag(long nanos) {
    lag.record(nanos);
  }

  void trouble(String text) {
    troubles.accept(text);
  }

  /** A publisher was everywhere it may go, and no other attempt can end in another way. */
  void hopeless(String text) {
    hopeless = text;
  }

  @Override
  public @Nullable String hopeless() {
    return hopeless;
  }

  @Override
  public Figures.Counts counts() {
    long atMostOnceNow = atMostOnce.get(); // before what was sent: in flight is never negative
    long sent = 0;
    long acked = 0;
    long refused = 0;
    long late = 0;
    for (FleetCounts fleet : messages.counts()) {
      sent += fleet.sent();
      acked += fleet.acked();
      refused += fleet.refused();
      late += fleet.late();
    }
    return new Figures.Counts(
        sent,
        acked,
        refused,
        atMostOnceNow,
        resent.get(),
        late,
        skipped.get(),
        strayAcks.get(),
        loggedIn.get(),
        loginsRefused.get(),
        connectionsLost.get(),
        new Figures.Disturbed(left.get(), cut.get(), halfOpened.get(), stoppedReading.get()));
  }

  @Override
  public List<FleetCounts> byFleet() {
    return messages.counts();
  }

  @Override
  public Figures.Latencies sinceLast() {
    return new Figures.Latencies(ack.sinceLast(), ackFromSend.sinceLast(), lag.sinceLast());
  }
}
