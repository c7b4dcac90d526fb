package qiantang.ingest.mqtt;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The packet ids of a client's QoS 2 messages, from the PUBLISH to its PUBREL, so that a message
 * that comes again is stored once (MQTT 5 and 3.1.1, section 4.3.3, the receiver that hands on at
 * once).
 *
 * <p>They end with the connection, as all of a session does: every CONNACK says that there is no
 * session. A client that sends again what it has no PUBREC for is stored again, and nothing
 * changes: a reading's identity is its device, metric and event time, not its packet (I2); one
 * without an event time comes with DUP and is flagged as a possible repeat. A PUBREL of the
 * connection before finds no id and is answered, so that the client forgets the message. Event loop
 * only.
 */
final class ReceivedIds {
  /**
   * Ids that a client of 3.1.1 may have open, which has no Receive Maximum: clients use 10 to 100
   * by default. 64 KB a session.
   */
  static final int OPEN_MAX_311 = 1024;

  /** How far a message is. */
  enum State {
    /** Taken, and not stored yet: its PUBREC is due. */
    TAKEN,
    /** Stored or refused for good, and PUBREC sent: PUBREL is due. */
    RECEIVED
  }

  // Made at the first QoS 2 message: most clients never send one.
  private Map<Integer, State> open = Map.of();

  /** Messages whose exchange is not over. */
  int size() {
    return open.size();
  }

  /** How far a message of this id is; null if there is none. */
  @Nullable State state(int packetId) {
    return open.get(packetId);
  }

  /** A message begins. */
  void take(int packetId) {
    if (open.isEmpty()) {
      open = new HashMap<>(4);
    }
    open.put(packetId, State.TAKEN);
  }

  /** PUBREC goes out. */
  void receive(int packetId) {
    open.put(packetId, State.RECEIVED);
  }

  /** The exchange is over; whether there was one. */
  boolean end(int packetId) {
    return !open.isEmpty() && open.remove(packetId) != null;
  }
}
