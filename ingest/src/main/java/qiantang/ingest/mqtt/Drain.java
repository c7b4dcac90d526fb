package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Ends the sessions of an event loop bit by bit when the node ends, so that the other nodes are not
 * stormed. Until its turn comes a session is served as ever. Event loop only.
 */
final class Drain {
  /** How often the next ones have their turn. */
  static final Duration TURN = Duration.ofMillis(20);

  /** A node lets in as many by default: fewer sessions than that need not take the whole time. */
  private static final double PER_SECOND_MIN = 1000;

  private final ArrayDeque<MqttSession> waiting;
  private final long beganNanos;
  private final double perSecond;
  private long had;

  /** All of these have had their turn when {@code spread} is over. */
  Drain(Collection<MqttSession> sessions, Duration spread, long nowNanos) {
    waiting = new ArrayDeque<>(sessions);
    beganNanos = nowNanos - TURN.toNanos(); // the first turn is not for nothing
    perSecond = Math.max(PER_SECOND_MIN, sessions.size() * 1e9 / spread.toNanos());
  }

  /** Another one, which was let in just before. */
  void add(MqttSession session) {
    waiting.add(session);
  }

  /** Those whose turn it is; to be called every {@link #TURN}. */
  void turn(long nowNanos) {
    long due = (long) ((nowNanos - beganNanos) * 1e-9 * perSecond);
    for (; had < due && !waiting.isEmpty(); had++) {
      waiting.remove().drain();
    }
  }
}
