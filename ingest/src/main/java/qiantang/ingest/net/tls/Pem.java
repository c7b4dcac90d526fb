package qiantang.ingest.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM; what is wrong with a file is a sentence that names it and says what to do. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "Ed25519");

  private Pem() {}

  static List<X509Certificate> certificates(Path file, byte[] bytes) throws IOException {
    try {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new IOException("cannot use %s: it holds no certificate in PEM".formatted(file));
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw wrong(file, "certificates in PEM", e);
    }
  }

  static List<X509CRL> revocations(Path file, byte[] bytes) throws IOException {
    try {
      List<X509CRL> found =
          CertificateFactory.getInstance("X.509")
              .generateCRLs(new ByteArrayInputStream(bytes))
              .stream()
              .map(Pem::revocation)
              .toList();
      if (found.isEmpty()) {
        throw new IOException("cannot use %s: it holds no CRL in PEM".formatted(file));
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw wrong(file, "CRLs in PEM", e);
    }
  }

  /** A private key of RSA, an elliptic curve or Ed25519. */
  static PrivateKey privateKey(Path file, byte[] bytes) throws IOException {
    Matcher block = BLOCK.matcher(new String(bytes, US_ASCII));
    while (block.find()) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return pkcs8(file, Base64.getMimeDecoder().decode(block.group(2)));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new IOException(
                "cannot use %s: the key is encrypted; decrypt it with 'openssl pkcs8 -in %s'"
                    .formatted(file, file));
        case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
            throw new IOException(
                ("cannot use %s: the key is not PKCS#8; convert it with"
                        + " 'openssl pkcs8 -topk8 -nocrypt -in %s'")
                    .formatted(file, file));
        default -> {} // Parameters of a curve stand before the key.
      }
    }
    throw new IOException("cannot use %s: it holds no private key in PEM".formatted(file));
  }

  private static PrivateKey pkcs8(Path file, byte[] der) throws IOException {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException ignored) {
        // Of another algorithm.
      }
    }
    throw new IOException("cannot use %s: no key of EC, RSA or Ed25519".formatted(file));
  }

  private static X509CRL revocation(CRL crl) {
    return (X509CRL) crl;
  }

  private static IOException wrong(Path file, String what, GeneralSecurityException cause) {
    return new IOException("cannot read %s as %s: %s".formatted(file, what, cause), cause);
  }
}
