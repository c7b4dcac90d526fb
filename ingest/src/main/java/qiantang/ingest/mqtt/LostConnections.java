package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayDeque;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/**
 * Ends the sessions of connections that broke. A link that is cut breaks thousands at once: ended
 * in one go, at 15 microseconds each, whoever publishes on would wait for all of them. Event loop
 * only.
 */
final class LostConnections {
  /** Sessions that are ended in one go: half a millisecond. */
  static final int AT_ONCE = 32;

  /** How often: a quarter of the loop's time, 16,000 a second. */
  static final Duration TURN = Duration.ofMillis(2);

  private final Ticker ticker;
  private final Timers timers;
  private final ArrayDeque<MqttSession> waiting = new ArrayDeque<>();
  private long turnNanos;
  private int ended;

  /**
   * None yet.
   *
   * @param timers run tasks on the event loop
   */
  LostConnections(Ticker ticker, Timers timers) {
    this.ticker = ticker;
    this.timers = timers;
    turnNanos = ticker.nanos();
  }

  /** Ends a session, at once or in its turn. */
  void add(MqttSession session) {
    long now = ticker.nanos();
    if (now - turnNanos >= TURN.toNanos()) {
      turnNanos = now;
      ended = 0;
    }
    if (waiting.isEmpty() && ended < AT_ONCE) {
      ended++;
      session.lost();
      return;
    }
    waiting.add(session);
    if (waiting.size() == 1) {
      timers.after(TURN, this::turn);
    }
  }

  private void turn() {
    for (int i = 0; i < AT_ONCE && !waiting.isEmpty(); i++) {
      waiting.element().lost();
      waiting.remove();
    }
    if (!waiting.isEmpty()) {
      timers.after(TURN, this::turn);
    }
  }
}
