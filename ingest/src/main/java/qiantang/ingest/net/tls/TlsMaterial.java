package qiantang.ingest.net.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What one content of the files makes: whole and fitting together, or nothing.
 *
 * @param context makes engines; to be released when no new one is wanted
 * @param certificateExpiry of the first certificate of the chain that expires
 * @param crlEnds when each authority's list must have been replaced, the first of them first
 * @param revoked what the lists name
 */
record TlsMaterial(
    SslContext context, Instant certificateExpiry, List<Instant> crlEnds, Revoked revoked) {
  /** A CRL of 400,000 entries; it is read at every look, which costs 2 % of a core then. */
  private static final long FILE_BYTES_MAX = 16L * 1024 * 1024;

  // What every client since 2013 can, each with forward secrecy.
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /**
   * How long a client may resume: over a storm and a night, but a certificate is looked at again
   * within the day. New files end it at once, as they bring new ticket keys.
   */
  private static final Duration RESUMED = Duration.ofHours(12);

  private static final int TICKET_KEY_BYTES = 16;

  /** The content of the files, as it was at one moment. */
  record Content(Map<Path, byte[]> bytes, String digest) {
    static Content read(TlsFiles files) throws IOException {
      Map<Path, byte[]> bytes = new LinkedHashMap<>();
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : files.all()) {
          byte[] content = bytes(file);
          bytes.put(file, content);
          digest.update(ByteBuffer.allocate(4).putInt(0, content.length)); // where one ends
          digest.update(content);
        }
        return new Content(bytes, HexFormat.of().formatHex(digest.digest()));
      } catch (GeneralSecurityException e) {
        throw new AssertionError("BUG: a JDK without SHA-256", e);
      }
    }

    private static byte[] bytes(Path file) throws IOException {
      try {
        if (Files.size(file) > FILE_BYTES_MAX) {
          throw new IOException("cannot use %s: it is larger than 16 MiB".formatted(file));
        }
        return Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        throw new IOException("cannot read %s: no such file".formatted(file), e);
      } catch (AccessDeniedException e) {
        throw new IOException("cannot read %s: permission denied".formatted(file), e);
      }
    }

    private byte[] of(Path file) {
      byte[] content = bytes.get(file);
      if (content == null) {
        throw new AssertionError("BUG: " + file + " was not read");
      }
      return content;
    }
  }

  /**
   * Makes it.
   *
   * @throws IOException where a file cannot be used; the message says which and what to do
   */
  static TlsMaterial of(TlsFiles files, Content content, InstantSource clock) throws IOException {
    List<X509Certificate> chain =
        Pem.certificates(files.certificate(), content.of(files.certificate()));
    PrivateKey key = Pem.privateKey(files.key(), content.of(files.key()));
    requireFit(files, chain.getFirst().getPublicKey(), key);
    List<X509CRL> revocations = List.of();
    SslContextBuilder builder =
        SslContextBuilder.forServer(key, chain)
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .ciphers(CIPHERS)
            .sessionTimeout(RESUMED.toSeconds());
    if (files.clients() != ClientAuthentication.none && files.ca() != null) {
      List<X509Certificate> authorities = Pem.certificates(files.ca(), content.of(files.ca()));
      if (files.crl() != null) {
        revocations = Pem.revocations(files.crl(), content.of(files.crl()));
      }
      builder
          .clientAuth(
              files.clients() == ClientAuthentication.required
                  ? ClientAuth.REQUIRE
                  : ClientAuth.OPTIONAL)
          .trustManager(trust(authorities, revocations, clock));
    }
    TlsMaterial material =
        new TlsMaterial(
            builder.build(),
            expiry(chain),
            CurrentLists.ends(revocations).values().stream().sorted().toList(),
            new Revoked(revocations));
    material.resumeNone();
    return material;
  }

  /** Who resumes shows no certificate that could be checked: with new keys all show theirs. */
  void resumeNone() {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      resumeByTicket(sessions);
    }
  }

  /** How many of the lists have run out. */
  long listsOver(Instant now) {
    return crlEnds.stream().takeWhile(end -> !now.isBefore(end)).count();
  }

  /** The client keeps the session: a million of them cost no memory here. */
  private static void resumeByTicket(OpenSslSessionContext sessions) {
    sessions.setSessionCacheEnabled(false);
    sessions.setTicketKeys(
        new OpenSslSessionTicketKey(random(), random(), random())); // name, HMAC, AES
  }

  private static byte[] random() {
    byte[] bytes = new byte[TICKET_KEY_BYTES];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** Certificate and key are two files, and somebody may have replaced only one of them. */
  private static void requireFit(TlsFiles files, PublicKey certified, PrivateKey key)
      throws IOException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    boolean isFit;
    try {
      byte[] probe = random();
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(probe);
      isFit = signature.verify(signed);
    } catch (GeneralSecurityException ignored) {
      isFit = false; // of different algorithms, to begin with
    }
    if (!isFit) {
      throw new IOException(
          "cannot use %s: the key in %s is not that of its first certificate"
              .formatted(files.certificate(), files.key()));
    }
  }

  /**
   * Checks clients against the authorities. With a CRL every certificate of a chain must be on no
   * list, and a list of its authority must be there and valid: {@link CurrentLists}.
   */
  private static TrustManager trust(
      List<X509Certificate> authorities, List<X509CRL> revocations, InstantSource clock)
      throws IOException {
    try {
      Set<TrustAnchor> anchors = new HashSet<>();
      authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
      parameters.setRevocationEnabled(!revocations.isEmpty());
      List<Object> known = new ArrayList<>(authorities);
      known.addAll(revocations);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      if (factory.getTrustManagers()[0] instanceof X509ExtendedTrustManager checks) {
        return new CurrentLists(checks, CurrentLists.ends(revocations), clock);
      }
      throw new AssertionError("BUG: a JDK whose PKIX checks no chain of an engine");
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot check clients by this CA and CRL: " + e, e);
    }
  }

  private static Instant expiry(List<X509Certificate> chain) {
    return chain.stream()
        .map(X509Certificate::getNotAfter)
        .map(Date::toInstant)
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }
}
