package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.EventTimes;
import qiantang.ingest.payload.Message;
import qiantang.ingest.payload.SubDevices;
import qiantang.ingest.payload.sparkplug.EdgeNodes;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.model.Counts;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
import qiantang.store.model.WriteResult;
import qiantang.store.registry.Quota;

/**
 * A session that is open: takes messages, appends what they say to the enterprise's lane, and
 * answers when it is stored. The owner of everything is the session's enterprise. Event loop only.
 */
final class Active implements Phase {
  // A dead peer that asked for no keep-alive is looked for by TCP; this is for its PUBACKs.
  private static final int CHECK_SECONDS = 60;

  private static final Counts ONE_REFUSED = new Counts(0, 1, 0, 0);

  private static final int PRESENCE_BYTES = 512;

  private final MqttSession session;
  private final Node node;
  private final IngestMeter meter;
  private final Identity identity;
  private final Packet.Connect connect;
  private final String clientId;
  private final ByteBudget budget;
  private final Records records;
  private final MessageRecords messages;
  private final SubDevices devices = new SubDevices();
  private final Subscriptions subscriptions;
  private final @Nullable LastWill will;
  private final SessionDialects dialects;
  private final Answers answers;
  private final Window window;
  private final BudgetWait budgetWait = new BudgetWait();
  private final int keepAliveSeconds;
  private final @Nullable SubDeviceGate gate;
  private final Throttle throttle;
  private int unanswered;
  private boolean isDraining;
  private boolean isNodeDead;
  private @Nullable SessionEnd ending;
  private @Nullable Outgoing outgoing;

  private Active(
      MqttSession session,
      Identity identity,
      Packet.Connect connect,
      String clientId,
      Journal journal,
      @Nullable LastWill will) {
    this.session = session;
    this.identity = identity;
    this.connect = connect;
    this.clientId = clientId;
    this.will = will;
    node = session.loop().node();
    meter = node.meter();
    budget = node.budgets().session(identity.enterprise());
    records = new Records(session, identity, clientId, journal, budget);
    messages = new MessageRecords(identity, records, meter);
    throttle = new Throttle(session, identity, records);
    window = new Window(connect.version(), limit(Quota.IN_FLIGHT));
    answers = new Answers(session, connect);
    subscriptions = new Subscriptions(session, identity);
    dialects = new SessionDialects(session, identity, records, this::outgoing);
    gate = identity.isGateway() ? new SubDeviceGate(session, identity) : null;
    int secondsMax = node.terms().keepAliveSecondsMax();
    boolean isCapped =
        connect.version() == MqttVersion.V5
            && (connect.keepAliveSeconds() == 0 || connect.keepAliveSeconds() > secondsMax);
    keepAliveSeconds = isCapped ? secondsMax : connect.keepAliveSeconds();
  }

  /**
   * Begins a session and writes its presence record; null if there is no room for that record, so
   * that connecting again and again cannot fill the memory while the store is away.
   */
  static @Nullable Active open(
      MqttSession session, Identity identity, Packet.Connect connect, String clientId) {
    Node node = session.loop().node();
    Journal journal = node.journal();
    if (journal == null) {
      return null;
    }
    LastWill will = null;
    if (connect.will() != null) {
      will = LastWill.keep(connect.will(), node.budgets().kept(identity.enterprise()));
      if (will == null) {
        return null;
      }
    }
    Active active = new Active(session, identity, connect.terms(), clientId, journal, will);
    if (!active.budget.tryTake(PRESENCE_BYTES)) {
      active.throttle.close();
      if (will != null) {
        will.open(SessionEnd.DISCONNECT);
      }
      return null;
    }
    active.records.begin(PRESENCE_BYTES);
    return active;
  }

  /** Takes the client id over, then answers CONNACK and what came behind the CONNECT. */
  void welcome(boolean isAssigned) {
    Active old = node.enter(identity.enterprise(), clientId, this);
    if (old != null) {
      old.session.loop().executor().execute(old::takenOver);
    }
    PacketEncoder.connected(
        session.out(),
        session.version(),
        new PacketEncoder.Announcement(
            window.most(),
            isAssigned ? clientId : null,
            keepAliveSeconds == connect.keepAliveSeconds() ? -1 : keepAliveSeconds,
            connect.sessionExpirySeconds() > 0));
    records.connected(connect, keepAliveSeconds);
    session.activate(this);
  }

  private void takenOver() {
    session.end("the client id connected again", SessionEnd.TAKEN_OVER);
  }

