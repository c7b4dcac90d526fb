package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.net.tls.Tls;

class DemoAuthorityTest {
  private static final List<InetAddress> LOOPBACK = List.of(InetAddress.ofLiteral("127.0.0.1"));

  @TempDir Path folder = Path.of("");

  @Test
  void itsFilesAreUsableAndItsKeysAreTheOwnersAlone() throws Exception {
    DemoAuthority authority = new DemoAuthority(folder);
    authority.certify(LOOPBACK);
    Tls.open(authority.files(), Instant::now).close();
    for (String secret : List.of("ca-key.pem", "server-key.pem")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(secret))));
    }
    X509Certificate server = read("server.pem");
    server.verify(read("ca.pem").getPublicKey());
    assertTrue(names(server).containsAll(List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1")));
  }

  @Test
  void aRestartKeepsThemAndAnotherAddressRenewsTheServersAlone() throws Exception {
    new DemoAuthority(folder).certify(LOOPBACK);
    byte[] ca = Files.readAllBytes(folder.resolve("ca.pem"));
    byte[] server = Files.readAllBytes(folder.resolve("server.pem"));
    new DemoAuthority(folder).certify(LOOPBACK);
    assertArrayEquals(server, Files.readAllBytes(folder.resolve("server.pem")));
    new DemoAuthority(folder).certify(List.of(InetAddress.ofLiteral("192.0.2.7")));
    assertFalse(Arrays.equals(server, Files.readAllBytes(folder.resolve("server.pem"))));
    assertArrayEquals(ca, Files.readAllBytes(folder.resolve("ca.pem")));
    assertTrue(names(read("server.pem")).contains("192.0.2.7"));
    read("server.pem").verify(read("ca.pem").getPublicKey());
  }

  private static List<String> names(X509Certificate certificate) throws Exception {
    return certificate.getSubjectAlternativeNames().stream()
        .map(name -> String.valueOf(name.get(1)))
        .toList();
  }

  private X509Certificate read(String name) throws Exception {
    try (var in = Files.newInputStream(folder.resolve(name))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
