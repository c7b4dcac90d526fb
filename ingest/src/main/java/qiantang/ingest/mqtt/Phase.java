package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Packet;
import qiantang.store.model.Reason;

/** Where a session stands: before its login, open, or over. Event loop only. */
sealed interface Phase permits Connecting, Active, Phase.Ended {
  /** A packet came, and the session is not paused. */
  void packet(Packet packet);

  /** The deadline has come; returns the next one. */
  long due(long nowNanos);

  /** The session ends. */
  void ended(String presence);

  /**
   * What a PUBLISH counts as that comes when the session has ended, or was not looked at by then:
   * refused with this reason; or, where it is null, unanswered, and it comes again.
   */
  @Nullable Reason refusalOfUnread();

  /** What still comes is only counted, until the client has read the goodbye or time is up. */
  record Ended(MqttSession session, @Nullable Reason refusalOfUnread) implements Phase {
    @Override
    public void packet(Packet packet) {
      boolean isPublish =
          switch (packet) {
            case Packet.Publish _, Packet.OversizedPublish _ -> true;
            case Packet.Broken broken -> broken.isPublish();
            case Packet.Connect _,
                Packet.BrokenConnect _,
                Packet.Subscribe _,
                Packet.Unsubscribe _,
                Packet.PubAck _,
                Packet.Acknowledgement _,
                Packet.PubRel _,
                Packet.PingReq _,
                Packet.Disconnect _ ->
                false;
          };
      Reason reason = refusalOfUnread;
      if (isPublish && reason != null) {
        session.loop().node().meter().refused(reason);
      } else if (isPublish) {
        session.loop().node().meter().unanswered();
      }
    }

    @Override
    public long due(long nowNanos) {
      session.closeChannel();
      return nowNanos + MqttSession.LINGER_NANOS;
    }

    @Override
    public void ended(String presence) {}
  }
}
