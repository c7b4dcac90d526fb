package qiantang.ingest.mqtt;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.MqttVersion;

/**
 * The messages that a client has under way: of QoS 1 until their PUBACK, of QoS 2 until their
 * PUBREL, so that one that comes again is stored once (section 4.3.3 of both versions, the receiver
 * that hands on at once).
 *
 * <p>They end with the connection, as all of a session does: every CONNACK says that there is no
 * session. A client that sends again what it has no PUBREC for is stored again, and nothing
 * changes: a reading's identity is its device, metric and event time, not its packet (I2); one
 * without an event time comes with DUP and is flagged as a possible repeat. A PUBREL of the
 * connection before finds no id and is answered, so that the client forgets the message. Event loop
 * only.
 */
final class Window {
  /**
   * Messages of QoS 2 of a client of 3.1.1, which knows no Receive Maximum: clients use 10 to 100
   * by default. 64 KB a session.
   */
  static final int RECEIVE_MAXIMUM_311 = 1024;

  /** What a message is that begins. */
  enum Verdict {
    /** One that was not there before. */
    NEW,
    /** One that was, and waits for the store: its PUBREC is due. */
    TAKEN,
    /** One that was, and has its PUBREC: PUBREL is due. */
    RECEIVED,
    /** One too many. */
    TOO_MANY
  }

  private final boolean isV5;
  private final int most;
  private int qos1;

  // By packet id, of QoS 2: whether PUBREC is sent. Most clients never send one.
  private Map<Integer, Boolean> qos2 = Map.of();

  /**
   * Nothing under way.
   *
   * @param most that may be under way: of an MQTT 5 client of QoS 1 and 2 together
   */
  Window(MqttVersion version, int most) {
    isV5 = version == MqttVersion.V5;
    this.most = most;
  }

  /** The most that may be under way where so many are allowed. */
  static int most(MqttVersion version, int allowed) {
    return version == MqttVersion.V5 ? allowed : RECEIVE_MAXIMUM_311;
  }

  /** The most that may be under way. */
  int most() {
    return most;
  }

  /** Looks at a message. */
  Verdict judge(int qos, int packetId) {
    Boolean isReceived = qos == 2 ? qos2.get(packetId) : null;
    if (isReceived != null) { // [MQTT-4.3.3-10]
      return isReceived ? Verdict.RECEIVED : Verdict.TAKEN;
    }
    boolean isBounded = qos == 2 || (qos == 1 && isV5);
    int open = (isV5 ? qos1 : 0) + qos2.size();
    return isBounded && open >= most ? Verdict.TOO_MANY : Verdict.NEW; // [MQTT-3.3.4-7]
  }

  /** A new message is taken. */
  void begin(int qos, int packetId) {
    qos1 += qos == 1 ? 1 : 0;
    if (qos == 2) {
      qos2 = qos2.isEmpty() ? new HashMap<>(4) : qos2;
      qos2.put(packetId, false);
    }
  }

  /**
   * A message is decided.
   *
   * @param isOver whether nothing more follows: a PUBREC of 0x80 and more [MQTT-4.3.3-9], or none
   */
  void decided(int qos, int packetId, boolean isOver) {
    qos1 -= qos == 1 ? 1 : 0;
    if (qos == 2 && isOver) {
      qos2.remove(packetId);
    } else if (qos == 2) {
      qos2.put(packetId, true);
    }
  }

  /** PUBREL came; what it is of, or null of nothing. */
  @Nullable Verdict release(int packetId) {
    Boolean isReceived = qos2.get(packetId);
    if (isReceived == null) {
      return null;
    }
    if (isReceived) {
      qos2.remove(packetId);
    }
    return isReceived ? Verdict.RECEIVED : Verdict.TAKEN;
  }
}
