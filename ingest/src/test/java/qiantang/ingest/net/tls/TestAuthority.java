package qiantang.ingest.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Certificates, keys and lists of revoked ones, as files that the tests' servers and clients read.
 */
public final class TestAuthority {
  private static final String PASSWORD = "changeit";

  private final AtomicLong serials = new AtomicLong(1);
  private final X500Principal name;
  private final KeyPair keys = draw();
  private final X509Certificate certificate;

  /** A certificate with its key. */
  public record Pair(X509Certificate certificate, PrivateKey key) {
    /** Writes both; the one is there before the other, as in real life. */
    public void write(Path certificateFile, Path keyFile) {
      TestAuthority.write(certificateFile, "CERTIFICATE", encoded(certificate));
      TestAuthority.write(keyFile, "PRIVATE KEY", key.getEncoded());
    }
  }

  /** A new authority of this name. */
  public TestAuthority(String commonName) {
    name = new X500Principal("CN=" + commonName);
    certificate = issue(name, keys, true, Duration.ofDays(1));
  }

  /** Certifies a server at 127.0.0.1, ::1 and localhost, or a client. */
  public Pair issue(String commonName) {
    return issue(commonName, Duration.ofDays(1));
  }

  /** One that lasts this long from now, or ended so long ago. */
  public Pair issue(String commonName, Duration valid) {
    KeyPair fresh = draw();
    X500Principal subject = new X500Principal("CN=" + commonName + ", O=Test");
    return new Pair(issue(subject, fresh, false, valid), fresh.getPrivate());
  }

  /** Writes the authority's own certificate. */
  public void write(Path file) {
    write(file, "CERTIFICATE", encoded(certificate));
  }

  /** Writes a list of revoked certificates that is valid this long from now. */
  public void writeRevoked(Path file, Duration valid, Pair... revoked) {
    Instant now = Instant.now();
    try {
      JcaX509v2CRLBuilder builder =
          new JcaX509v2CRLBuilder(name, Date.from(now.minus(Duration.ofDays(2))));
      builder.setNextUpdate(Date.from(now.plus(valid)));
      for (Pair pair : revoked) {
        builder.addCRLEntry(pair.certificate().getSerialNumber(), Date.from(now), 0);
      }
      write(file, "X509 CRL", builder.build(signer()).getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  /** What a client needs that trusts this authority and shows {@code own}. */
  public SSLContext client(@Nullable Pair own) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", certificate);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      KeyStore shown = KeyStore.getInstance("PKCS12");
      shown.load(null, null);
      if (own != null) {
        shown.setKeyEntry(
            "own", own.key(), PASSWORD.toCharArray(), new X509Certificate[] {own.certificate()});
      }
      KeyManagerFactory key = KeyManagerFactory.getInstance("PKIX");
      key.init(shown, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate issue(
      X500Principal subject, KeyPair of, boolean isAuthority, Duration valid) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(serials.getAndIncrement()),
              Date.from(now.minus(Duration.ofDays(3))),
              Date.from(now.plus(valid)),
              subject,
              of.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              new GeneralName[] {
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "::1"),
                new GeneralName(GeneralName.dNSName, "localhost")
              }));
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private org.bouncycastle.operator.ContentSigner signer() throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
  }

  private static KeyPair draw() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static void write(Path file, String kind, byte[] der) {
    String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    try {
      Files.writeString(
          file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
