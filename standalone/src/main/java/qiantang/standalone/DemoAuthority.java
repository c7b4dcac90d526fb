package qiantang.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TlsFiles;

/**
 * The demo's own certificate authority, in DIR/tls: made once, so that who trusts it trusts the
 * demo after a restart too. It certifies the server, and signs clients' certificates as well.
 */
public final class DemoAuthority {
  /** As long as the demo's data is kept at most. */
  private static final Duration AUTHORITY_VALID = Duration.ofDays(3650);

  /** Longer ones are not taken by some clients. */
  private static final Duration SERVER_VALID = Duration.ofDays(397);

  /** A server certificate that ends sooner is replaced when the demo starts. */
  private static final Duration RENEWED_BEFORE = Duration.ofDays(30);

  /** Clients whose clocks are behind take a new certificate all the same. */
  private static final Duration BACKDATED = Duration.ofDays(1);

  private static final X500Principal NAME = new X500Principal("CN=Qiantang demo authority");
  private static final int SERIAL_BITS = 120;
  private static final int LINE_CHARS = 64;

  private final Path folder;

  /** An authority in this folder, made when it is first needed. */
  public DemoAuthority(Path folder) {
    this.folder = folder;
  }

  /** What TLS needs; there once {@link #certify} has run. */
  public TlsFiles files() {
    return new TlsFiles(
        folder.resolve("server.pem"),
        folder.resolve("server-key.pem"),
        folder.resolve("ca.pem"),
        null,
        ClientAuthentication.optional);
  }

  /**
   * Makes the authority, and a server's certificate for these addresses, where they are missing.
   */
  public void certify(List<InetAddress> addresses) throws IOException {
    Files.createDirectories(folder);
    if (Files.notExists(folder.resolve("ca.pem"))) {
      create();
    }
    Path certificate = files().certificate();
    Set<String> names = names(addresses);
    if (!isGood(certificate, names)) {
      certifyServer(certificate, names);
    }
  }

  private void create() throws IOException {
    try {
      KeyPair keys = draw();
      X509v3CertificateBuilder builder = certificate(NAME, keys, keys.getPublic(), AUTHORITY_VALID);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      write("ca-key.pem", "PRIVATE KEY", keys.getPrivate().getEncoded(), true);
      write("ca.pem", "CERTIFICATE", signed(builder, keys.getPrivate()), false);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError("BUG: cannot make an authority", e);
    }
  }

  private void certifyServer(Path file, Set<String> names) throws IOException {
    try {
      KeyPair keys = draw();
      X509v3CertificateBuilder builder =
          certificate(
              new X500Principal("CN=Qiantang demo"),
              keys,
              read(folder.resolve("ca.pem")).getPublicKey(),
              SERVER_VALID);
      GeneralName[] alternatives =
          names.stream().map(DemoAuthority::generalName).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      write("server-key.pem", "PRIVATE KEY", keys.getPrivate().getEncoded(), true);
      write(file.getFileName().toString(), "CERTIFICATE", signed(builder, key()), false);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot certify the server by %s: %s".formatted(folder, e), e);
    }
  }

  /** Whether it names all addresses, was signed by this authority, and lasts. */
  private boolean isGood(Path file, Set<String> names) throws IOException {
    if (Files.notExists(file) || Files.notExists(folder.resolve("server-key.pem"))) {
      return false;
    }
    try {
      X509Certificate certificate = read(file);
      certificate.verify(read(folder.resolve("ca.pem")).getPublicKey());
      Set<String> named =
          certificate.getSubjectAlternativeNames() == null
              ? Set.of()
              : certificate.getSubjectAlternativeNames().stream()
                  .map(name -> String.valueOf(name.get(1)))
                  .collect(Collectors.toSet());
      boolean isLasting =
          certificate.getNotAfter().toInstant().isAfter(Instant.now().plus(RENEWED_BEFORE));
      return isLasting && named.containsAll(names);
    } catch (GeneralSecurityException ignored) {
      return false; // of an authority that was there before
    }
  }

  /** How clients name this machine: by the addresses it listens on, or all it has. */
  private static Set<String> names(List<InetAddress> addresses) throws IOException {
    Set<String> names = new TreeSet<>(List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
    for (InetAddress address : addresses) {
      if (!address.isAnyLocalAddress()) {
        names.add(withoutScope(address));
        continue;
      }
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(each -> !each.isLinkLocalAddress())
          .forEach(each -> names.add(withoutScope(each)));
      names.add(InetAddress.getLocalHost().getHostName());
    }
    return names;
  }

  private static String withoutScope(InetAddress address) {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  private static GeneralName generalName(String name) {
    boolean isAddress = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static X509v3CertificateBuilder certificate(
      X500Principal subject, KeyPair keys, PublicKey authority, Duration valid)
      throws IOException, GeneralSecurityException {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            NAME,
            new BigInteger(SERIAL_BITS, new SecureRandom()),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(valid)),
            subject,
            keys.getPublic());
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(keys.getPublic()));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(authority));
    return builder;
  }

  private static byte[] signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)))
        .getEncoded();
  }

  private static KeyPair draw() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private PrivateKey key() throws IOException, GeneralSecurityException {
    String pem = Files.readString(folder.resolve("ca-key.pem"), US_ASCII);
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static X509Certificate read(Path file) throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /** Whole or not at all; a secret is its owner's alone from the first byte on. */
  private void write(String name, String kind, byte[] der, boolean isSecret) throws IOException {
    String body = Base64.getMimeEncoder(LINE_CHARS, "\n".getBytes(US_ASCII)).encodeToString(der);
    String pem = "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind);
    Path draft = folder.resolve(name + ".draft");
    Files.deleteIfExists(draft);
    Files.createFile(
        draft,
        PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString(isSecret ? "rw-------" : "rw-r--r--")));
    Files.writeString(draft, pem, US_ASCII);
    Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
