package qiantang.ingest.net.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where TLS finds what it needs, all in PEM.
 *
 * @param certificate the server's, followed by those of the authorities between it and a root
 * @param key its private key, PKCS#8, not encrypted
 * @param ca authorities that sign clients' certificates; null where clients are not asked
 * @param crl revoked certificates, a list of each authority that signs clients; null for none
 */
public record TlsFiles(
    Path certificate,
    Path key,
    @Nullable Path ca,
    @Nullable Path crl,
    ClientAuthentication clients) {
  public TlsFiles {
    if (clients != ClientAuthentication.none && ca == null) {
      throw new IllegalArgumentException("cannot check clients' certificates: no CA is given");
    }
    if (crl != null && ca == null) {
      throw new IllegalArgumentException("cannot use a CRL: no CA of clients is given");
    }
  }

  /** Those that are given. */
  List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(certificate, key));
    if (ca != null) {
      all.add(ca);
    }
    if (crl != null) {
      all.add(crl);
    }
    return all;
  }
}
