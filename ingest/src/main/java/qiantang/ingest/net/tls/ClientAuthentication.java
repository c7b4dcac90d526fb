package qiantang.ingest.net.tls;

/** Whether a client must show a certificate; named as it is typed. */
public enum ClientAuthentication {
  /** It is not asked for one. */
  none,
  /** It may show one; one that does not hold ends the handshake. */
  optional,
  /** Without one there is no connection. */
  required
}
