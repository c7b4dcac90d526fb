package qiantang.ingest.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.auth.SubDeviceRules;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.Dialect;
import qiantang.ingest.payload.Dialects;
import qiantang.ingest.payload.EventTimes;
import qiantang.ingest.payload.Message;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.payload.SubDevices;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.model.WriteResult;

/**
 * A session that is open: takes messages, appends what they say to the enterprise's lane, and
 * answers when it is stored. The owner of everything is the session's enterprise. Event loop only.
 */
final class Active implements Phase {
  /** Unacknowledged QoS 1 messages of an MQTT 5 client; fits {@link Budgets#SESSION_BYTES}. */
  static final int RECEIVE_MAXIMUM = 256;

  // A dead peer that asked for no keep-alive is looked for by TCP; this is for its PUBACKs.
  private static final int CHECK_SECONDS = 60;

  /** MQTT 5 clients are told to show themselves at least once an hour. */
  private static final int KEEP_ALIVE_SECONDS_MAX = 3600;

  private static final Counts ONE_REFUSED = new Counts(0, 1, 0, 0);

  private static final int PRESENCE_BYTES = 512;
  private static final int TOPIC_CHARS_KEPT = 256;

  private final MqttSession session;
  private final Node node;
  private final IngestMeter meter;
  private final Identity identity;
  private final Packet.Connect connect;
  private final String clientId;
  private final ByteBudget budget;
  private final Records records;
  private final SubDevices devices = new SubDevices();
  private final Subscriptions subscriptions;
  private final int keepAliveSeconds;
  private final @Nullable SubDeviceGate gate;
  private String topic = "";
  private Dialect dialect;
  private int inFlight;
  private int unanswered;
  private boolean isDraining;
  private @Nullable Waiting waiting;

  private Active(
      MqttSession session,
      Identity identity,
      Packet.Connect connect,
      String clientId,
      Journal journal) {
    this.session = session;
    this.identity = identity;
    this.connect = connect;
    this.clientId = clientId;
    node = session.loop().node();
    meter = node.meter();
    budget = node.budgets().session(identity.enterprise());
    records = new Records(session, identity, clientId, journal, budget);
    subscriptions = new Subscriptions(session);
    dialect = Dialects.of(topic, identity.isGateway());
    SubDeviceRules rules = identity.rules();
    gate = rules == null ? null : new SubDeviceGate(session, identity.enterprise(), rules);
    boolean isCapped =
        connect.version() == MqttVersion.V5
            && (connect.keepAliveSeconds() == 0
                || connect.keepAliveSeconds() > KEEP_ALIVE_SECONDS_MAX);
    keepAliveSeconds = isCapped ? KEEP_ALIVE_SECONDS_MAX : connect.keepAliveSeconds();
  }

