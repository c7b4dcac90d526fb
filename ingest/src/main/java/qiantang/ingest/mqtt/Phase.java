package qiantang.ingest.mqtt;

import qiantang.ingest.net.Packet;

/** Where a session stands: before its login, open, or over. Event loop only. */
sealed interface Phase permits Connecting, Active, Phase.Ended {
  /** A packet came, and the session is not paused. */
  void packet(Packet packet);

  /** The deadline has come; returns the next one. */
  long due(long nowNanos);

  /** The session ends. */
  void ended(String presence);

  /** What still comes is not looked at, until the client has read the goodbye or time is up. */
  record Ended(MqttSession session) implements Phase {
    @Override
    public void packet(Packet packet) {}

    @Override
    public long due(long nowNanos) {
      session.closeChannel();
      return nowNanos + MqttSession.LINGER_NANOS;
    }

    @Override
    public void ended(String presence) {}
  }
}
