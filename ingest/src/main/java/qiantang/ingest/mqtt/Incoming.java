package qiantang.ingest.mqtt;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.EventTimes;
import qiantang.ingest.payload.Message;
import qiantang.ingest.payload.SubDevices;
import qiantang.ingest.quota.Usage;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
import qiantang.store.model.WriteResult;

/**
 * What the client of one session publishes: which of its messages are taken, what they become, how
 * they are answered. Made at the first of them: an idle connection has none. Event loop only.
 */
final class Incoming {
  private static final Counts ONE_REFUSED = new Counts(0, 1, 0, 0);

  private final Active active;
  private final MqttSession session;
  private final Node node;
  private final IngestMeter meter;
  private final Identity identity;
  private final Records records;
  private final ByteBudget budget;
  private final MessageRecords messages;
  private final SubDevices devices = new SubDevices();
  private final SessionDialects dialects;
  private final Window window;
  private final BudgetWait budgetWait = new BudgetWait();
  private final @Nullable SubDeviceGate gate;
  private final Throttle throttle;
  private int unanswered;
  private boolean isNodeDead;
  private @Nullable SessionEnd ending;

  /**
   * Nothing has come yet.
   *
   * @param inFlightMax messages that may be under way, as the client was told
   */
  Incoming(Active active, MqttSession session, Usage usage, int inFlightMax) {
    this.active = active;
    this.session = session;
    identity = active.identity();
    records = active.records();
    node = session.loop().node();
    meter = node.meter();
    budget = records.budget();
    messages = new MessageRecords(identity, records, meter);
    dialects = new SessionDialects(session, identity, records, active::outgoing);
    window = new Window(session.version(), inFlightMax);
    gate = identity.isGateway() ? new SubDeviceGate(session, identity) : null;
    throttle = new Throttle(session, identity, records, usage);
  }

  /** A message; one that cannot be taken now is held, and nothing is read meanwhile. */
  void publish(Packet.Publish publish) {
    if (publish.retain() && session.version() == MqttVersion.V5) { // [MQTT-3.2.2-14]
      active.refuseAndEnd(
          ReasonCode.RETAIN_NOT_SUPPORTED,
          "a message to be retained: leave out the flag, what is stored can be read at any time",
          publish.topic());
      return;
    }
    if (!mayBegin(publish.qos(), publish.packetId(), publish.topic())) {
      return;
    }
    int bytes = publish.payloadLength() + Budgets.MESSAGE_OVERHEAD_BYTES;
    if (budget.tryTake(bytes)) {
      take(publish, bytes);
    } else if (publish.qos() == 0) {
      dialects.refuseUnread(publish.topic(), publish.duplicate());
      refuseOverload();
    } else {
      await(publish, bytes);
    }
  }

  /** Devices that it may speak for were deleted. */
  void deleted(Set<DeviceId> ids) {
    devices.deleted(ids);
  }

  /** Whether a message is a new one that the client may send now; else all is done. */
  private boolean mayBegin(int qos, int packetId, String publishTopic) {
    Window.Verdict verdict = window.judge(qos, packetId);
    switch (verdict) {
      case NEW -> {}
      case TAKEN -> records.repeated(publishTopic, qos, packetId);
      case RECEIVED -> {
        records.repeated(publishTopic, qos, packetId);
        Answers.answer(session, 2, packetId, ReasonCode.SUCCESS, null);
      }
      case TOO_MANY ->
          active.refuseAndEnd(
              ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
              "more than " + window.most() + " messages whose exchange is not over",
              publishTopic);
    }
    return verdict == Window.Verdict.NEW;
  }

  private Ack begin(int qos, int packetId) {
    unanswered++;
    window.begin(qos, packetId);
    return new Ack(this, qos, packetId, session.lastReadNanos()).part();
  }

  /** PUBREL, answered with PUBCOMP. */
  void release(int packetId) {
    Window.Verdict known = window.release(packetId);
    if (known == Window.Verdict.TAKEN) {
      active.protocolEnd(ReasonCode.PROTOCOL_ERROR, "a PUBREL before the PUBREC of its message");
    } else {
      Answers.complete(session, packetId, known != null);
    }
  }

  /** The bytes are taken and are given back by the lane, with the last entry of the message. */
  private void take(Packet.Publish publish, int bytes) {
    long nowMicros = node.nowMicros();
    Ack ack = begin(publish.qos(), publish.packetId());
    throttle.took(publish.payloadLength(), ack);
    Decoded decoded = decode(publish, nowMicros);
    isNodeDead |= decoded instanceof Decoded.Death death && death.isOfNode();
    if (gate == null || gate.isOpen()) {
      settle(publish, decoded, nowMicros, bytes, ack);
    } else {
      gate.judge(
          decoded,
          publish.payloadLength(),
          judged -> settle(publish, judged, nowMicros, bytes, ack));
    }
  }

