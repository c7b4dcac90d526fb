package qiantang.ingest.net.tls;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Refuses clients whose authority's CRL has run out, from its nextUpdate on (RFC 5280, 5.1.2.5),
 * and has all others checked as before. The JDK takes a list for 15 minutes longer, in which
 * whoever holds back the next one lets in whom it names. Any thread.
 */
final class CurrentLists extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager checks;
  private final Map<X500Principal, Instant> ends;
  private final InstantSource clock;

  CurrentLists(
      X509ExtendedTrustManager checks, Map<X500Principal, Instant> ends, InstantSource clock) {
    this.checks = checks;
    this.ends = Map.copyOf(ends);
    this.clock = clock;
  }

  /** When an authority has no list any more; of several the one that lasts longest counts. */
  static Map<X500Principal, Instant> ends(List<X509CRL> lists) {
    Map<X500Principal, Instant> ends = new HashMap<>();
    for (X509CRL list : lists) {
      if (list.getNextUpdate() != null) { // the JDK takes none without
        ends.merge(
            list.getIssuerX500Principal(),
            list.getNextUpdate().toInstant(),
            (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    return ends;
  }

  private void requireCurrent(X509Certificate[] chain) throws CertificateException {
    for (int i = 0; i < chain.length; i++) {
      X500Principal issuer = chain[i].getIssuerX500Principal();
      Instant end = ends.get(issuer);
      if (end != null && !clock.instant().isBefore(end)) {
        throw refusal(chain, i, ranOut(end) + "; it is that of " + issuer.getName());
      }
    }
  }

  /** What the operator reads. */
  static String ranOut(Instant end) {
    return "the CRL of its authority has expired at %s: replace the file of --tls-crl by the"
            .formatted(end)
        + " authority's next one";
  }

  /** Both engines have an alert for a certificate that has expired; for a list they have none. */
  private static CertificateException refusal(X509Certificate[] chain, int index, String why)
      throws CertificateException {
    CertificateException refusal = new CertificateExpiredException(why);
    refusal.initCause(
        new CertPathValidatorException(
            why,
            null,
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain)),
            index));
    return refusal;
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    requireCurrent(chain);
    checks.checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    requireCurrent(chain);
    checks.checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    requireCurrent(chain);
    checks.checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine) {
    throw onlyServes();
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable Socket socket) {
    throw onlyServes();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {
    throw onlyServes();
  }

  private static AssertionError onlyServes() {
    return new AssertionError("BUG: a listener is no client");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return checks.getAcceptedIssuers();
  }
}
