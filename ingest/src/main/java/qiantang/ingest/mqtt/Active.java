package qiantang.ingest.mqtt;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.payload.sparkplug.EdgeNodes;
import qiantang.ingest.quota.Usage;
import qiantang.store.journal.Journal;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
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
  private final Identity identity;
  private final String clientId;
  private final Records records;
  private final Usage usage;
  private final @Nullable LastWill will;
  private final int keepAliveSeconds;
  private final int inFlightMax;
  private final int receiveMaximum;
  private final boolean canExpireLater;
  private boolean isDraining;

  // Made when they are needed: a node of a million idle connections has none of them.
  private @Nullable Subscriptions subscriptions;
  private @Nullable Incoming incoming;
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
    this.clientId = clientId;
    this.will = will;
    node = session.loop().node();
    records = new Records(session, identity, clientId, journal);
    usage = identity.rules().usage().enter(identity.device());
    long inFlight = identity.rules().limits().of(Quota.IN_FLIGHT).value();
    inFlightMax = Window.most(connect.version(), Math.toIntExact(inFlight));
    receiveMaximum = connect.receiveMaximum();
    canExpireLater = connect.sessionExpirySeconds() > 0;
    keepAliveSeconds = keepAliveSeconds(connect, node.terms());
  }

  private static int keepAliveSeconds(Packet.Connect connect, Terms terms) {
    int secondsMax = terms.keepAliveSecondsMax();
    boolean isCapped =
        connect.version() == MqttVersion.V5
            && (connect.keepAliveSeconds() == 0 || connect.keepAliveSeconds() > secondsMax);
    return isCapped ? secondsMax : connect.keepAliveSeconds();
  }

  /** How many bytes the CONNACK of MQTT 5 takes that {@link #welcome} answers to this. */
  static int welcomeBytes(Packet.Connect connect, @Nullable String assignedId, Terms terms) {
    return PacketEncoder.connectedBytes(
        announcement(connect, 1, assignedId, keepAliveSeconds(connect, terms)));
  }

  private static PacketEncoder.Announcement announcement(
      Packet.Connect connect, int inFlight, @Nullable String assignedId, int keepAliveSeconds) {
    return new PacketEncoder.Announcement(
        inFlight,
        assignedId,
        keepAliveSeconds == connect.keepAliveSeconds() ? -1 : keepAliveSeconds,
        connect.sessionExpirySeconds() > 0);
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
    Active active = new Active(session, identity, connect, clientId, journal, will);
    if (!active.records.begin(PRESENCE_BYTES)) {
      active.leaveUsage();
      if (will != null) {
        will.open(SessionEnd.DISCONNECT);
      }
      return null;
    }
    return active;
  }

  /** Takes the client id over, then answers CONNACK and what came behind the CONNECT. */
  void welcome(Packet.Connect connect, boolean isAssigned) {
    Active old = node.enter(identity.enterprise(), clientId, this);
    if (old != null) {
      String by = identity.device().text();
      old.takeOver("the client id connected again: device " + by + " from " + session.address());
    }
    PacketEncoder.connected(
        session.out(),
        session.version(),
        announcement(connect, inFlightMax, isAssigned ? clientId : null, keepAliveSeconds));
    records.connected(connect, keepAliveSeconds);
    session.activate(this);
  }

  /** Any thread: another connection has its client id now. */
  private void takeOver(String detail) {
    session.loop().executor().execute(() -> session.end(detail, SessionEnd.TAKEN_OVER));
  }

  @Override
  public void packet(Packet packet) {
    records.told(packet);
    switch (packet) {
      case Packet.Publish publish -> incoming().publish(publish);
      case Packet.OversizedPublish publish -> incoming().refuseOversized(publish);
      case Packet.Subscribe subscribe -> subscribe(subscribe);
      case Packet.Unsubscribe unsubscribe ->
          Answers.unsubscribed(
              session, unsubscribe.packetId(), subscriptions().unsubscribe(unsubscribe));
      case Packet.PingReq _ -> PacketEncoder.pingResp(session.out());
      case Packet.PubRel release -> incoming().release(release.packetId());
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

  /** Any thread: devices that it may speak for were deleted. */
  void deletedLater(Set<DeviceId> devices) {
    session
        .loop()
        .executor()
        .execute(
            () -> {
              if (incoming != null) {
                incoming.deleted(devices);
              }
            });
  }

  /** Any thread: a quota has risen. */
  void readOnLater() {
    session.loop().executor().execute(this::readOn);
  }

  private void readOn() {
    if (incoming != null && !session.isEnded()) {
      incoming.readOn();
    }
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
    long patientUntilNanos = session.loop().patientUntilNanos();
    if (nowNanos < patientUntilNanos) {
      return patientUntilNanos;
    }
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
    if (incoming != null) {
      incoming.leave();
    }
    die(why); // before its dialects: a node's death is judged by its birth
    if (incoming != null) {
      incoming.close();
    }
    if (outgoing != null) {
      outgoing.close(records);
    }
    leaveUsage();
    records.end(why);
  }

  /** A will is a message of the device like any other, where its topic says one, and its death. */
  private void die(SessionEnd why) {
    Packet.Will last = will == null ? null : will.open(why);
    if (last == null) {
      return;
    }
    isDraining = false; // the session ends already
    boolean isRevoked = why.code() == ReasonCode.NOT_AUTHORIZED.code();
    if (isRevoked && !EdgeNodes.isTheirs(last.topic())) { // a node's tells of devices, no readings
      String detail = "the access was taken away, so the will is no message: " + why.word();
      records.rejectUnbudgeted(Reason.UNAUTHORIZED, detail, last.topic(), ONE_REFUSED);
      records.death(last, why);
      return;
    }
    Incoming messages = incoming();
    messages.will(last, why);
    if (!messages.isNodeDead() || !EdgeNodes.isTheirs(last.topic())) { // else told by its dialect
      records.death(last, why);
    }
  }

  private void goodbye(Packet.Disconnect goodbye) {
    if (goodbye.sessionExpirySeconds() > 0 && !canExpireLater) {
      protocolEnd( // [MQTT-3.14.2-2]
          ReasonCode.PROTOCOL_ERROR, "a session expiry in DISCONNECT where CONNECT had none");
    } else {
      boolean isPlain = goodbye.reasonCode() == ReasonCode.SUCCESS.code();
      session.end(null, isPlain ? SessionEnd.DISCONNECT : SessionEnd.DISCONNECT_WITH_WILL);
    }
  }

  private void leaveUsage() {
    identity.rules().usage().leave(identity.device());
  }

  private Incoming incoming() {
    Incoming known = incoming;
    if (known == null) {
      known = new Incoming(this, session, usage, inFlightMax);
      incoming = known;
    }
    return known;
  }

  private Subscriptions subscriptions() {
    Subscriptions known = subscriptions;
    if (known == null) {
      known = new Subscriptions(session, identity);
      subscriptions = known;
    }
    return known;
  }

  /** What the client is sent. */
  Outgoing outgoing() {
    Outgoing known = outgoing;
    if (known == null) {
      known = new Outgoing(session, receiveMaximum, subscriptions(), records.budget());
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

  /** The last answer may have been given. */
  void endIfDrained() {
    boolean isAnswered = incoming == null || incoming.isAnswered();
    if (isDraining && isAnswered && session.holdsNothing()) {
      session.end(null, SessionEnd.SHUTDOWN);
    }
  }

  /** A SUBSCRIBE is answered at once; its refused filters are told to the enterprise. */
  private void subscribe(Packet.Subscribe subscribe) {
    switch (subscriptions().judge(subscribe)) {
      case Subscriptions.Offence offence -> protocolEnd(offence.code(), offence.detail());
      case Subscriptions.Codes codes -> {
        // Like a message it waits where there is no room for what it becomes, so that a client
        // that asks for everything there is fills no memory.
        int bytes = codes.refusals().size() * RejectionLog.RECORD_BYTES;
        if (bytes > 0 && !records.budget().tryTake(bytes)) {
          incoming().await(subscribe, bytes);
          return;
        }
        codes.refusals().forEach(records::rejectFilter);
        Answers.subscribed(session, subscribe.packetId(), codes.codes());
        for (Subscriptions.Grant grant : subscriptions().grant(codes.grants())) {
          outgoing().give(grant, node.retained().of(identity.enterprise()), records);
        }
      }
    }
  }

  /** A PUBLISH broke the protocol: it is refused, and the session ends. */
  void refuseAndEnd(ReasonCode code, String detail, String publishTopic) {
    node.meter().refused(Answers.reasonOf(code));
    end(code, detail, publishTopic, ONE_REFUSED);
  }

  /** Another packet broke the protocol. */
  void protocolEnd(ReasonCode code, String detail) {
    end(code, detail, "", Counts.NONE);
  }

  /** The enterprise reads why, MQTT 5 is told, the link is cut. */
  private void end(ReasonCode code, String detail, String publishTopic, Counts counts) {
    records.rejectUnbudgeted(Answers.reasonOf(code), detail, publishTopic, counts);
    session.end(code, detail, Answers.endOf(code));
  }
}
