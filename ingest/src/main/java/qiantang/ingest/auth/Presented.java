package qiantang.ingest.auth;

import org.jspecify.annotations.Nullable;

/**
 * What a client shows of itself in a CONNECT.
 *
 * @param userName null where it gave none
 * @param password null where it gave none
 * @param certificate null where it showed none that the operator's CA has signed
 */
public record Presented(
    String clientId,
    @Nullable String userName,
    byte @Nullable [] password,
    @Nullable PeerCertificate certificate) {
  @Override
  public String toString() {
    return "Presented[" + clientId + "]"; // no credentials in a log
  }
}
