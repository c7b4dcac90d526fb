package qiantang.ingest.net;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.tls.TlsFiles;

/**
 * How clients come in beside plain MQTT.
 *
 * @param mqttsPort MQTT over TLS; 0 for a free one, -1 for none
 * @param wsPort MQTT over WebSocket, likewise
 * @param wssPort MQTT over WebSocket over TLS, likewise
 * @param tls what TLS needs; null without it
 * @param isProxied each connection begins with a PROXY protocol header, on all of these ports
 */
public record Transports(
    int mqttsPort, int wsPort, int wssPort, @Nullable TlsFiles tls, boolean isProxied) {
  /** Plain MQTT alone. */
  public static final Transports PLAIN = new Transports(-1, -1, -1, null, false);

  public Transports {
    if (tls == null && (mqttsPort >= 0 || wssPort >= 0)) {
      throw new IllegalArgumentException("cannot serve TLS without a certificate and its key");
    }
  }
}
