package qiantang.sim.wire;

/** What a connection tells its owner, always on the loop's thread. */
public interface ConnectionListener {

  /** The socket is connected and CONNECT is on its way. */
  void opened(Connection connection);

  void received(ServerPacket packet);

  /** Some packets have been received and no more are at hand: a good moment to flush. */
  void receivedAll();

  /** Exactly once for each attempt, also when the connection was never opened. */
  void closed(String cause);
}