  @Override
  public void packet(Packet packet) {
    records.told(packet);
    switch (packet) {
      case Packet.Publish publish -> publish(publish);
      case Packet.OversizedPublish publish -> refuseOversized(publish);
      case Packet.Subscribe subscribe -> subscribe(subscribe);
      case Packet.Unsubscribe unsubscribe ->
          answers.unsubscribed(unsubscribe.packetId(), subscriptions.unsubscribe(unsubscribe));
      case Packet.PingReq _ -> PacketEncoder.pingResp(session.out());
      case Packet.PubRel release -> release(release.packetId());
      case Packet.PubAck ack -> {
        if (outgoing != null) { // else of nothing we sent: ignored, as 4.3.2 has it
          outgoing.acknowledged(ack.packetId());
        }
      }
      case Packet.Acknowledgement _ -> {} // of QoS 2, which we never send: ignored
      case Packet.Disconnect goodbye -> goodbye(goodbye);
      case Packet.Broken broken when broken.isPublish() ->
          refuseAndEnd(broken.code(), broken.detail(), "");
      case Packet.Broken broken -> protocolEnd(broken.code(), broken.detail());
      case Packet.Connect _, Packet.BrokenConnect _ ->
          throw new AssertionError("BUG: the decoder let a CONNECT pass");
    }
  }

  Identity identity() {
    return identity;
  }

  Records records() {
    return records;
  }

  /** Any thread: its access was taken away. */
  void revokeLater(String detail, SessionEnd why) {
    session.loop().executor().execute(() -> revoke(detail, why));
  }

  /** It may not go on: the enterprise reads why, MQTT 5 is told, the link is cut. */
  void revoke(String detail, SessionEnd why) {
    if (!session.isEnded()) {
      records.rejectUnbudgeted(Reason.UNAUTHORIZED, detail, "", Counts.NONE);
      session.end(detail, why);
    }
  }

  @Override
  public long due(long nowNanos) {
    if (identity.isExpiredAt(node.clock().millis())) {
      revoke(Logins.expired("credential", identity.device()), SessionEnd.CREDENTIAL_EXPIRED);
      return nowNanos + MqttSession.LINGER_NANOS;
    }
    return identity.soonestNanos(node.clock().millis(), nowNanos, dueWhileAllowed(nowNanos));
  }

  private long dueWhileAllowed(long nowNanos) {
    if (session.untakenNanos(nowNanos) > MqttSession.UNTAKEN_NANOS) {
      session.end("nothing was taken for too long", SessionEnd.NOT_READING);
    } else if (keepAliveSeconds > 0 && !session.isPaused()) {
      // [MQTT-3.1.2-24] in 3.1.1, -22 in 5. While we do not read, nothing can come.
      long deadline = session.lastReadNanos() + keepAliveSeconds * 1_500_000_000L;
      if (nowNanos < deadline) {
        return deadline;
      }
      session.end("nothing came for too long", SessionEnd.KEEP_ALIVE);
      return nowNanos + MqttSession.LINGER_NANOS;
    }
    int seconds = keepAliveSeconds == 0 ? CHECK_SECONDS : Math.min(keepAliveSeconds, CHECK_SECONDS);
    return nowNanos + seconds * 1_000_000_000L;
  }

  @Override
  public void ended(SessionEnd why) {
    node.leave(identity.enterprise(), clientId, this);
    budgetWait.leave();
    die(why); // before its dialects: a node's death is judged by its birth
    dialects.close();
    if (outgoing != null) {
      outgoing.close(records);
    }
    throttle.close();
    records.end(why);
  }

  /** A will is a message of the device like any other, where its topic says one, and its death. */
  private void die(SessionEnd why) {
    Packet.Will last = will == null ? null : will.open(why);
    if (last == null) {
      return;
    }
    isDraining = false; // the session ends already
    ending = why;
    if (dialects.isSpoken(last.topic())) {
      int length = last.payload().length;
      publish( // QoS 0: nobody is there to be answered
          new Packet.Publish(last.topic(), 0, false, false, false, 0, last.payload(), 0, length));
    }
    if (!isNodeDead || !EdgeNodes.isTheirs(last.topic())) { // else told by its dialect
      records.death(last, why);
    }
  }

  private void goodbye(Packet.Disconnect goodbye) {
    if (goodbye.sessionExpirySeconds() > 0 && connect.sessionExpirySeconds() == 0) {
      protocolEnd( // [MQTT-3.14.2-2]
          ReasonCode.PROTOCOL_ERROR, "a session expiry in DISCONNECT where CONNECT had none");
    } else {
      boolean isPlain = goodbye.reasonCode() == ReasonCode.SUCCESS.code();
      session.end(null, isPlain ? SessionEnd.DISCONNECT : SessionEnd.DISCONNECT_WITH_WILL);
    }
  }

  /** What the client is sent. */
  Outgoing outgoing() {
    Outgoing known = outgoing;
    if (known == null) {
      known = new Outgoing(session, connect, subscriptions, budget);
      outgoing = known;
    }
    return known;
  }