  private Decoded decode(Packet.Publish publish, long nowMicros) {
    Decoded.Refused tooMuch = Sizes.judge(publish, identity.rules().limits(), meter);
    if (tooMuch != null) {
      dialects.refuseUnread(publish.topic(), publish.duplicate());
      return tooMuch;
    }
    return dialects
        .of(publish)
        .decode(
            new Message(
                identity.device(),
                publish.bytes(),
                publish.payloadOffset(),
                publish.payloadLength(),
                publish.duplicate(),
                EventTimes.around(nowMicros, identity.retention(), node.arrivals()),
                devices));
  }

  /** Puts back a packet for which there is no room; nothing is read until so many bytes may fit. */
  void await(Packet packet, int bytes) {
    session.holdFirst(packet);
    budgetWait.begin(session, budget, bytes);
  }

  /** Decides what becomes of a message; null where nobody knows, so that it comes again. */
  private void settle(
      Packet.Publish publish, @Nullable Decoded decoded, long nowMicros, int bytes, Ack ack) {
    if (decoded == null) {
      budget.give(bytes);
      ack.decide(WriteResult.UNAVAILABLE);
    } else {
      messages.become(publish, decoded, ending, nowMicros, bytes, ack);
      dialects.decoded();
    }
    ack.done(WriteResult.STORED); // the part that was taking it
  }

  /** A PUBLISH of 3.1.1 beyond the maximum packet: closing would make it come again for ever. */
  void refuseOversized(Packet.OversizedPublish publish) {
    if (!mayBegin(publish.qos(), publish.packetId(), publish.topic())) {
      return;
    }
    String detail =
        "a payload of "
            + publish.payloadLength()
            + " bytes, with which a packet is larger than 256 KiB";
    int bytes = publish.head().length + Budgets.MESSAGE_OVERHEAD_BYTES;
    if (!budget.tryTake(bytes)) {
      await(publish, bytes);
      return;
    }
    Ack ack = begin(publish.qos(), publish.packetId());
    dialects.refuseUnread(publish.topic(), false); // its flag is not kept: DUP is for QoS > 0
    ack.decide(new WriteResult.Refused(Reason.TOO_LARGE, detail));
    records.rejectOversized(publish, detail, bytes, ack);
    ack.done(WriteResult.STORED);
  }

  /** QoS 0 cannot be made to wait: refused, counted, and told to its enterprise. */
  private void refuseOverload() {
    meter.refused(Reason.OVERLOAD);
    records.rejectUnbudgeted(
        Reason.OVERLOAD,
        "a QoS 0 message came while the byte budget was full: use QoS 1, which waits",
        "",
        ONE_REFUSED);
  }

  /** Whether every message is answered. */
  boolean isAnswered() {
    return unanswered == 0;
  }

  /** The client's will, a message of the device like any other. */
  void will(Packet.Will last, SessionEnd why) {
    ending = why;
    if (dialects.isSpoken(last.topic())) {
      int length = last.payload().length;
      publish( // QoS 0: nobody is there to be answered
          new Packet.Publish(last.topic(), 0, false, false, false, 0, last.payload(), 0, length));
    }
  }

  /** Whether a message has told that the edge node is dead. */
  boolean isNodeDead() {
    return isNodeDead;
  }

  /** A quota has risen. */
  void readOn() {
    throttle.lift();
  }

  /** The session ends: nobody waits for room any more. */
  void leave() {
    budgetWait.leave();
  }

  /** The last message of the session is taken, its will. */
  void close() {
    dialects.close();
    throttle.close();
  }

  /** All that a message became is stored, or the journal has ended. The one place that answers. */
  void answer(Ack ack) {
    unanswered--;
    switch (ack.result()) {
      case WriteResult.Stored _ -> {
        meter.accepted(ack.readings(), session.loop().nanos() - ack.receivedNanos());
        answer(ack, ReasonCode.SUCCESS, ack.note());
      }
      case WriteResult.Refused refused -> {
        meter.refused(refused.reason());
        answer(ack, Answers.codeOf(refused.reason()), refused.detail());
      }
      case WriteResult.Unavailable _ -> {
        meter.unanswered(); // no acknowledgement: it comes again
        window.decided(ack.qos(), ack.packetId(), true);
      }
    }
    active.endIfDrained();
  }

  private void answer(Ack ack, ReasonCode code, @Nullable String detail) {
    boolean isOver = code != ReasonCode.SUCCESS && session.version() == MqttVersion.V5;
    window.decided(ack.qos(), ack.packetId(), isOver);
    if (ack.qos() > 0) {
      Answers.answer(session, ack.qos(), ack.packetId(), code, detail);
    }
  }
}