  /**
   * Begins a session and writes its presence record; null if there is no room for that record, so
   * that connecting again and again cannot fill the memory while the store is away.
   */
  static @Nullable Active open(
      MqttSession session, Identity identity, Packet.Connect connect, String clientId) {
    Journal journal = session.loop().node().journal();
    if (journal == null) {
      return null;
    }
    Active active = new Active(session, identity, connect, clientId, journal);
    if (!active.budget.tryTake(PRESENCE_BYTES)) {
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
            RECEIVE_MAXIMUM,
            isAssigned ? clientId : null,
            keepAliveSeconds == connect.keepAliveSeconds() ? -1 : keepAliveSeconds,
            connect.sessionExpirySeconds() > 0));
    session.activate(this);
  }

  private void takenOver() {
    session.end(ReasonCode.SESSION_TAKEN_OVER, "the client id connected again", "taken-over");
  }

  @Override
  public void packet(Packet packet) {
    switch (packet) {
      case Packet.Publish publish -> publish(publish);
      case Packet.OversizedPublish publish -> refuseOversized(publish);
      case Packet.Subscribe subscribe -> subscribe(subscribe);
      case Packet.Unsubscribe unsubscribe -> subscriptions.unsubscribe(unsubscribe);
      case Packet.PingReq _ -> PacketEncoder.pingResp(session.out());
      case Packet.PubRel release ->
          PacketEncoder.pubComp(session.out(), session.version(), release.packetId());
      case Packet.Acknowledgement _ -> {} // of nothing we sent: ignored, as 4.3.2 has it
      case Packet.Disconnect _ -> session.end(null, null, "disconnect");
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

  /** Any thread: its access was taken away. */
  void revokeLater(String detail, String presence) {
    session.loop().executor().execute(() -> revoke(detail, presence));
  }

  /** It may not go on: the enterprise reads why, MQTT 5 is told, the link is cut. */
  void revoke(String detail, String presence) {
    if (!session.isEnded()) {
      records.rejectUnbudgeted(Reason.UNAUTHORIZED, detail, "", Counts.NONE);
      session.end(ReasonCode.NOT_AUTHORIZED, detail, presence);
    }
  }

  @Override
  public long due(long nowNanos) {
    if (identity.isExpiredAt(node.clock().millis())) {
      revoke(Logins.expired("credential", identity.device()), "credential-expired");
      return nowNanos + MqttSession.LINGER_NANOS;
    }
    return identity.soonestNanos(node.clock().millis(), nowNanos, dueWhileAllowed(nowNanos));
  }

  private long dueWhileAllowed(long nowNanos) {
    if (session.untakenNanos(nowNanos) > MqttSession.UNTAKEN_NANOS) {
      session.end(null, null, "connection-lost");
    } else if (keepAliveSeconds > 0 && !session.isPaused()) {
      // [MQTT-3.1.2-24] in 3.1.1, -22 in 5. While we do not read, nothing can come.
      long deadline = session.lastReadNanos() + keepAliveSeconds * 1_500_000_000L;
      if (nowNanos < deadline) {
        return deadline;
      }
      session.end(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for too long", "keep-alive");
      return nowNanos + MqttSession.LINGER_NANOS;
    }
    int seconds = keepAliveSeconds == 0 ? CHECK_SECONDS : Math.min(keepAliveSeconds, CHECK_SECONDS);
    return nowNanos + seconds * 1_000_000_000L;
  }

  @Override
  public void ended(String presence) {
    node.leave(identity.enterprise(), clientId, this);
    Waiting queued = waiting;
    if (queued != null) {
      queued.session = null;
    }
    records.end(presence);
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
    if (isDraining && unanswered == 0) {
      session.shutDown();
    }
  }

  private void publish(Packet.Publish publish) {
    if (publish.qos() == 2) { // [MQTT-3.2.2-11]
      refuseAndEnd(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2: the most is 1", publish.topic());
      return;
    }
    boolean isV5 = session.version() == MqttVersion.V5;
    if (isV5 && publish.qos() == 1 && inFlight >= RECEIVE_MAXIMUM) { // [MQTT-3.3.4-9]
      refuseAndEnd(
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
          "more than " + RECEIVE_MAXIMUM + " unacknowledged messages",
          publish.topic());
      return;
    }
    int bytes = publish.payloadLength() + Budgets.MESSAGE_OVERHEAD_BYTES;
    if (budget.tryTake(bytes)) {
      take(publish, bytes);
    } else if (publish.qos() == 0) {
      refuseOverload();
    } else {
      session.holdFirst(publish);
      waitForBudget(bytes);
    }
  }

  private void waitForBudget(int bytes) {
    meter.paused();
    session.pause(MqttSession.Pause.BUDGET);
    Waiting now = new Waiting(session);
    waiting = now;
    budget.whenGiven(bytes, session.loop().executor(), now);
  }

  /**
   * Stands in a budget's queue for a session. A session that ends leaves it empty: while the store
   * is away, clients that come, wait and go must leave no more than this behind.
   */
  private static final class Waiting implements Runnable {
    private @Nullable MqttSession session;

    Waiting(MqttSession session) {
      this.session = session;
    }

    @Override
    public void run() {
      MqttSession still = session;
      if (still != null) {
        still.resume(MqttSession.Pause.BUDGET);
      }
    }
  }

  /** The bytes are taken and are given back by the lane, with the last entry of the message. */
  private void take(Packet.Publish publish, int bytes) {
    long nowMicros = node.nowMicros();
    Ack ack = new Ack(this, publish.packetId(), session.lastReadNanos()).part();
    unanswered++;
    inFlight += publish.qos();
    EventTimes times = EventTimes.around(nowMicros, identity.retention());
    Decoded decoded =
        dialectOf(publish.topic())
            .decode(
                new Message(
                    identity.device(),
                    publish.bytes(),
                    publish.payloadOffset(),
                    publish.payloadLength(),
                    publish.duplicate(),
                    times,
                    devices));
    if (gate == null || gate.isOpen()) {
      settle(publish, decoded, nowMicros, bytes, ack);
    } else {
      gate.judge(
          decoded,
          publish.payloadLength(),
          judged -> settle(publish, judged, nowMicros, bytes, ack));
    }
  }

  /** Decides what becomes of a message; null where nobody knows, so that it comes again. */
  private void settle(
      Packet.Publish publish, @Nullable Decoded decoded, long nowMicros, int bytes, Ack ack) {
    switch (decoded) {
      case null -> {
        budget.give(bytes);
        ack.decide(WriteResult.UNAVAILABLE);
      }
      case Decoded.Readings readings when readings.isRefused() ->
          refuse(publish, readings.refusals(), nowMicros, bytes, ack);
      case Decoded.Readings readings -> accept(publish, readings, nowMicros, bytes, ack);
      case Decoded.Birth birth -> {
        records.announce(birth.device(), nowMicros);
        accept(publish, Decoded.Readings.NONE, nowMicros, bytes, ack);
      }
      case Decoded.Refused refused ->
          refuse(publish, List.of(refused.refusal()), nowMicros, bytes, ack);
    }
    ack.done(WriteResult.STORED); // the part that was taking it
  }

  private Dialect dialectOf(String name) {
    if (!name.equals(topic)) {
      topic = name.length() <= TOPIC_CHARS_KEPT ? name : "";
      dialect = Dialects.of(name, identity.isGateway());
    }
    return dialect;
  }

  private void accept(
      Packet.Publish publish, Decoded.Readings readings, long nowMicros, int bytes, Ack ack) {
    for (SubDevice device : readings.devices()) {
      records.announce(device, nowMicros);
    }
    int refused = 0;
    for (Decoded.Refusal refusal : readings.refusals()) {
      refused += refusal.readings();
      meter.readingsRefused(refusal.reason(), refusal.readings());
      Counts counts = new Counts(0, 0, 0, refusal.readings());
      records.reject(publish, refusal, counts, nowMicros, 0, ack);
    }
    int accepted = readings.readings().size();
    ack.readings(accepted);
    if (refused > 0) {
      String first = readings.refusals().getFirst().detail();
      ack.note(refused + " of " + (refused + accepted) + " readings were refused: " + first);
    }
    Entry entry = new Entry.Readings(identity.device(), nowMicros, readings.readings());
    records.append(entry, new Counts(1, 0, accepted, 0), bytes, ack.part());
  }

  private void refuse(
      Packet.Publish publish, List<Decoded.Refusal> refusals, long nowMicros, int bytes, Ack ack) {
    Decoded.Refusal first = refusals.getFirst();
    ack.decide(new WriteResult.Refused(first.reason(), first.detail()));
    int last = refusals.size() - 1;
    for (int i = 0; i <= last; i++) {
      Decoded.Refusal refusal = refusals.get(i);
      meter.readingsRefused(refusal.reason(), refusal.readings());
      Counts counts = new Counts(0, i == 0 ? 1 : 0, 0, refusal.readings());
      records.reject(publish, refusal, counts, nowMicros, i == last ? bytes : 0, ack);
    }
  }

  /** A PUBLISH of 3.1.1 beyond the maximum packet: closing would make it come again for ever. */
  private void refuseOversized(Packet.OversizedPublish publish) {
    if (publish.qos() == 2) {
      refuseAndEnd(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2: the most is 1", publish.topic());
      return;
    }
    String detail =
        "a payload of " + publish.payloadLength() + " bytes; a packet has at most 256 KiB";
    int bytes = publish.head().length + Budgets.MESSAGE_OVERHEAD_BYTES;
    if (!budget.tryTake(bytes)) {
      session.holdFirst(publish);
      waitForBudget(bytes);
      return;
    }
    unanswered++;
    inFlight += publish.qos();
    Ack ack = new Ack(this, publish.packetId(), session.lastReadNanos()).part();
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
          waitForBudget(bytes);
          return;
        }
        codes.refusals().forEach(records::rejectFilter);
        PacketEncoder.subAck(session.out(), session.version(), subscribe.packetId(), codes.codes());
      }
    }
  }

  /** A PUBLISH broke the protocol: it is refused, and the session ends. */
  private void refuseAndEnd(ReasonCode code, String detail, String publishTopic) {
    meter.refused(reasonOf(code));
    end(code, detail, publishTopic, ONE_REFUSED);
  }

  /** Another packet broke the protocol. */
  private void protocolEnd(ReasonCode code, String detail) {
    end(code, detail, "", Counts.NONE);
  }

  /** The enterprise reads why, MQTT 5 is told, the link is cut. */
  private void end(ReasonCode code, String detail, String publishTopic, Counts counts) {
    records.rejectUnbudgeted(reasonOf(code), detail, publishTopic, counts);
    session.end(code, detail, "protocol-error");
  }

  private static Reason reasonOf(ReasonCode code) {
    return code == ReasonCode.PACKET_TOO_LARGE ? Reason.TOO_LARGE : Reason.PROTOCOL;
  }

  /** All that a message became is stored, or the journal has ended. The one place that answers. */
  void answer(Ack ack) {
    unanswered--;
    boolean isAwaited = ack.packetId() > 0;
    inFlight -= isAwaited ? 1 : 0;
    switch (ack.result()) {
      case WriteResult.Stored _ -> {
        meter.accepted(ack.readings(), session.loop().nanos() - ack.receivedNanos());
        if (isAwaited) {
          pubAck(ack.packetId(), ReasonCode.SUCCESS, ack.note());
        }
      }
      case WriteResult.Refused refused -> {
        meter.refused(refused.reason());
        if (isAwaited) {
          pubAck(ack.packetId(), codeOf(refused.reason()), refused.detail());
        }
      }
      case WriteResult.Unavailable _ -> meter.unanswered(); // no acknowledgement: it comes again
    }
    endIfDrained();
  }

  private void pubAck(int packetId, ReasonCode code, @Nullable String reason) {
    if (session.isEnded()) {
      return;
    }
    boolean isPlain = code == ReasonCode.SUCCESS && reason == null;
    if (isPlain || session.version() == MqttVersion.V3_1_1) {
      PacketEncoder.pubAck(session.out(), packetId); // 3.1.1 has no other answer [MQTT-3.3.5-2]
      return;
    }
    boolean mayExplain =
        connect.wantsProblemInformation()
            && PacketEncoder.pubAckBytes(reason) <= connect.maximumPacketBytes();
    PacketEncoder.pubAck(session.out(), packetId, code, mayExplain ? reason : null);
  }

  private static ReasonCode codeOf(Reason reason) {
    return switch (reason) {
      case MALFORMED, CLOCK, TOO_LARGE -> ReasonCode.PAYLOAD_INVALID;
      case TOPIC -> ReasonCode.TOPIC_NAME_INVALID;
      case UNAUTHORIZED -> ReasonCode.NOT_AUTHORIZED;
      case QUOTA, OVERLOAD -> ReasonCode.QUOTA_EXCEEDED;
      case PROTOCOL -> ReasonCode.IMPLEMENTATION_ERROR;
    };
  }
}
