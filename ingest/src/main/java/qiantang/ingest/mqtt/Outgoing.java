package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.payload.Retained;
import qiantang.ingest.trace.Tracer;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.Counts;
import qiantang.store.model.Reason;
import qiantang.store.model.TopicFilters;

/**
 * What one session is sent: messages on topics that it listens to, at most once with QoS 0, once in
 * a connection with QoS 1. No session outlives its connection, so nothing is ever sent again with
 * DUP: what was not acknowledged by then is told to the enterprise. Made at the first message: most
 * sessions never get one. Event loop only.
 */
final class Outgoing {
  /**
   * QoS 1 messages that await their PUBACK, where the client allows as many: commands are rare, and
   * a gateway works at them one by one.
   */
  static final int IN_FLIGHT_MAX = 16;

  /** Messages that wait for an earlier one's PUBACK, or for the socket. */
  static final int QUEUED_MAX = 64;

  /** The same in bytes, an eighth of the session's budget, from which they are taken. */
  static final int QUEUED_BYTES_MAX = 64 * 1024;

  /** Written in one turn of the loop; the socket takes as much before anything else is written. */
  static final int TURN_BYTES_MAX = 64 * 1024;

  // Entry of the queue, topic and packet header beside the payload.
  private static final int OVERHEAD_BYTES = 128;

  /** What became of a message. */
  sealed interface Sent {
    /** It is written to the client. */
    record Written() implements Sent {}

    /** It will be written when there is room. */
    record Queued() implements Sent {}

    /**
     * It is not sent, and its sender has to see to it.
     *
     * @param detail why, for a person
     */
    record Refused(Why why, String detail) implements Sent {}
  }

  /** Why a message is not sent. */
  enum Why {
    /** The client does not listen to the topic. */
    NOT_SUBSCRIBED,
    /** The packet would be larger than the client takes. */
    TOO_LARGE,
    /** As much waits for the client as may. */
    QUEUE_FULL,
    /** The session is over. */
    ENDED
  }

  private static final Sent WRITTEN = new Sent.Written();
  private static final Sent QUEUED = new Sent.Queued();

  private record Message(byte[] topic, byte[] payload, int qos, boolean retain) {
    int bytes() {
      return topic.length + payload.length + OVERHEAD_BYTES;
    }
  }

  private final MqttSession session;
  private final Subscriptions subscriptions;
  private final ByteBudget budget;
  private final PacketIds inFlight;
  private final ArrayDeque<Message> queue = new ArrayDeque<>(2);
  private int queuedBytes;
  private boolean isTurnAwaited;

  /**
   * For one session.
   *
   * @param receiveMaximum messages of QoS 1 that the client takes at a time
   * @param budget what waits is taken from it
   */
  Outgoing(
      MqttSession session, int receiveMaximum, Subscriptions subscriptions, ByteBudget budget) {
    this.session = session;
    this.subscriptions = subscriptions;
    this.budget = budget;
    inFlight = new PacketIds(Math.min(IN_FLIGHT_MAX, receiveMaximum)); // [MQTT-3.3.4-9]
  }

  /**
   * Sends a message to the client if it listens to the topic; one copy, however many of its filters
   * match, with the lesser of {@code qos} and the most it was granted. [MQTT-3.3.4-2; MQTT-3.3.5-1
   * of 3.1.1]
   *
   * @param qos 0 or 1
   * @param retain whether it was published to be retained; MQTT 5 clients may ask to be told
   */
  Sent send(String topic, byte[] payload, int qos, boolean retain) {
    Subscriptions.Granted granted = subscriptions.granted(topic);
    if (granted == null) {
      return new Sent.Refused(Why.NOT_SUBSCRIBED, "the client has not subscribed to " + topic);
    }
    // [MQTT-3.3.1-12, MQTT-3.3.1-13; MQTT-3.3.1-9 of 3.1.1]
    boolean tells = retain && granted.retainAsPublished();
    return send(new Message(topic.getBytes(UTF_8), payload, Math.min(qos, granted.qos()), tells));
  }

