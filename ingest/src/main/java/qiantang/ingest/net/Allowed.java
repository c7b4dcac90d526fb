package qiantang.ingest.net;

import qiantang.ingest.net.admission.AddressRanges;
import qiantang.ingest.net.ws.Origins;

/**
 * Who comes in; it may change while a node runs.
 *
 * @param connectsPerSecond connections let in at most, of all ports together
 * @param balancers who may send PROXY headers
 * @param origins which pages of the web may open WebSockets
 */
public record Allowed(int connectsPerSecond, AddressRanges balancers, Origins origins) {
  /**
   * A TLS handshake with a login takes about half a millisecond of a core: a storm may take half of
   * the node, and the other half serves those who are there.
   */
  private static final int CONNECTS_PER_SECOND_AND_CORE = 1000;

  /** What fits this machine, and nobody from elsewhere speaks for others. */
  public static final Allowed BY_DEFAULT =
      new Allowed(connectsOfThisMachine(), AddressRanges.LOOPBACK, Origins.SAME_HOST);

  public Allowed {
    if (connectsPerSecond < 1) {
      throw new IllegalArgumentException(
          "cannot let in " + connectsPerSecond + " connections a second: at least 1");
    }
  }

  /** What fits this machine. */
  public static int connectsOfThisMachine() {
    return CONNECTS_PER_SECOND_AND_CORE * Runtime.getRuntime().availableProcessors();
  }
}
