package qiantang.store.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

class CredentialKeyTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId PRESS = new DeviceId("press");
  private static final DeviceId MILL = new DeviceId("mill");
  private static final String PRINT = "0f".repeat(32);

  @Test
  void oneSecretOpensOneKindAndOneDevice() {
    byte[] secret = "secret".getBytes(UTF_8);
    List<CredentialKey> keys =
        List.of(
            new AccessToken(ACME, "secret").key(),
            CredentialKey.ofPassword(ACME, PRESS, secret),
            CredentialKey.ofPassword(ACME, MILL, secret),
            CredentialKey.ofCertificate(ACME, PRESS, "secret"),
            CredentialKey.ofCertificate(ACME, PRESS, null),
            CredentialKey.ofCertificate(ACME, MILL, null),
            CredentialKey.ofCertificate(ACME, PRESS, PRINT),
            CredentialKey.ofCertificate(ACME, MILL, PRINT));
    assertEquals(keys.size(), Set.copyOf(keys).size());
    Set<Long> tags = new HashSet<>();
    keys.forEach(key -> tags.add(key.tag()));
    assertEquals(keys.size(), tags.size());
  }

  @Test
  void aKeyIsItsBytes() {
    CredentialKey key = CredentialKey.ofCertificate(ACME, PRESS, PRINT);
    assertEquals(key, new CredentialKey(ACME, key.bytes()));
    assertEquals(key, CredentialKey.ofCertificate(ACME, PRESS, PRINT.toUpperCase(Locale.ROOT)));
  }

  @Test
  void noSecretIsShown() {
    AccessToken token = new AccessToken(ACME, "secret");
    assertFalse(token.key().toString().contains("secret"));
    assertFalse(token.key().toString().contains(token.key().hash()));
  }
}