  /**
   * Gives a subscription that was just granted the retained messages that it matches. [MQTT-3.3.1-6
   * and MQTT-3.3.1-8 of 3.1.1]
   *
   * @param records where it is told which of them there was no room for
   */
  void give(Subscriptions.Grant grant, List<Retained> all, Records records) {
    for (Retained retained : all) {
      if (!TopicFilters.matches(grant.filter(), retained.topic())) {
        continue;
      }
      int qos = Math.min(retained.qos(), grant.granted().qos());
      byte[] topic = retained.topic().getBytes(UTF_8);
      if (send(new Message(topic, retained.payload(), qos, true)) instanceof Sent.Refused no) {
        records.rejectUnbudgeted(Reason.OVERLOAD, no.detail(), retained.topic(), Counts.NONE);
      }
    }
  }

  private Sent send(Message message) {
    if (session.isEnded()) {
      return new Sent.Refused(Why.ENDED, "the session is over");
    }
    int bytes =
        PacketEncoder.publishBytes(
            session.version(), message.topic.length, message.qos, message.payload.length);
    if (bytes > session.packetBytesMax()) { // [MQTT-3.1.2-24]
      return new Sent.Refused(
          Why.TOO_LARGE,
          "a packet of " + bytes + " bytes; the client takes at most " + session.packetBytesMax());
    }
    if (queue.isEmpty() && mayWrite(message)) {
      write(message);
      return WRITTEN;
    }
    // Behind what waits, so that the order stays. [MQTT-4.6.0-6]
    boolean fits =
        queue.size() < QUEUED_MAX
            && queuedBytes + message.bytes() <= QUEUED_BYTES_MAX
            && budget.tryTake(message.bytes());
    if (!fits) {
      return new Sent.Refused(
          Why.QUEUE_FULL,
          queue.size()
              + " messages of "
              + queuedBytes
              + " bytes wait for the client, and "
              + inFlight.size()
              + " for its PUBACK");
    }
    queue.add(message);
    queuedBytes += message.bytes();
    awaitTurn();
    return QUEUED;
  }

  /** The client has acknowledged; an id that is not open is ignored. */
  void acknowledged(int packetId) {
    if (inFlight.end(packetId)) {
      sendOn();
    }
  }

  /** Writes what waits, as far as it may be written. */
  void sendOn() {
    while (!queue.isEmpty() && mayWrite(queue.element())) {
      Message message = queue.remove();
      queuedBytes -= message.bytes();
      budget.give(message.bytes());
      write(message);
    }
    awaitTurn();
  }

  /** The session ends: what waits is given up, and told to the enterprise. */
  void close(Records records) {
    int left = queue.size() + inFlight.size();
    for (Message message : queue) {
      budget.give(message.bytes());
    }
    queue.clear();
    queuedBytes = 0;
    inFlight.clear();
    if (left > 0) {
      records.rejectUnbudgeted(
          Reason.OVERLOAD,
          left + " messages to the client were not acknowledged when its session ended",
          "",
          Counts.NONE);
    }
  }

  private boolean mayWrite(Message message) {
    boolean isTaken = !session.isPausedFor(MqttSession.Pause.WRITE);
    boolean hasTurn = session.unflushedBytes() < TURN_BYTES_MAX;
    return isTaken && hasTurn && (message.qos == 0 || !inFlight.isFull());
  }

  private void write(Message message) {
    int packetId = message.qos == 0 ? 0 : inFlight.next();
    Active active = session.active();
    Tracer tracer = active == null ? null : active.records().tracer();
    if (tracer != null) {
      tracer.sent(new String(message.topic, UTF_8), message.qos, packetId, message.payload);
    }
    PacketEncoder.publish(
        session.out(),
        session.version(),
        message.topic,
        message.qos,
        message.retain,
        packetId,
        message.payload);
  }

  /** What this turn of the loop has no room for goes in the next; else a PUBACK or the socket. */
  private void awaitTurn() {
    @Nullable Message next = queue.peek();
    boolean isForTurn = next != null && session.unflushedBytes() >= TURN_BYTES_MAX;
    if (isForTurn && !isTurnAwaited) {
      isTurnAwaited = true;
      session
          .loop()
          .executor()
          .execute(
              () -> {
                isTurnAwaited = false;
                if (!session.isEnded()) {
                  sendOn();
                }
              });
    }
  }
}
