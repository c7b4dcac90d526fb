package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.AuthResult;
import qiantang.ingest.auth.EnterpriseRules;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.auth.PeerRefused;
import qiantang.ingest.auth.Presented;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.quota.EnterpriseUsage.Wait;
import qiantang.store.journal.Journal;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;

/**
 * Before the login is granted: one CONNECT, one answer. What is refused for good is a rejection of
 * whoever the credential names, whatever was wrong. Event loop only.
 */
final class Connecting implements Phase {
  /** Kept in memory and in presence records; MQTT allows 64 KiB. */
  static final int CLIENT_ID_CHARS_MAX = 256;

  // From here on event times and minutes cannot be judged any more (DESIGN section 2).
  private static final Duration SKEW_MAX = Duration.ofSeconds(5);

  private static final int DETAIL_CHARS_OF_CLIENT_ID = 128;
  private static final byte[] NO_PAYLOAD = {};

  /** What is wrong with a CONNECT, whoever sends it. */
  private record Fault(ReasonCode code, Reason reason, String detail) {}

  private final MqttSession session;
  private final Node node;
  private @Nullable Reason refusal;

  Connecting(MqttSession session) {
    this.session = session;
    node = session.loop().node();
  }

  @Override
  public void packet(Packet packet) {
    switch (packet) {
      case Packet.Connect connect -> connect(connect);
      case Packet.BrokenConnect broken -> broken(broken);
      case Packet.Broken broken -> broken(broken);
      case Packet.Publish _,
          Packet.OversizedPublish _,
          Packet.Subscribe _,
          Packet.Unsubscribe _,
          Packet.PubAck _,
          Packet.Acknowledgement _,
          Packet.PubRel _,
          Packet.PingReq _,
          Packet.Disconnect _ ->
          throw new AssertionError("BUG: the decoder let " + packet + " pass before CONNECT");
    }
  }

  @Override
  public long due(long nowNanos) {
    long patientUntilNanos = session.loop().patientUntilNanos();
    if (nowNanos < patientUntilNanos) {
      return patientUntilNanos;
    }
    session.end(null, SessionEnd.CONNECTION_LOST); // half a CONNECT, or none at all
    return nowNanos + MqttSession.LINGER_NANOS;
  }

  @Override
  public void ended(SessionEnd why) {}

  @Override
  public @Nullable Reason refusalOfUnread() {
    return refusal;
  }

  /** Nobody knows whose it is, so nobody can be told but the client. */
  private void broken(Packet.Broken broken) {
    if (broken.isPublish()) {
      node.meter().refused(Reason.PROTOCOL);
    }
    MqttVersion version = broken.version();
    if (version == null) {
      session.end(null, SessionEnd.PROTOCOL_ERROR); // [MQTT-3.1.0-1]: no reply
    } else {
      session.speaks(version);
      refuseFault(broken.code(), broken.detail());
    }
  }

  private void broken(Packet.BrokenConnect broken) {
    session.speaks(broken.version());
    if (isUnready()) {
      unready();
      return;
    }
    boolean isLarge =
        broken.code() == ReasonCode.PACKET_TOO_LARGE
            || broken.code() == ReasonCode.CLIENT_ID_INVALID;
    Reason reason = isLarge ? Reason.TOO_LARGE : Reason.PROTOCOL;
    Presented presented = new Presented("", broken.userName(), null, session.peerCertificate());
    refuse(presented, "", new Fault(broken.code(), reason, broken.detail()));
  }

  private void connect(Packet.Connect connect) {
    session.speaks(connect.version());
    session.takes(connect.maximumPacketBytes(), connect.wantsProblemInformation());
    if (isUnready()) {
      unready();
      return;
    }
    Fault fault = fault(connect);
    if (fault != null) {
      refuse(presented(connect, connect.clientId()), connect.clientId(), fault);
      return;
    }
    boolean isAssigned = connect.clientId().isEmpty();
    String clientId = isAssigned ? "qt-" + UUID.randomUUID() : connect.clientId();
    fault = sizeFault(connect, isAssigned ? clientId : null);
    if (fault != null) {
      refuse(presented(connect, clientId), connect.clientId(), fault);
      return;
    }
    Presented presented = presented(connect, clientId);
    long generation = node.logins().generation();
    login(
        presented,
        result -> {
          Active active = decided(result, connect, clientId, isAssigned);
          // Access that changed while it was looked up may have been found as it was before.
          if (active != null && node.logins().generation() != generation) {
            lookAgain(presented, active);
          }
          session.checkCertificate(); // that of the handshake may have been revoked since
        });
  }

  private Presented presented(Packet.Connect connect, String clientId) {
    return new Presented(
        clientId, connect.userName(), connect.password(), session.peerCertificate());
  }

