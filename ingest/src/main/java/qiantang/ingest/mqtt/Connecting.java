package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.AuthResult;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.store.journal.Journal;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

/** Before the login is granted: one CONNECT, one answer. Event loop only. */
final class Connecting implements Phase {
  /** Kept in memory and in presence records; MQTT allows 64 KiB. */
  static final int CLIENT_ID_CHARS_MAX = 256;

  // From here on event times and minutes cannot be judged any more (DESIGN section 2).
  private static final Duration SKEW_MAX = Duration.ofSeconds(5);

  private final MqttSession session;
  private final Node node;

  Connecting(MqttSession session) {
    this.session = session;
    node = session.loop().node();
  }

  @Override
  public void packet(Packet packet) {
    switch (packet) {
      case Packet.Connect connect -> connect(connect);
      case Packet.Broken broken -> broken(broken);
      case Packet.Publish _,
          Packet.OversizedPublish _,
          Packet.Subscribe _,
          Packet.Unsubscribe _,
          Packet.Acknowledgement _,
          Packet.PubRel _,
          Packet.PingReq _,
          Packet.Disconnect _ ->
          throw new AssertionError("BUG: the decoder let " + packet + " pass before CONNECT");
    }
  }

  @Override
  public long due(long nowNanos) {
    session.end(null, null, "connection-lost"); // half a CONNECT, or none at all
    return nowNanos + MqttSession.LINGER_NANOS;
  }

  @Override
  public void ended(String presence) {}

  private void broken(Packet.Broken broken) {
    MqttVersion version = broken.version();
    boolean isAnswered =
        version == MqttVersion.V5
            || (version != null && broken.code() == ReasonCode.UNSUPPORTED_VERSION);
    if (isAnswered && version != null) {
      session.speaks(version);
      refuse(broken.code(), broken.detail());
    } else {
      session.end(null, null, "protocol-error"); // [MQTT-3.1.0-1], [MQTT-3.1.4-1]: no reply
    }
  }

  private void connect(Packet.Connect connect) {
    session.speaks(connect.version());
    if (connect.version() == MqttVersion.V5 && connect.willQos() > 1) {
      refuse(ReasonCode.QOS_NOT_SUPPORTED, "a will of QoS 2"); // [MQTT-3.2.2-12]
      return;
    }
    if (connect.authenticationMethod() != null) {
      refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, "extended authentication is not offered");
      return;
    }
    String fault = clientIdFault(connect);
    if (fault != null) {
      refuse(ReasonCode.CLIENT_ID_INVALID, fault);
      return;
    }
    if (isUnready()) {
      node.meter().loginUndecided();
      refuse(ReasonCode.SERVER_UNAVAILABLE, "the node is not ready: try another or come again");
      return;
    }
    boolean isAssigned = connect.clientId().isEmpty();
    String clientId = isAssigned ? "qt-" + UUID.randomUUID() : connect.clientId();
    session.pause(MqttSession.Pause.LOGIN);
    var _ =
        node.logins()
            .login(connect.userName(), clientId)
            .whenCompleteAsync(
                (result, error) -> {
                  if (error != null) {
                    session.failed(error);
                  } else {
                    decided(result, connect, clientId, isAssigned);
                  }
                },
                session.loop().executor());
  }

  private static @Nullable String clientIdFault(Packet.Connect connect) {
    String clientId = connect.clientId();
    if (clientId.isEmpty()) {
      return connect.cleanStart() || connect.version() == MqttVersion.V5
          ? null
          : "an empty client id needs a clean session"; // [MQTT-3.1.3-8]
    }
    if (clientId.length() > CLIENT_ID_CHARS_MAX) {
      return "a client id of more than " + CLIENT_ID_CHARS_MAX + " characters";
    }
    boolean isPattern =
        clientId.indexOf('+') >= 0 || clientId.indexOf('#') >= 0 || clientId.startsWith("%");
    return isPattern ? "a client id that looks like a pattern" : null;
  }

  private boolean isUnready() {
    Journal journal = node.journal();
    return journal == null || journal.clockSkew().abs().compareTo(SKEW_MAX) >= 0;
  }

  private void decided(
      AuthResult result, Packet.Connect connect, String clientId, boolean isAssigned) {
    if (session.isEnded()) {
      return;
    }
    switch (result) {
      case AuthResult.Granted granted -> {
        Active active = Active.open(session, granted.identity(), connect, clientId);
        if (active == null) {
          node.meter().loginUndecided();
          refuse(ReasonCode.SERVER_BUSY, "no room for another session just now: come again");
        } else {
          node.meter().loginGranted();
          active.welcome(isAssigned);
        }
      }
      case AuthResult.Denied denied -> {
        node.meter().loginDenied();
        session.loop().refuseLogin(denied.owner(), session.host(), rejection(denied, clientId));
        refuse(
            denied.isKnown() ? ReasonCode.NOT_AUTHORIZED : ReasonCode.BAD_CREDENTIALS,
            denied.detail());
      }
      case AuthResult.Undecided undecided -> {
        node.meter().loginUndecided();
        refuse(ReasonCode.SERVER_UNAVAILABLE, "the store is away: come again");
      }
    }
  }

  private Entry.Rejection rejection(AuthResult.Denied denied, String clientId) {
    String detail = denied.detail() + " (client " + clientId + " from " + session.host() + ")";
    return new Entry.Rejection(
        null, null, Reason.UNAUTHORIZED, detail, "", 1, 0, new byte[0], null, node.nowMicros());
  }

  private void refuse(ReasonCode code, String detail) {
    PacketEncoder.refused(session.out(), session.version(), code, detail);
    session.end(null, null, "protocol-error");
  }
}
