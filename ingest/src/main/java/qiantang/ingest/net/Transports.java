package qiantang.ingest.net;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.tls.TlsFiles;

/**
 * How clients come in beside plain MQTT, and how fast.
 *
 * @param mqttsPort MQTT over TLS; 0 for a free one, -1 for none
 * @param wsPort MQTT over WebSocket, likewise
 * @param wssPort MQTT over WebSocket over TLS, likewise
 * @param tls what TLS needs; null without it
 * @param isProxied each connection begins with a PROXY protocol header, on all of these ports
 * @param connectsPerSecond let in at most, of all ports together
 */
public record Transports(
    int mqttsPort,
    int wsPort,
    int wssPort,
    @Nullable TlsFiles tls,
    boolean isProxied,
    int connectsPerSecond) {
  /**
   * A TLS handshake with a login takes about half a millisecond of a core: a storm may take half of
   * the node, and the other half serves those who are there.
   */
  private static final int CONNECTS_PER_SECOND_AND_CORE = 1000;

  /** Plain MQTT alone. */
  public static final Transports PLAIN =
      new Transports(-1, -1, -1, null, false, connectsOfThisMachine());

  public Transports {
    if (tls == null && (mqttsPort >= 0 || wssPort >= 0)) {
      throw new IllegalArgumentException("cannot serve TLS without a certificate and its key");
    }
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