  private void lookAgain(Presented presented, Active active) {
    var _ =
        node.logins()
            .login(presented)
            .whenCompleteAsync(
                (result, error) -> {
                  if (error != null) {
                    session.failed(error);
                    return;
                  }
                  switch (result) {
                    case AuthResult.Granted _ -> {}
                    case AuthResult.Denied denied ->
                        active.revoke(denied.detail(), SessionEnd.CREDENTIAL_REVOKED);
                    case AuthResult.Undecided _ ->
                        active.revoke("the store is away: log in again", SessionEnd.ACCESS_UNKNOWN);
                  }
                },
                session.loop().executor());
  }

  /** Looks up who it is; nothing is read meanwhile. */
  private void login(Presented presented, Consumer<AuthResult> then) {
    session.pause(MqttSession.Pause.LOGIN);
    var _ =
        node.logins()
            .login(presented)
            .whenCompleteAsync(
                (result, error) -> {
                  if (error != null) {
                    session.failed(error);
                  } else if (!session.isEnded()) {
                    then.accept(result);
                  }
                },
                session.loop().executor());
  }

  private static @Nullable Fault fault(Packet.Connect connect) {
    if (connect.version() == MqttVersion.V5 && connect.will() != null && connect.will().retain()) {
      return new Fault( // [MQTT-3.2.2-13]
          ReasonCode.RETAIN_NOT_SUPPORTED,
          Reason.PROTOCOL,
          "a will to be retained: messages of clients are stored, not retained");
    }
    if (connect.authenticationMethod() != null) {
      return new Fault(
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          Reason.PROTOCOL,
          "extended authentication is not offered");
    }
    String clientId = connect.clientId();
    boolean mayBeEmpty = connect.cleanStart() || connect.version() == MqttVersion.V5;
    if (clientId.isEmpty()) { // [MQTT-3.1.3-8]
      return mayBeEmpty
          ? null
          : idFault(Reason.PROTOCOL, "an empty client id needs a clean session");
    }
    if (clientId.length() > CLIENT_ID_CHARS_MAX) {
      return idFault(
          Reason.TOO_LARGE,
          "a client id of "
              + clientId.length()
              + " characters; at most "
              + CLIENT_ID_CHARS_MAX
              + " are taken");
    }
    boolean isPattern =
        clientId.indexOf('+') >= 0 || clientId.indexOf('#') >= 0 || clientId.startsWith("%");
    return isPattern
        ? idFault(Reason.PROTOCOL, "a client id that looks like a pattern: leave out + # and %")
        : null;
  }

  /** [MQTT-3.1.2-24]: no packet beyond the client's maximum, and a CONNACK announces much. */
  private @Nullable Fault sizeFault(Packet.Connect connect, @Nullable String assignedId) {
    if (connect.version() == MqttVersion.V3_1_1) {
      return null;
    }
    int least = Active.welcomeBytes(connect, assignedId, node.terms());
    return session.packetBytesMax() >= least
        ? null
        : new Fault(
            ReasonCode.PACKET_TOO_LARGE,
            Reason.PROTOCOL,
            "a Maximum Packet Size of %d, which our CONNACK of %d bytes is beyond: say %d or more"
                .formatted(session.packetBytesMax(), least, least));
  }

  private static Fault idFault(Reason reason, String detail) {
    return new Fault(ReasonCode.CLIENT_ID_INVALID, reason, detail);
  }

  private boolean isUnready() {
    if (node.isEnding()) {
      return true;
    }
    Journal journal = node.journal();
    return journal == null || journal.clockSkew().abs().compareTo(SKEW_MAX) >= 0;
  }

  /** Returns the session that has begun, null where none has. */
  private @Nullable Active decided(
      AuthResult result, Packet.Connect connect, String clientId, boolean isAssigned) {
    switch (result) {
      case AuthResult.Granted granted -> {
        if (node.isEnding()) {
          unready();
          return null;
        }
        Identity identity = granted.identity();
        if (isOverRate(identity, clientId)) {
          return null;
        }
        Active active = Active.open(session, identity, connect, clientId);
        if (active == null) {
          node.meter().loginUndecided();
          refuse(ReasonCode.SERVER_BUSY, "no room for another session just now: come again");
        } else {
          node.meter().loginGranted();
          active.welcome(connect, isAssigned);
          return active;
        }
      }
      case AuthResult.Denied denied -> {
        record(denied, clientId);
        refusal = Reason.UNAUTHORIZED;
        // Who knows no credential learns nothing of what exists.
        refuse(
            denied.isKnown() ? ReasonCode.NOT_AUTHORIZED : ReasonCode.BAD_CREDENTIALS,
            denied.isKnown() ? denied.detail() : "the user name or password is not known");
      }
      case AuthResult.Undecided undecided -> undecided();
    }
    return null;
  }

