package qiantang.ingest.net.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.net.tls.TestAuthority.Pair;

class RevokedTest {
  @TempDir Path folder = Path.of("");
  private final TestAuthority authority = new TestAuthority("authority");

  @Test
  void aListNamesThoseOfItsAuthorityAlone() throws Exception {
    Pair revoked = authority.issue("acme/press-1");
    Pair other = authority.issue("acme/press-2");
    TestAuthority elsewhere = new TestAuthority("elsewhere");
    elsewhere.issue("acme/press-1"); // so that the next has the serial number of the revoked one
    Pair namesake = elsewhere.issue("acme/press-1");
    Revoked now = revokedBy(revoked);
    String detail = now.detail(chain(revoked));
    assertEquals(
        "the client's certificate, serial number %x, was revoked by the authority that issued it"
            .formatted(revoked.certificate().getSerialNumber()),
        detail);
    assertNull(now.detail(chain(other)));
    assertNull(now.detail(chain(namesake)));
    assertNull(now.detail(new Certificate[0]));
    assertNull(Revoked.NONE.detail(chain(revoked)));
  }

  @Test
  void anAuthorityBetweenIsLookedAtToo() throws Exception {
    Pair client = authority.issue("acme/press-1");
    Pair between = authority.issue("between");
    Certificate[] chain = {client.certificate(), between.certificate()};
    String detail = revokedBy(between).detail(chain);
    assertTrue(String.valueOf(detail).startsWith("the certificate of the authority"), detail);
    assertNull(revokedBy().detail(chain));
  }

  @Test
  void aConnectionWithoutTlsIsNobodys() throws Exception {
    EmbeddedChannel plain = new EmbeddedChannel();
    assertNull(revokedBy(authority.issue("acme/press-1")).detail(plain));
    plain.finishAndReleaseAll();
  }

  @Test
  void aNewListIsTakenAtTheSecondLook() throws Exception {
    Pair client = authority.issue("acme/press-1");
    Path crl = folder.resolve("crl.pem");
    Path ca = folder.resolve("ca.pem");
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("server-key.pem");
    authority.issue("server").write(certificate, key);
    authority.write(ca);
    authority.writeRevoked(crl, Duration.ofDays(1));
    TlsFiles files = new TlsFiles(certificate, key, ca, crl, ClientAuthentication.optional);
    try (Tls tls = Tls.open(files, Instant::now)) {
      assertNull(tls.revoked().detail(chain(client)));
      authority.writeRevoked(crl, Duration.ofDays(1), client);
      assertFalse(tls.look());
      assertTrue(tls.look());
      assertNotNull(tls.revoked().detail(chain(client)));
      assertFalse(tls.look());
    }
  }

  private Revoked revokedBy(Pair... pairs) throws Exception {
    Path file = folder.resolve("revoked.pem");
    authority.writeRevoked(file, Duration.ofDays(1), pairs);
    return new Revoked(Pem.revocations(file, Files.readAllBytes(file)));
  }

  private static Certificate[] chain(Pair pair) {
    return new Certificate[] {pair.certificate()};
  }
}
