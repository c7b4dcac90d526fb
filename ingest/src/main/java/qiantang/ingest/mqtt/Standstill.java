package qiantang.ingest.mqtt;

/**
 * Until when an event loop judges nobody's silence. After it stood still itself (a collection, a
 * frozen machine, a paused process), what clients have sent meanwhile is still in the sockets. A
 * loop that is always late judges all the same, if less often. Event loop only.
 */
final class Standstill {
  // Four ticks. Who pings every K s has a deadline 0.5 K behind its next ping, so 2.5 s would end
  // clients of K = 5 that were never silent.
  private static final long STOOD_STILL_NANOS = 4 * TimerWheel.TICK_NANOS;
  // A loop reads some 4,096 sockets a turn; clients that stood still with it wake with it.
  private static final long PATIENCE_NANOS = 20 * TimerWheel.TICK_NANOS;
  private static final int PATIENCES_MAX = 3;

  private long tickedNanos;
  private long patientUntilNanos;
  private int patiences;

  Standstill(long nowNanos) {
    tickedNanos = nowNanos;
    patientUntilNanos = nowNanos;
  }

  /** The loop's turn, every {@link TimerWheel#TICK_NANOS} while it does not stand still. */
  void tick(long nowNanos) {
    if (nowNanos - tickedNanos > STOOD_STILL_NANOS && patiences < PATIENCES_MAX) {
      patientUntilNanos = nowNanos + PATIENCE_NANOS;
      patiences++;
    } else if (nowNanos >= patientUntilNanos) {
      patiences = 0; // this tick judges
    }
    tickedNanos = nowNanos;
  }

  long patientUntilNanos() {
    return patientUntilNanos;
  }
}