  /** The socket takes bytes again. */
  void sendOn() {
    if (outgoing != null) {
      outgoing.sendOn();
    }
  }

  @Override
  public @Nullable Reason refusalOfUnread() {
    return null;
  }

  /** No more comes; when the last answer is given, the session ends. */
  void drain() {
    isDraining = true;
    endIfDrained();
  }

  private void endIfDrained() {
    if (isDraining && unanswered == 0 && session.holdsNothing()) {
      session.end(null, SessionEnd.SHUTDOWN);
    }
  }

  private void publish(Packet.Publish publish) {
    if (publish.retain() && session.version() == MqttVersion.V5) { // [MQTT-3.2.2-14]
      refuseAndEnd(
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
      refuseOverload();
    } else {
      session.holdFirst(publish);
      budgetWait.begin(session, budget, bytes);
    }
  }

  /** Whether a message is a new one that the client may send now; else all is done. */
  private boolean mayBegin(int qos, int packetId, String publishTopic) {
    Window.Verdict verdict = window.judge(qos, packetId);
    switch (verdict) {
      case NEW -> {}
      case TAKEN -> records.repeated(publishTopic, qos, packetId);
      case RECEIVED -> {
        records.repeated(publishTopic, qos, packetId);
        answers.answer(2, packetId, ReasonCode.SUCCESS, null);
      }
      case TOO_MANY ->
          refuseAndEnd(
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
  private void release(int packetId) {
    Window.Verdict known = window.release(packetId);
    if (known == Window.Verdict.TAKEN) {
      protocolEnd(ReasonCode.PROTOCOL_ERROR, "a PUBREL before the PUBREC of its message");
    } else {
      answers.complete(packetId, known != null);
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
                EventTimes.around(nowMicros, identity.retention()),
                devices));
  }

  private int limit(Quota quota) {
    return Math.toIntExact(identity.rules().limits().of(quota).value());
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
  private void refuseOversized(Packet.OversizedPublish publish) {
    if (!mayBegin(publish.qos(), publish.packetId(), publish.topic())) {
      return;
    }
    String detail =
        "a payload of " + publish.payloadLength() + " bytes; a packet has at most 256 KiB";
    int bytes = publish.head().length + Budgets.MESSAGE_OVERHEAD_BYTES;
    if (!budget.tryTake(bytes)) {
      session.holdFirst(publish);
      budgetWait.begin(session, budget, bytes);
      return;
    }
    Ack ack = begin(publish.qos(), publish.packetId());
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

  /** A SUBSCRIBE is answered at once; its refused filters are told to the enterprise. */
  private void subscribe(Packet.Subscribe subscribe) {
    switch (subscriptions.judge(subscribe)) {
      case Subscriptions.Offence offence -> protocolEnd(offence.code(), offence.detail());
      case Subscriptions.Codes codes -> {
        // Like a message it waits where there is no room for what it becomes, so that a client
        // that asks for everything there is fills no memory.
        int bytes = codes.refusals().size() * RejectionLog.RECORD_BYTES;
        if (bytes > 0 && !budget.tryTake(bytes)) {
          session.holdFirst(subscribe);
          budgetWait.begin(session, budget, bytes);
          return;
        }
        codes.refusals().forEach(records::rejectFilter);
        answers.subscribed(subscribe.packetId(), codes.codes());
        for (Subscriptions.Grant grant : subscriptions.grant(codes.grants())) {
          outgoing().give(grant, node.retained().of(identity.enterprise()), records);
        }
      }
    }
  }

  /** A PUBLISH broke the protocol: it is refused, and the session ends. */
  private void refuseAndEnd(ReasonCode code, String detail, String publishTopic) {
    meter.refused(Answers.reasonOf(code));
    end(code, detail, publishTopic, ONE_REFUSED);
  }

  /** Another packet broke the protocol. */
  private void protocolEnd(ReasonCode code, String detail) {
    end(code, detail, "", Counts.NONE);
  }

  /** The enterprise reads why, MQTT 5 is told, the link is cut. */
  private void end(ReasonCode code, String detail, String publishTopic, Counts counts) {
    records.rejectUnbudgeted(Answers.reasonOf(code), detail, publishTopic, counts);
    session.end(code, detail, Answers.endOf(code));
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
    endIfDrained();
  }

  private void answer(Ack ack, ReasonCode code, @Nullable String detail) {
    boolean isOver = code != ReasonCode.SUCCESS && session.version() == MqttVersion.V5;
    window.decided(ack.qos(), ack.packetId(), isOver);
    if (ack.qos() > 0) {
      answers.answer(ack.qos(), ack.packetId(), code, detail);
    }
  }
}
