package qiantang.sim.wire;

/** What a connection tells its owner, always on the loop's thread. */
public sealed interface WireEvent {

  /** The socket is connected, over TLS where it is asked for, and CONNECT is on its way. */
  record Opened(Connection connection) implements WireEvent {}

  record Received(ServerPacket packet) implements WireEvent {}

  /** All that was at hand has been received: a good moment to send. */
  record ReceivedAll() implements WireEvent {}

  /** What was written has gone out so far that there is room for more. */
  record Writable() implements WireEvent {}

  /**
   * Exactly once for each attempt, also when the connection was never opened.
   *
   * @param lasting whether trying again cannot help, as where the certificate is not trusted
   */
  record Closed(String cause, boolean lasting) implements WireEvent {}
}