  /** Whether too many connects came; then it is refused. */
  private boolean isOverRate(Identity identity, String clientId) {
    EnterpriseRules rules = identity.rules();
    Wait wait = rules.usage().connect(rules.limits(), identity.device(), session.loop().nanos());
    if (wait == null) {
      return false;
    }
    node.meter().overQuota(wait.limit().quota());
    Fault why =
        new Fault(
            ReasonCode.CONNECTION_RATE_EXCEEDED, Reason.QUOTA, wait.limit().refusal(wait.nanos()));
    record(identity, clientId, why);
    refusal = Reason.QUOTA;
    refuse(why.code(), why.detail());
    return true;
  }

  /**
   * Refuses a CONNECT for a fault of its own, with the same answer whoever sends it; the credential
   * says only who can read why.
   */
  private void refuse(Presented presented, String clientId, Fault fault) {
    login(
        presented,
        result -> {
          switch (result) {
            case AuthResult.Granted granted -> record(granted.identity(), clientId, fault);
            case AuthResult.Denied denied -> record(denied, clientId);
            case AuthResult.Undecided undecided -> {
              undecided(); // it comes again, and then somebody can be told
              return;
            }
          }
          refusal = fault.reason();
          refuseFault(fault.code(), fault.detail());
        });
  }

  /** TLS has refused the client; the operator is told, as a certificate that fails names nobody. */
  void refused(PeerRefused refused) {
    Fault why = new Fault(ReasonCode.NOT_AUTHORIZED, Reason.UNAUTHORIZED, refused.detail());
    record(EnterpriseId.OPERATOR, null, "", why);
  }

  private void record(AuthResult.Denied denied, String clientId) {
    Fault why = new Fault(ReasonCode.NOT_AUTHORIZED, Reason.UNAUTHORIZED, denied.detail());
    record(denied.owner(), null, clientId, why);
  }

  private void record(Identity identity, String clientId, Fault fault) {
    record(identity.enterprise(), identity.device(), clientId, fault);
  }

  private void record(
      EnterpriseId owner, @Nullable DeviceId publisher, String clientId, Fault fault) {
    node.meter().loginDenied();
    String client =
        clientId.length() <= DETAIL_CHARS_OF_CLIENT_ID
            ? clientId
            : clientId.substring(0, DETAIL_CHARS_OF_CLIENT_ID) + "...";
    String detail =
        fault.detail()
            + (client.isEmpty() ? " (from " : " (client " + client + " from ")
            + session.host()
            + ")";
    session
        .loop()
        .refuseLogin(
            owner,
            detail, // names all that tells one client from another
            new Entry.Rejection(
                publisher,
                null,
                fault.reason(),
                detail,
                "",
                1,
                0,
                NO_PAYLOAD,
                null,
                node.nowMicros()));
  }

  /** Nothing can be recorded now, so nothing is refused for good. */
  private void unready() {
    node.meter().loginUndecided();
    if (node.isEnding()) {
      refuseToStay();
      return;
    }
    refuse(ReasonCode.SERVER_UNAVAILABLE, "the node is not ready: try another or come again");
  }

  /** The node ends; a client of MQTT 5 is told where to go, where that is known. */
  private void refuseToStay() {
    boolean isKnown = node.terms().serverReference() != null;
    refuse(
        isKnown ? ReasonCode.USE_ANOTHER_SERVER : ReasonCode.SERVER_UNAVAILABLE,
        "the node ends: use another one");
  }

  /** The node ends: whoever has sent its CONNECT is answered. */
  void drain() {
    if (session.isPausedFor(MqttSession.Pause.LOGIN)) {
      unready();
    } else {
      session.end(null, SessionEnd.SHUTDOWN);
    }
  }

  private void undecided() {
    node.meter().loginUndecided();
    refuse(ReasonCode.SERVER_UNAVAILABLE, "the store is away: come again");
  }

  /** MQTT 3.1.1 has CONNACKs for two faults; all others are closed without one. [MQTT-3.1.4-1] */
  private void refuseFault(ReasonCode code, String detail) {
    boolean isAnswered =
        session.version() == MqttVersion.V5
            || code == ReasonCode.UNSUPPORTED_VERSION
            || code == ReasonCode.CLIENT_ID_INVALID;
    if (isAnswered) {
      refuse(code, detail);
    } else {
      session.end(null, SessionEnd.PROTOCOL_ERROR);
    }
  }

  private void refuse(ReasonCode code, String detail) {
    if (session.packetBytesMax() >= PacketEncoder.REFUSED_BYTES_LEAST) { // [MQTT-3.1.2-24]
      PacketEncoder.refused(
          session.out(),
          session.version(),
          code,
          detail,
          node.terms().serverReference(),
          session.packetBytesMax());
    }
    session.end(null, SessionEnd.PROTOCOL_ERROR);
  }
}
