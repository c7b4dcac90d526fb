package qiantang.ingest.net.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates the CRL names, for connections that are there already: at a handshake the
 * chain is checked with it. A connection keeps its client's chain anyway, so nothing more is kept
 * of it. The lists' signatures are not looked at: who can write the file can write the CA's. Any
 * thread.
 */
public final class Revoked {
  /** None at all. */
  public static final Revoked NONE = new Revoked(List.of());

  // Certificates of authorities between a client and --tls-ca: a few, shared by all clients.
  private static final int KNOWN_MAX = 256;

  private final List<X509CRL> lists;
  private final Map<X509Certificate, Boolean> known = new ConcurrentHashMap<>();

  Revoked(List<X509CRL> lists) {
    this.lists = List.copyOf(lists);
  }

  /** Why the client of a connection may not go on; null where it may. On its event loop. */
  public @Nullable String detail(Channel channel) {
    SslHandler tls = lists.isEmpty() ? null : channel.pipeline().get(SslHandler.class);
    return tls == null ? null : detail(chain(tls));
  }

  @Nullable String detail(Certificate[] chain) {
    for (int i = 0; i < chain.length; i++) {
      if (chain[i] instanceof X509Certificate certificate && names(certificate, i == 0)) {
        return "%s, serial number %x, was revoked by the authority that issued it"
            .formatted(
                i == 0
                    ? "the client's certificate"
                    : "the certificate of the authority that issued the client's",
                certificate.getSerialNumber());
      }
    }
    return null;
  }

  /** Those of authorities are looked at once: reading one unpacks it, and the chain keeps that. */
  private boolean names(X509Certificate certificate, boolean isClients) {
    if (isClients) {
      return names(certificate);
    }
    if (known.size() >= KNOWN_MAX) {
      known.clear();
    }
    return known.computeIfAbsent(certificate, this::names);
  }

  private boolean names(X509Certificate certificate) {
    for (X509CRL list : lists) {
      if (list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
          && list.isRevoked(certificate)) {
        return true;
      }
    }
    return false;
  }

  private static Certificate[] chain(SslHandler tls) {
    try {
      return tls.engine().getSession().getPeerCertificates();
    } catch (SSLPeerUnverifiedException ignored) {
      return new Certificate[0]; // it showed none, and need not
    }
  }
}
